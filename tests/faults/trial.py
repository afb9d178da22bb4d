"""One scenario from its beginning to the comparison with the undisturbed run."""

from __future__ import annotations

import json
import os
import pickle
import random
import shutil
import signal
import subprocess
import sys
import time
from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb

from sandbox.faults import REFUSED
from tests.end_to_end.pipeline import ROOT, Pipeline
from tests.faults.ground import Ground, Place, unreachable
from tests.faults.kills import Kill
from tests.faults.rows import Found, Raw, Table, compare, raw_rows, same, same_now
from tests.faults.scenarios import EVERY_KIND, LAST_DAY, UNREACHABLE, Scenario
from tests.faults.victim import Ended, Hangs, elsewhere, run
from tests.parsed import PLACE

RATES = {"forum": 0.06, "ideas": 0.25, "desk": 0.3}
"""Share of a source's requests that are disturbed; a forum is read with many more of them."""
REFUSED_SHARE = 0.4
"""Refusals among them: a 429 holds all of a source's streams for a second."""
PATIENCE = {"wait_seconds": 1.0, "hang_seconds": 0.3}
MOST_RUNS = 6
BETWEEN_RUNS = timedelta(minutes=2)


@dataclass
class Verdict:
    """What came of a scenario."""

    scenario: Scenario
    found: Found = field(default_factory=Found)
    half_published: int = 0
    faults: int = 0
    """Requests that were answered wrongly, so that they had to be made again."""
    kills: int = 0
    """Commands that were really killed: some end before the moment that was meant for it."""
    reruns: int = 0
    """Commands that were run again because they were killed or the source could not be reached."""
    seconds: float = 0.0
    problems: list[str] = field(default_factory=list)

    @property
    def passed(self) -> bool:
        """Nothing lost, doubled, half-published or odd."""
        return not (self.found.lost or self.found.doubled or self.half_published or self.problems)


@dataclass(frozen=True)
class Calm:
    """An undisturbed run: what is there at its end, and what each of its commands took."""

    rows: Any
    steps: dict[str, int]
    seconds: dict[str, float]


@dataclass(frozen=True)
class Prepared:
    """The folders and undisturbed runs that all lanes share."""

    folder: Path

    def base(self, name: str) -> Path:
        """The data folder of a source (or `all`) after its first day."""
        return self.folder / "base" / name

    def calm(self, source: str, days: tuple[int, ...]) -> Calm:
        """The undisturbed run of a source over some days."""
        given: Calm = pickle.loads(self._path(source, days).read_bytes())
        return given

    def keep(self, source: str, days: tuple[int, ...], calm: Calm) -> None:
        """Write an undisturbed run for the other lanes."""
        path = self._path(source, days)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(pickle.dumps(calm))

    def _path(self, source: str, days: tuple[int, ...]) -> Path:
        return self.folder / "calm" / f"{source}-{'-'.join(map(str, days))}.pickle"


def days_watched(scenario: Scenario) -> tuple[int, ...]:
    """The days of the undisturbed run that a reading is compared with."""
    return (*scenario.days, LAST_DAY) if scenario.is_days_apart else scenario.days


# Preparing


def make_base(prepared: Prepared, ground: Ground, source: str) -> None:
    """A source's first load."""
    place = ground.place(prepared.base(source), source)
    place.data_dir.mkdir(parents=True, exist_ok=True)
    _read_and_load(place.at(ground.go_to(0)), source)


def make_calm(prepared: Prepared, ground: Ground, source: str, days: tuple[int, ...]) -> None:
    """A source over some days that nothing disturbs."""
    place = ground.copied(prepared.base(source), f"calm-{source}", source)
    for day in days:
        read, loaded = _read_and_load(place.at(ground.go_to(day)), source)
    rows = elsewhere(raw_rows, place.database)
    seconds = {"extract": read.seconds, "load": loaded.seconds}
    prepared.keep(source, days, Calm(rows, read.steps | loaded.steps, seconds))
    shutil.rmtree(place.data_dir)


def _read_and_load(place: Place, source: str) -> tuple[Ended, Ended]:
    read = run(("extractors", source), place.environ)
    loaded = run(("warehouse", "load", "--no-backup"), place.environ)
    if read.code or loaded.code:
        raise RuntimeError(f"{source}: an undisturbed run failed: {read.errors}{loaded.errors}")
    return read, loaded


# Readings


def try_reading(prepared: Prepared, ground: Ground, scenario: Scenario) -> Verdict:
    """Faults and kills between a vendor's API and the raw tables."""
    verdict = Verdict(scenario)
    source = scenario.source
    calm = prepared.calm(source, days_watched(scenario))
    place = ground.copied(prepared.base(source), f"read-{scenario.number}", source)
    kills = list(scenario.kills)
    counts = prepared.calm(source, days_watched(scenario)[:1])
    if scenario.kind not in UNREACHABLE:
        ground.disturb(
            seed=scenario.seed,
            rate=_rate(source, scenario.kind),
            **({} if scenario.kind == EVERY_KIND else {"kinds": [scenario.kind]}),
            sources=[source],
            **PATIENCE,
        )
    try:
        for number, day in enumerate(scenario.days):
            moment = ground.go_to(day)
            is_left_so = number < len(scenario.days) - 1
            _run_until_well(place, moment, scenario, kills, counts, verdict, only_once=is_left_so)
        verdict.faults += sum(ground.injected()[source].values())
    finally:
        ground.disturb()
    if scenario.kind not in UNREACHABLE and not verdict.faults:
        verdict.problems.append("the fault never happened")
    if scenario.is_days_apart:
        _read_and_load(place.at(ground.go_to(LAST_DAY)), source)
    found = elsewhere(raw_rows, place.database)
    verdict.found = (same_now if scenario.is_days_apart else same)(calm.rows, found)
    if found.rejected != calm.rows.rejected:
        verdict.problems.append(f"{found.rejected} fields rejected, undisturbed {calm.rows.rejected}")
    if scenario.replays:
        _compare_replay(place, found, verdict)
    if verdict.passed:
        shutil.rmtree(place.data_dir)
    return verdict


def _rate(source: str, kind: str) -> float:
    if kind == "expired_cursor":
        # Few requests have a cursor, and each list loses one once.
        return 1.0
    return RATES[source] * (REFUSED_SHARE if kind in REFUSED else 1.0)


def _run_until_well(
    place: Place,
    moment: datetime,
    scenario: Scenario,
    kills: list[Kill],
    counts: Calm,
    verdict: Verdict,
    *,
    only_once: bool,
) -> None:
    """Extract and load as a scheduler would, again and again until both end well; or only once."""
    for attempt in range(MOST_RUNS):
        at = place.at(moment + attempt * BETWEEN_RUNS)
        if attempt == 0 and scenario.kind in UNREACHABLE:
            _expect_clear_failure(at, scenario, verdict)
            verdict.faults += 1
        else:
            kill = kills.pop(0) if kills else None
            read = _command(("extractors", scenario.source), at, "extract", kill, counts)
            verdict.kills += read.was_killed
            if read.code not in (0, None, 130):
                verdict.problems.append(f"extract failed: {' '.join(read.error_lines) or read.errors[-500:]}")
            if read.code != 0:
                verdict.reruns += 1
                if only_once:
                    return
                continue
            if only_once and kill is None:
                # The machine went down between extract and load.
                return
            loaded = _command(("warehouse", "load", "--no-backup"), at, "load", kill, counts)
            verdict.kills += loaded.was_killed
            if loaded.code == 0:
                return
            if loaded.code is not None:
                verdict.problems.append(
                    f"load failed: {' '.join(loaded.error_lines) or loaded.errors[-500:]}"
                )
        verdict.reruns += 1
        if only_once:
            return
    verdict.problems.append(f"not well after {MOST_RUNS} runs")


def _command(command: tuple[str, ...], place: Place, stage: str, kill: Kill | None, counts: Calm) -> Ended:
    mine = kill if kill and kill.stage == stage else None
    step = mine.step(counts.steps) if mine else 0
    seconds = mine.share * counts.seconds[stage] if mine else 0.0
    return run(command, place.environ, kill=mine, step=step, seconds=seconds)


def _expect_clear_failure(place: Place, scenario: Scenario, verdict: Verdict) -> None:
    """A source that can't be reached is one clear line (a refused key: one a path); loaded rows stay."""
    before = elsewhere(raw_rows, place.database)
    ended = run(("extractors", scenario.source), unreachable(place, scenario.source, scenario.kind).environ)
    lines = ended.error_lines
    are_clear = all(f"source {scenario.source}" in line and "AIRFLOW_CONN" in line for line in lines)
    most = 1 if scenario.kind == "outage" else 4
    if ended.code != 1 or not 1 <= len(lines) <= most or not are_clear:
        verdict.problems.append(f"no clear failure (exit {ended.code}): {ended.errors[-500:]}")
    loaded = run(("warehouse", "load", "--no-backup"), place.environ)
    if loaded.code != 0:
        verdict.problems.append(f"load after a failed extract: {loaded.errors[-500:]}")
    changed = same(before, elsewhere(raw_rows, place.database))
    if changed.lost or changed.doubled:
        verdict.problems.append(f"a failed extract changed rows of {', '.join(changed.tables)}")


def _compare_replay(place: Place, before: Raw, verdict: Verdict) -> None:
    replayed = run(("warehouse", "replay"), place.environ)
    if replayed.code != 0:
        verdict.problems.append(f"replay failed: {replayed.errors[-500:]}")
        return
    verdict.found += same(before, elsewhere(raw_rows, place.database))


# Published


def make_whole(prepared: Prepared, ground: Ground) -> None:
    """Two days of all sources to their releases; the second also as it is before it is published."""
    place = _whole_place(prepared, ground.place(prepared.base("all")))
    place.data_dir.mkdir(parents=True, exist_ok=True)
    _daily(place.at(ground.go_to(0)))
    second = _whole_place(prepared, ground.copied(prepared.base("all"), "all-second"))
    at = second.at(ground.go_to(1))
    seconds = _daily(at, before_publish=prepared.base("ready"))
    rows = elsewhere(published_rows, second.data_dir)
    prepared.keep("all", (1,), Calm(rows, {}, seconds))
    trial = _whole_place(prepared, ground.copied(prepared.base("ready"), "counting"))
    counted = run(("warehouse", "publish"), trial.at(ground.go_to(1)).environ)
    if counted.code:
        raise RuntimeError(f"an undisturbed publish failed: {counted.errors}")
    seconds["publish"] = counted.seconds
    prepared.keep("all", (1,), Calm(rows, counted.steps, seconds))
    for folder in (second.data_dir, trial.data_dir):
        shutil.rmtree(folder)


def try_publishing(prepared: Prepared, ground: Ground, scenario: Scenario) -> Verdict:
    """A publish killed at a rename, link or removal: a reader sees the release before or the new one."""
    verdict = Verdict(scenario)
    calm = prepared.calm("all", (1,))
    place = _whole_place(prepared, ground.copied(prepared.base("ready"), f"publish-{scenario.number}"))
    at = place.at(ground.go_to(1))
    (kill,) = scenario.kills
    before = current_stamp(place.data_dir)
    killed = _command(("warehouse", "publish"), at, "publish", kill, calm)
    if killed.code is not None and not kill.is_timed:
        verdict.problems.append(f"was not killed at step {kill.step(calm.steps)}")
    verdict.kills += killed.was_killed
    verdict.reruns += 1
    verdict.half_published += elsewhere(half_published, place.data_dir, before)
    again = run(("warehouse", "publish"), at.environ)
    # Killed at its last step it is published, and no candidate is left.
    if again.code and current_stamp(place.data_dir) == before:
        verdict.problems.append(f"the second publish failed: {again.errors[-500:]}")
    verdict.half_published += elsewhere(half_published, place.data_dir, before)
    if current_stamp(place.data_dir) == before:
        verdict.problems.append("the new release is not current")
    verdict.found = compare(calm.rows, elsewhere(published_rows, place.data_dir))
    if verdict.passed:
        shutil.rmtree(place.data_dir)
    return verdict


def try_whole(prepared: Prepared, ground: Ground, scenario: Scenario) -> Verdict:
    """A daily load of all sources under all faults, killed in a stage, run again to its release."""
    verdict = Verdict(scenario)
    calm = prepared.calm("all", (1,))
    place = _whole_place(prepared, ground.copied(prepared.base("all"), f"whole-{scenario.number}"))
    at = place.at(ground.go_to(1))
    (kill,) = scenario.kills
    chance = random.Random(scenario.seed)
    before = current_stamp(place.data_dir)
    ground.disturb(seed=scenario.seed, rate=0.05, **PATIENCE)
    try:
        _kill_daily(at, kill, calm.seconds[kill.stage], with_children=chance.random() < 0.5)
        verdict.kills += 1
        verdict.reruns += 1
        verdict.half_published += elsewhere(half_published, place.data_dir, before)
        _daily(place.at(ground.go_to(1) + BETWEEN_RUNS))
        verdict.faults = sum(sum(faults.values()) for faults in ground.injected().values())
    finally:
        ground.disturb()
    verdict.half_published += elsewhere(half_published, place.data_dir, before)
    verdict.found = compare(calm.rows, elsewhere(published_rows, place.data_dir))
    if verdict.passed:
        shutil.rmtree(place.data_dir)
    return verdict


def current_stamp(data_dir: Path) -> str:
    """The stamp of the published release."""
    return (data_dir / "published" / "current").resolve().name


def published_rows(data_dir: Path) -> dict[str, Table]:
    """Rows of the published marts, but those that tell when things ran and what only watching knows."""
    pipeline = Pipeline(data_dir, {})
    return {mart: Counter(rows) for mart, rows in pipeline.published(observed=False).items()}


def half_published(data_dir: Path, before: str) -> int:
    """1 if what readers see is not a whole release; opens its database."""
    current = (data_dir / "published" / "current").resolve()
    try:
        release = json.loads((current / "release.json").read_text())
        pages = [(current / page / "index.html").is_file() for page in ("docs", "gate")]
        with duckdb.connect(str(current / "community.duckdb"), read_only=True) as connection:
            for mart, rows in release["row_counts"].items():
                parquet = current / "parquet" / f"{mart}.parquet"
                for table in (f'main."{mart}"', f"read_parquet('{parquet}')"):
                    counted = connection.execute(f"select count(*) from {table}").fetchall()[0][0]
                    if counted != rows:
                        return 1
    except (OSError, ValueError, KeyError, duckdb.Error):
        return 1
    is_known = current.name == before or current.name > before
    leftover = [path for path in current.parent.iterdir() if path.name.startswith(".removed")]
    return 0 if all(pages) and is_known and not leftover else 1


def _whole_place(prepared: Prepared, place: Place) -> Place:
    parsed = prepared.folder / "parsed"
    parsed.mkdir(exist_ok=True)
    return Place(
        place.data_dir, place.environ | {PLACE: str(parsed), "LODESTAR_REPORT": "none", "DO_NOT_TRACK": "1"}
    )


def _start_daily(place: Place, *arguments: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "tests.faults.daily", *arguments],
        cwd=ROOT,
        env=place.environ,
        stdout=subprocess.PIPE,
        stderr=place.data_dir.with_suffix(".stderr").open("w"),
        text=True,
        start_new_session=True,
    )


def _daily(place: Place, before_publish: Path | None = None) -> dict[str, float]:
    """A whole daily load; the seconds each stage took. Copies the data folder before it is published."""
    process = _start_daily(place, *([str(before_publish)] if before_publish else []))
    began: list[tuple[str, float]] = []
    assert process.stdout is not None
    for line in process.stdout:
        began.append((line.strip(), time.monotonic()))
    if process.wait() != 0:
        text = place.data_dir.with_suffix(".stderr").read_text()
        raise RuntimeError(f"a daily load failed: {text[-2000:]}")
    following = [at for _, at in began[1:]]
    return {stage: after - at for (stage, at), after in zip(began, following, strict=False)}


def _kill_daily(place: Place, kill: Kill, seconds: float, *, with_children: bool) -> None:
    process = _start_daily(place)
    assert process.stdout is not None
    reached = "start"
    while reached != kill.stage:
        reached = process.stdout.readline().strip()
        if not reached:
            raise RuntimeError("the daily load ended before it could be killed")
    time.sleep(kill.share * seconds)
    if with_children:
        os.killpg(process.pid, signal.SIGKILL)
    else:
        process.kill()
    # Ends when the killed process, and a dbt that outlives it, has closed its end of the pipe.
    process.stdout.read()
    process.wait()


def attempt(prepared: Prepared, ground: Ground, scenario: Scenario) -> Verdict:
    """A scenario's verdict, whatever happens."""
    began = time.monotonic()
    tried = {"read": try_reading, "publish": try_publishing, "whole": try_whole}[scenario.shape]
    try:
        verdict = tried(prepared, ground, scenario)
    except (Hangs, RuntimeError, OSError, AssertionError) as error:
        verdict = Verdict(scenario, problems=[f"{type(error).__name__}: {error}"])
    verdict.seconds = time.monotonic() - began
    return verdict
