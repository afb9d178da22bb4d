"""`python -m tests.faults.month`: thirty days of operation, disturbed, beside thirty that nothing disturbs.

Faults and kills on most days, three days without the desk, fields that change under a load, a history load
and an erasure in between. At the end the marts must be those of the undisturbed month and of a replay of the
landing files. Exit code 0: they are; 1: they are not; 2: wrong usage.
"""

from __future__ import annotations

import argparse
import gzip
import json
import os
import random
import secrets
import shutil
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import duckdb
from rich.console import Console
from rich.table import Table

from extractors.clock import iso
from tests.dbt import MODELS_ONLY, build
from tests.end_to_end.pipeline import Pipeline, add_options, differences
from tests.faults.campaign import Job, Lanes, say
from tests.faults.ground import TODAY, Ground, Place, ground, make_community, unreachable
from tests.faults.kills import EXTRACT, LOAD, Kill
from tests.faults.rows import Found, raw_rows, same, same_now
from tests.faults.scenarios import VENDORS
from tests.faults.trial import BETWEEN_RUNS, PATIENCE, Prepared
from tests.faults.victim import Ended, elsewhere, run
from tests.parsed import PLACE

DAYS = 30
OUTAGE = range(8, 11)
"""Nobody answers for the desk."""
HISTORY = 13
DRIFT = range(16, 19)
"""A new field comes to stay on the first of these days; on all of them another one has another type."""
ERASURE = 22
START = TODAY - timedelta(days=60)
"""The disturbed month's daily loads begin here; its history load reads what lies before."""
HISTORY_WRITES = 40
"""The history load writes at least so often."""
DATED = ("ideas", "desk")
"""Sources whose daily load heeds a start date."""
MOST_RUNS = 5


@dataclass
class Day:
    """What happened on a day."""

    number: int
    events: list[str] = field(default_factory=list)
    runs: int = 0
    faults: int = 0
    kills: int = 0
    red: int = 0
    """Runs that ended with errors, each told in a line."""
    seconds: float = 0.0


@dataclass
class Month:
    """One way through the thirty days."""

    days: list[Day] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)


def live(prepared: Prepared, own: Ground, name: str, seed: int, last: int) -> Month:
    """A load a day in the folder `name`; the month called `disturbed` is."""
    is_calm = name != "disturbed"
    if is_calm:
        return _Life(prepared, own, name, None).live(last)
    community = prepared.folder / "community-that-drifts"
    _drifting(prepared.folder / "community", community)
    with ground(community, own.folder) as theirs:
        return _Life(prepared, theirs, name, random.Random(seed)).live(last)


class _Life:
    def __init__(self, prepared: Prepared, own: Ground, name: str, chance: random.Random | None) -> None:
        self.ground = own
        self.chance = chance
        data_dir = prepared.folder / name
        data_dir.mkdir()
        self.place = own.place(data_dir)
        if chance:
            start = {name: {"start_date": f"{START:%Y-%m-%d}"} for name in DATED}
            add_options(Path(self.place.environ["LODESTAR_SOURCES"]), start)
        parsed = prepared.folder / "parsed"
        parsed.mkdir(exist_ok=True)
        self.place.environ |= {PLACE: str(parsed), "LODESTAR_REPORT": "none", "DO_NOT_TRACK": "1"}
        self.counts = {"writes": 60, "statements": 400, "commits": 40, "states": 40}
        self.month = Month()

    def live(self, last: int) -> Month:
        """Every day from the first to the last."""
        for number in range(last + 1):
            began = time.monotonic()
            day = Day(number)
            self.month.days.append(day)
            self._disturb(day)
            self._load(day)
            if number == HISTORY and self.chance:
                self._history(day)
            if number == ERASURE:
                self._erase(day)
            day.faults = sum(sum(faults.values()) for faults in self.ground.injected().values())
            self.ground.disturb()
            day.seconds = time.monotonic() - began
            say(f"{self.place.data_dir.name}, day {number}: {', '.join(day.events) or 'nothing special'}")
        return self.month

    def _disturb(self, day: Day) -> None:
        if self.chance and day.number and self.chance.random() < 0.6:
            source = self.chance.choice(sorted(VENDORS))
            rate = {"forum": 0.01, "ideas": 0.06, "desk": 0.1}[source]
            self.ground.disturb(seed=self.chance.randrange(2**31), rate=rate, sources=[source], **PATIENCE)
            day.events.append(f"faults of {VENDORS[source]}")

    def _load(self, day: Day) -> None:
        moment = self.ground.go_to(day.number)
        place = self.place
        is_outage = bool(self.chance) and day.number in OUTAGE
        if is_outage:
            place = unreachable(place, "desk", "outage")
            day.events.append("no desk")
        kill = self._kill(day)
        for attempt in range(MOST_RUNS):
            day.runs += 1
            at = place.at(moment + attempt * BETWEEN_RUNS)
            read = self._command(("extractors",), at, "extract", kill, day)
            loaded = self._command(("warehouse", "load", "--no-backup"), at, "load", kill, day)
            kill = None
            if is_outage and read.code == 1 and loaded.code == 0:
                self._expect(read, day, "source desk")
                return
            if self.chance and day.number in DRIFT and read.code == 0 and loaded.code == 1:
                # A reading whose load was killed is loaded with the next one, and each is told.
                self._expect(loaded, day, "source ideas, stream categories", most=day.runs)
                return
            if read.code == 0 and loaded.code == 0:
                return
        self.month.problems.append(f"day {day.number}: not well after {MOST_RUNS} runs")

    def _kill(self, day: Day) -> Kill | None:
        if not self.chance or not day.number or self.chance.random() > 0.5:
            return None
        kill = Kill(self.chance.choice((*EXTRACT, *LOAD)), self.chance.random())
        day.events.append(f"killed in {kill}")
        return kill

    def _command(
        self, command: tuple[str, ...], place: Place, stage: str, kill: Kill | None, day: Day
    ) -> Ended:
        mine = kill if kill and kill.stage == stage else None
        step = mine.step(self.counts) if mine else 0
        ended = run(command, place.environ, kill=mine, step=step, seconds=2 * mine.share if mine else 0.0)
        day.kills += ended.was_killed
        self.counts |= {name: count for name, count in ended.steps.items() if count}
        if ended.code == 1:
            day.red += 1
        return ended

    def _expect(self, ended: Ended, day: Day, text: str, most: int = 1) -> None:
        """A red run tells what is wrong in one line, or at most so many, each of which names this."""
        lines = ended.error_lines
        if not 1 <= len(lines) <= most or not all(text in line for line in lines):
            self.month.problems.append(f"day {day.number}: unclear: {ended.errors[-400:]}")

    def _history(self, day: Day) -> None:
        """What lies before the start date, killed once on the way."""
        assert self.chance
        at = self.place.at(self.ground.go_to(day.number) + MOST_RUNS * BETWEEN_RUNS)
        # Kills are placed by the writes of a day's reading, which are more.
        share = HISTORY_WRITES / max(self.counts["writes"], HISTORY_WRITES)
        kill = Kill("extract after", self.chance.random() * share)
        day.events.append(f"history load, killed in {kill}")
        killed = self._command(("warehouse", "history"), at, "extract", kill, day)
        done = self._command(("warehouse", "history"), at, "extract", None, day)
        if not killed.was_killed or done.code != 0:
            how = "killed" if killed.was_killed else "not killed"
            self.month.problems.append(
                f"day {day.number}: history load: {how}, then ended with {done.code}: {done.errors[-400:]}"
            )

    def _erase(self, day: Day) -> None:
        """A person who has posted asks to be removed; whose accounts they are is known after a build."""
        at = self.place.at(self.ground.go_to(day.number) + MOST_RUNS * BETWEEN_RUNS)
        built = run(("warehouse", "build"), at.environ)
        if built.code != 0:
            self.month.problems.append(f"day {day.number}: build: {built.errors[-400:]}")
            return
        for account in elsewhere(_posters, at.database):
            rehearsed = run(("warehouse", "erase", "--rehearse", "forum", account), at.environ)
            if rehearsed.code == 0 and "of your seeds" not in rehearsed.output:
                break
        else:
            self.month.problems.append(f"day {day.number}: nobody to erase: {rehearsed.errors[-400:]}")
            return
        day.events.append("a person is erased")
        erased = run(("warehouse", "erase", "forum", account), at.environ, prepare=_same_numbers)
        if erased.code != 0:
            self.month.problems.append(f"day {day.number}: erase: {erased.errors[-600:]}")


def _posters(database: Path) -> list[str]:
    """Accounts that have posted, by how much; opens the database."""
    with duckdb.connect(str(database), read_only=True) as connection:
        found = connection.execute(
            "select user_id from raw.discourse__posts where user_id > 0 group by all "
            "order by count(*) desc, user_id limit 12"
        ).fetchall()
    return [str(account) for (account,) in found]


def _same_numbers() -> None:
    """Let both months put the same in an erased person's place, which is random otherwise."""
    chance = random.Random(1)

    def number(exclusive_upper_bound: int) -> int:
        return chance.randrange(exclusive_upper_bound)

    def text(nbytes: int | None = None) -> str:
        return chance.randbytes(nbytes or 32).hex()

    secrets.randbelow, secrets.token_hex = number, text


def _drifting(original: Path, copy: Path) -> None:
    """The same community, whose board sends a new field, and for some days a number for a category's name."""
    shutil.copytree(original, copy)
    path = copy / "uservoice" / "categories.jsonl.gz"
    with gzip.open(path, "rt") as lines:
        records = [json.loads(line) for line in lines]
    names = {record["id"]: record["name"] for record in records if "name" in record}
    first = next(iter(names))
    begins, ends = (iso(TODAY + timedelta(days=day)) for day in (DRIFT[0] - 0.5, DRIFT[-1] + 0.5))
    changes: list[dict[str, Any]] = [{"id": one, "_from": begins, "colour": "#1d6a5a"} for one in names]
    changes += [
        {"id": first, "_from": begins, "name": 12345},
        {"id": first, "_from": ends, "name": names[first]},
    ]
    with gzip.open(path, "at") as lines:
        lines.writelines(json.dumps(change | {"_patch": True}) + "\n" for change in changes)


# The end


def finish(prepared: Prepared, own: Ground, name: str, last: int) -> list[str]:
    """Build the marts of a month as of its last day; the disturbed one checks and publishes them too."""
    place = own.place(prepared.folder / name).at(TODAY + timedelta(days=last))
    os.environ[PLACE] = str(prepared.folder / "parsed")
    place.environ |= {PLACE: os.environ[PLACE], "LODESTAR_REPORT": "none", "DO_NOT_TRACK": "1"}
    if name == "disturbed":
        Pipeline(place.data_dir, place.environ).release()
        return []
    midnight = (TODAY + timedelta(days=last)).replace(hour=0)
    build(
        place.database,
        *MODELS_ONLY,
        as_of=midnight + timedelta(days=1),
        known_until=midnight,
        seeds=Path(place.environ["LODESTAR_SEEDS"]),
    )
    return []


def replay(prepared: Prepared, own: Ground, last: int) -> list[str]:
    """The disturbed month's landing files in a folder of their own, replayed and built."""
    disturbed, name = prepared.folder / "disturbed", "replayed"
    place = own.place(prepared.folder / name)
    for part in ("landing", "state"):
        shutil.copytree(disturbed / part, place.data_dir / part)
    (place.data_dir / "state" / "watermarks.json").unlink()
    replayed = run(("warehouse", "replay"), place.at(TODAY + timedelta(days=last)).environ)
    if any("categories" not in line for line in replayed.error_lines):
        return [f"the replay failed: {replayed.errors[-500:]}"]
    return finish(prepared, own, name, last)


@dataclass(frozen=True)
class Comparison:
    """Two ways to the last day."""

    what: str
    rows: int
    found: Found


def compare_all(folder: Path) -> list[Comparison]:
    """The disturbed month beside the undisturbed and the replayed one."""
    calm, disturbed, replayed = (Pipeline(folder / name, {}) for name in ("calm", "disturbed", "replayed"))
    raw = {each.data_dir.name: raw_rows(each.database) for each in (calm, disturbed, replayed)}
    marts = {each.data_dir.name: each.marts(observed=False) for each in (calm, disturbed, replayed)}
    whole = {each.data_dir.name: each.marts() for each in (disturbed, replayed)}
    published = disturbed.published()

    def count(tables: dict[str, Any]) -> int:
        return sum(len(table) for table in tables.values())

    return [
        Comparison("raw rows, undisturbed", count(raw["calm"].live), same_now(raw["calm"], raw["disturbed"])),
        Comparison(
            "raw rows, replayed", count(raw["disturbed"].live), same(raw["disturbed"], raw["replayed"])
        ),
        Comparison("marts, undisturbed", count(marts["calm"]), _found(marts["calm"], marts["disturbed"])),
        Comparison(
            "marts, replayed", count(whole["disturbed"]), _found(whole["disturbed"], whole["replayed"])
        ),
        Comparison(
            "marts, published",
            count(whole["disturbed"]),
            _found(whole["disturbed"], {mart: published.get(mart, []) for mart in whole["disturbed"]}),
        ),
    ]


def _found(expected: dict[str, list[Any]], found: dict[str, list[Any]]) -> Found:
    answer = Found()
    for table in differences(expected, found):
        left, right = Counter(expected.get(table, [])), Counter(found.get(table, []))
        answer += Found((left - right).total(), (right - left).total(), (table,))
    return answer


def drift_seen(database: Path) -> tuple[int, int]:
    """Unknown fields and rejected fields that the warehouse has counted for the board's categories."""
    with duckdb.connect(str(database), read_only=True) as connection:
        unknown, rejected = connection.execute(
            "select (select count(*) from raw._schema_drift where field = 'colour'), "
            "(select count(*) from raw._rejected where stream = 'categories' and field = 'name')"
        ).fetchall()[0]
    return unknown, rejected


def main(arguments: Sequence[str] | None = None) -> int:
    """Live through both months; the exit code."""
    parser = argparse.ArgumentParser(
        prog="python -m tests.faults.month", description=__doc__.partition("\n")[0]
    )
    parser.add_argument("--seed", type=int, default=1, help="what goes wrong when (default 1)")
    parser.add_argument("--days", type=int, default=DAYS, help=f"how many, at least 23 (default {DAYS})")
    parser.add_argument("--keep", type=Path, metavar="FOLDER", help="work in this new folder and leave it")
    options = parser.parse_args(arguments)
    if not ERASURE < options.days <= DAYS:
        parser.error(f"--days is from {ERASURE + 1} to {DAYS}")
    began = time.monotonic()
    folder = (options.keep or Path(tempfile.mkdtemp(prefix="lodestar-month-"))).resolve()
    try:
        return _show(*_both(folder, options.seed, options.days), (time.monotonic() - began) / 60)
    except KeyboardInterrupt:
        say("interrupted")
        return 130
    finally:
        if not options.keep:
            shutil.rmtree(folder, ignore_errors=True)


def _both(folder: Path, seed: int, last: int) -> tuple[dict[str, Month], list[Comparison], tuple[int, int]]:
    folder.mkdir(parents=True, exist_ok=True)
    make_community(folder / "community", seed)
    lives = [Job("live", (name, seed, last)) for name in ("disturbed", "calm")]
    ends = [Job("replay", (last,)), *(Job("finish", (name, last)) for name in ("disturbed", "calm"))]
    with Lanes(folder, 2, {"live": live, "finish": finish, "replay": replay}) as lanes:
        months = {job.arguments[0]: month for job, month in lanes.work(lives)}
        for job, problems in lanes.work(ends):
            months["disturbed"].problems += problems
            say(f"done: {job}")
    return months, compare_all(folder), drift_seen(folder / "disturbed" / "warehouse" / "community.duckdb")


def _show(
    months: dict[str, Month], comparisons: list[Comparison], drift: tuple[int, int], minutes: float
) -> int:
    console = Console(width=None if sys.stdout.isatty() else 130, highlight=False)
    days = Table(title="The disturbed month")
    for name in ("day", "runs", "faults", "kills", "red runs", "seconds"):
        days.add_column(name, justify="right")
    days.add_column("what happened")
    for day in months["disturbed"].days:
        numbers = (day.number, day.runs, day.faults, day.kills, day.red, round(day.seconds))
        days.add_row(*(str(number) for number in numbers), "; ".join(day.events))
    console.print(days)
    compared = Table(title="At its end")
    compared.add_column("compared with")
    for name in ("rows", "lost", "doubled"):
        compared.add_column(name, justify="right")
    compared.add_column("tables that differ")
    for each in comparisons:
        counts = (each.rows, each.found.lost, each.found.doubled)
        compared.add_row(each.what, *(f"{count:,}" for count in counts), ", ".join(each.found.tables))
    console.print(compared)
    problems = [problem for month in months.values() for problem in month.problems]
    if not all(drift):
        problems.append(f"the drift was not noticed: {drift[0]} unknown fields, {drift[1]} rejected")
    problems += [f"{each.what}: rows differ" for each in comparisons if each.found.lost or each.found.doubled]
    for problem in problems:
        console.print(f"failed: {problem}", markup=False)
    console.print(f"{'failed' if problems else 'passed'} in {minutes:.1f} minutes.")
    return 1 if problems else 0


if __name__ == "__main__":
    # Its classes must have the same names in the lanes' processes.
    from tests.faults import month

    sys.exit(month.main())
