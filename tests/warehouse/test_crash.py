"""Kill -9 while loading, run again: the same tables as if nothing had happened."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.warehouse.world import World

LOAD = """
import sys
from pathlib import Path
from tests.warehouse.world import World
world = World(Path(sys.argv[1]))
print("ready", flush=True)
world.load()
"""
DIES_DECLARING = """
import os, signal
from warehouse import tables
tables.declare = lambda *_: os.kill(os.getpid(), signal.SIGKILL)
"""
REPOSITORY = Path(__file__).resolve().parents[2]


def land(world: World) -> None:
    ideas = [
        {"id": number, "title": f"idea {number}", "state": "open", "votes": number % 50}
        for number in range(8000)
    ]
    world.land(
        "ideas",
        *((number, ideas[number * 1000 : number * 1000 + 1000]) for number in range(8)),
        watermark={"n": 1},
    )
    world.land("labels", (1, [{"name": str(number)} for number in range(500)]), snapshot=True)
    changed = [{**idea, "votes": 7, "state": "done"} for idea in ideas[::3]]
    world.land("ideas", (60, changed), started_from={"n": 1}, watermark={"n": 2})
    world.land("gone", (61, [{"id": 3, "gone_at": "2026-03-01T08:00:00Z"}]))


@pytest.mark.parametrize("delay", [0.02, 0.08, 0.15, 0.25, 0.4])
def test_a_load_killed_at_any_moment_is_simply_run_again(world: World, tmp_path: Path, delay: float) -> None:
    land(world)
    victim = subprocess.Popen(
        [sys.executable, "-c", LOAD, str(tmp_path)], stdout=subprocess.PIPE, text=True, cwd=REPOSITORY
    )
    assert victim.stdout is not None
    victim.stdout.readline()
    time.sleep(delay)
    victim.kill()
    victim.wait()
    world.load()
    disturbed = world.everything()

    world.database.unlink()
    (world.data_dir / "state" / "watermarks.json").unlink()
    world.load()
    assert world.everything() == disturbed
    assert len(disturbed["board__ideas"]) == 8000


def test_a_table_is_never_there_without_its_declaration(world: World, tmp_path: Path) -> None:
    land(world)
    victim = subprocess.run(
        [sys.executable, "-c", DIES_DECLARING + LOAD, str(tmp_path)], cwd=REPOSITORY, check=False
    )
    assert victim.returncode == -signal.SIGKILL
    world.load()
    assert world.query("select stream from raw._declarations order by all") == [
        ("gone",),
        ("ideas",),
        ("labels",),
    ]
