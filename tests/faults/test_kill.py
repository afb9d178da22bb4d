"""Kill -9 at any moment, run again: the same published rows as a run that was never killed."""

from __future__ import annotations

import itertools
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.end_to_end.pipeline import (
    ROOT,
    WHOLE_REREAD,
    Pipeline,
    Rows,
    behind_sandbox,
    differences,
    small_community,
)

TODAY = datetime(2026, 3, 1, 4, tzinfo=UTC)
STAGES = ("extract", "load", "build", "gate", "publish", "end")


@dataclass(frozen=True)
class Undisturbed:
    """Two days of a community that nobody killed: its rows, and the seconds each stage of the second took."""

    pipeline: Pipeline
    first_day: Path
    rows: Rows
    seconds: dict[str, float]


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Undisturbed]:
    folder = tmp_path_factory.mktemp("kill")
    sources = small_community(
        folder / "community", seed=5, end=TODAY, members=80, posts=1200, requests=40, tickets=120
    )
    with behind_sandbox(sources, folder / "data", options=WHOLE_REREAD) as pipeline:
        daily(pipeline.at(TODAY))
        first_day = folder / "first_day"
        subprocess.run(["cp", "-a", pipeline.data_dir, first_day], check=True)
        pipeline.at(TODAY + timedelta(days=3))
        seconds = daily(pipeline)
        yield Undisturbed(pipeline, first_day, pipeline.published(observed=False), seconds)


def test_a_killed_run_is_simply_run_again(undisturbed: Undisturbed, kill_seed: int) -> None:
    chance = random.Random(kill_seed)
    # Stages in turn, so that even a few kills meet each; the moment and whether dbt dies too are random.
    stage = STAGES[:-1][kill_seed % 5]
    delay = chance.uniform(0, undisturbed.seconds[stage])
    # In the same place, where dbt knows its parsed project again.
    victim = undisturbed.pipeline
    shutil.rmtree(victim.data_dir)
    subprocess.run(["cp", "-a", undisturbed.first_day, victim.data_dir], check=True)

    killed_in = kill_daily(victim, stage, delay, with_children=chance.random() < 0.5)

    before = (victim.current / "release.json").is_file()
    daily(victim)
    assert before, f"killed in {killed_in}: the release of the first day is gone"
    assert differences(undisturbed.rows, victim.published(observed=False)) == {}, (
        f"killed in {killed_in} after {delay:.2f} s"
    )


def daily(pipeline: Pipeline) -> dict[str, float]:
    """Run a daily load to its end; the seconds each stage took."""
    process = start(pipeline)
    began: list[tuple[str, float]] = []
    assert process.stdout is not None
    for line in process.stdout:
        began.append((line.strip(), time.monotonic()))
    assert process.wait() == 0, log_of(pipeline).read_text()[-2000:]
    assert [stage for stage, _ in began] == list(STAGES)
    return {stage: after - at for (stage, at), (_, after) in itertools.pairwise(began)}


def kill_daily(pipeline: Pipeline, stage: str, delay: float, *, with_children: bool) -> str:
    """Kill a daily load so many seconds after a stage began; the stage it was in."""
    process = start(pipeline)
    assert process.stdout is not None
    reached = "start"
    while reached != stage:
        reached = process.stdout.readline().strip()
        assert reached, "the run ended before it could be killed"
    time.sleep(delay)
    if with_children:
        os.killpg(process.pid, signal.SIGKILL)
    else:
        process.kill()
    # Ends when the killed process (and a dbt that outlives it) has closed its end of the pipe.
    rest = process.stdout.read().split()
    process.wait()
    return rest[-1] if rest else reached


def log_of(pipeline: Pipeline) -> Path:
    """Where a daily load writes what went wrong."""
    return pipeline.data_dir.with_suffix(".stderr")


def start(pipeline: Pipeline) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "tests.faults.daily"],
        cwd=ROOT,
        env=pipeline.environ,
        stdout=subprocess.PIPE,
        stderr=log_of(pipeline).open("w"),
        text=True,
        start_new_session=True,
    )
