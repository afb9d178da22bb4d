"""Kill -9 while dbt builds, or while a release is published; run again: as if nothing had happened.

A project of one mart stands in for the real one, which `make faults` kills.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import duckdb
import pytest

from tests.warehouse.small_project import small_project
from tests.warehouse.world import World
from warehouse.layout import Layout

REPOSITORY = Path(__file__).resolve().parents[2]
DAY = """
import sys
from dataclasses import dataclass
from pathlib import Path
from tests.warehouse.world import World
from warehouse.build import build
from warehouse.load import load
from warehouse.publish import publish

@dataclass(frozen=True)
class Passed:
    passed: bool = True
    results: tuple = ()

folder = Path(sys.argv[1])
world = World(folder)
load(world.data_dir, world.sources, schema=world.schema, wait_seconds=600, terminal=False)
print("build", flush=True)
candidate = build(world.data_dir, project=folder / "dbt")
print("publish", flush=True)
publish(world.data_dir, candidate, Passed(), pages=lambda folder: [])
"""


def start(folder: Path) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", DAY, str(folder)],
        cwd=REPOSITORY,
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


@pytest.fixture(scope="module")
def yesterday(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A release of one idea, and a second idea that is not loaded yet."""
    folder = tmp_path_factory.mktemp("yesterday")
    small_project(folder / "dbt")
    world = World(folder)
    world.land("ideas", (0, [{"id": 1, "title": "Dark mode"}]), watermark={"n": 1})
    assert start(folder).wait() == 0
    world.land(
        "ideas",
        (60, [{"id": 1, "title": "Dark theme"}, {"id": 2, "title": "Export"}]),
        started_from={"n": 1},
        watermark={"n": 2},
    )
    return folder


@pytest.mark.parametrize(
    ("stage", "delay", "with_dbt"),
    [("build", 1.5, False), ("build", 3.0, True)],
)
def test_a_killed_build_or_publish_is_simply_run_again(
    yesterday: Path, tmp_path: Path, stage: str, delay: float, with_dbt: bool
) -> None:
    folder = tmp_path / "today"
    subprocess.run(["cp", "-a", str(yesterday), str(folder)], check=True)
    victim = start(folder)
    assert victim.stdout is not None
    while victim.stdout.readline().strip() != stage:
        assert victim.poll() is None, "the run ended before it could be killed"
    time.sleep(delay)
    if with_dbt:
        os.killpg(victim.pid, signal.SIGKILL)
    else:
        victim.kill()
    victim.wait()

    # Whole in any case: yesterday's, or today's if the kill came too late.
    assert published(folder) in ([("1", "Dark mode")], [("1", "Dark theme"), ("2", "Export")])
    assert start(folder).wait() == 0, "a dbt that outlived its parent is waited for"
    assert published(folder) == [("1", "Dark theme"), ("2", "Export")]
    left = Layout(folder / "data").candidates.iterdir()
    assert all((candidate / "candidate.json").is_file() for candidate in left)


def published(folder: Path) -> list[tuple[str, str]]:
    current = folder / "data" / "published" / "current"
    described = json.loads((current / "release.json").read_text())["row_counts"]["dim_idea"]
    with duckdb.connect(str(current / "community.duckdb"), read_only=True) as connection:
        rows = connection.execute("select idea_id, title from dim_idea order by 1").fetchall()
        copied = connection.execute(f"from '{current}/parquet/dim_idea.parquet' order by 1").fetchall()
    assert len(rows) == len(copied) == described
    return rows
