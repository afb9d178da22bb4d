"""The campaign: scenarios dealt to lanes that work side by side, and the table of what came of them."""

from __future__ import annotations

import contextlib
import gc
import multiprocessing
import multiprocessing.connection
import os
import sys
import time
import traceback
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from tests.faults.ground import ground, make_community
from tests.faults.scenarios import Scenario
from tests.faults.trial import Prepared, Verdict, attempt, days_watched, make_base, make_calm, make_whole

LANES = 6
"""Scenarios at once: they wait for the vendor much of the time."""


@dataclass(frozen=True)
class Job:
    """Something a lane does: a scenario, or what scenarios are compared with."""

    name: str
    arguments: tuple[Any, ...] = ()

    def __str__(self) -> str:
        return " ".join(str(argument) for argument in (self.name, *self.arguments))


Work = Mapping[str, Callable[..., Any]]
"""What lanes can do: functions of what is prepared, a ground and a job's arguments."""
_WORK: Work = {
    "base": make_base,
    "whole": make_whole,
    "calm": make_calm,
    "try": attempt,
}


def campaign(scenarios: Sequence[Scenario], folder: Path, seed: int, lanes: int = LANES) -> list[Verdict]:
    """Try all scenarios in `folder`, telling on stderr how far it is; their verdicts in order of number."""
    folder.mkdir(parents=True, exist_ok=True)
    make_community(folder / "community", seed)
    verdicts: list[Verdict] = []
    with Lanes(folder, min(lanes, len(scenarios)), _WORK) as workers:
        for done in workers.work(_bases(scenarios)):
            say(f"ready: {done[0]}")
        calm = _calm(scenarios)
        for number, _ in enumerate(workers.work(calm), 1):
            if number == len(calm):
                say(f"ready: {number} undisturbed runs")
        # The long ones first, so that no lane is left with one at the end.
        ordered = sorted(scenarios, key=lambda each: each.shape, reverse=True)
        began = time.monotonic()
        for _, verdict in workers.work([Job("try", (each,)) for each in ordered]):
            verdicts.append(verdict)
            _say_verdict(verdict, len(verdicts), len(scenarios), time.monotonic() - began)
    return sorted(verdicts, key=lambda verdict: verdict.scenario.number)


def _bases(scenarios: Sequence[Scenario]) -> list[Job]:
    jobs = [Job("base", (source,)) for source in sorted({each.source for each in scenarios} - {"all"})]
    return [*([Job("whole")] if any(each.source == "all" for each in scenarios) else []), *jobs]


def _calm(scenarios: Sequence[Scenario]) -> list[Job]:
    wanted = {
        (each.source, days)
        for each in scenarios
        if each.shape == "read"
        for days in (days_watched(each), days_watched(each)[:1])
    }
    return [Job("calm", each) for each in sorted(wanted)]


def say(text: str) -> None:
    """A line on stderr with the time."""
    sys.stderr.write(f"{time.strftime('%H:%M:%S')} {text}\n")
    sys.stderr.flush()


def _say_verdict(verdict: Verdict, done: int, of: int, seconds: float) -> None:
    if not verdict.passed:
        found = verdict.found
        say(f"FAILED {verdict.scenario}: {found}; {'; '.join(verdict.problems)}")
    if done == of or done % 10 == 0:
        left = seconds / done * (of - done)
        say(f"{done} of {of} scenarios, {left / 60:.0f} minutes left" if done < of else f"{of} scenarios")


# Lanes: processes of their own, each with a sandbox, that fork what is to be killed.


class Lanes:
    """Processes, each with a sandbox over the community in `folder`; `known` says what they can do."""

    def __init__(self, folder: Path, count: int, known: Work) -> None:
        spawn = multiprocessing.get_context("spawn")
        self._ends: list[Connection] = []
        self._processes = []
        for number in range(count):
            ours, theirs = spawn.Pipe()
            process = spawn.Process(target=_lane, args=(theirs, folder, number, known), daemon=True)
            process.start()
            theirs.close()
            self._ends.append(ours)
            self._processes.append(process)

    def __enter__(self) -> Lanes:
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        for end in self._ends:
            end.close()
        for process in self._processes:
            # Its sandbox ends with it, and what it has forked soon after.
            process.join(None if kind is None else 0)
            if process.is_alive():
                process.kill()

    def work(self, jobs: Sequence[Job]) -> Iterator[tuple[Job, Any]]:
        """Do the jobs in any order; what came of each as it ends. A lane that fails ends the campaign."""
        waiting, busy = list(jobs), {}
        for end in self._ends:
            if waiting:
                busy[end] = waiting.pop(0)
                end.send(busy[end])
        while busy:
            ready = set(multiprocessing.connection.wait(list(busy)))
            for end in [end for end in busy if end in ready]:
                job = busy.pop(end)
                try:
                    answer, trace = end.recv()
                except EOFError:
                    answer, trace = None, "its process ended"
                if trace:
                    raise RuntimeError(f"{job}: {trace}")
                if waiting:
                    busy[end] = waiting.pop(0)
                    end.send(busy[end])
                yield job, answer


def _lane(end: Connection, folder: Path, number: int, known: Work) -> None:
    prepared = Prepared(folder)
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    gc.collect()
    # What is here stays: a collection in a forked process would only copy its pages.
    gc.freeze()
    with (
        ground(folder / "community", folder / f"lane-{number}") as place,
        contextlib.suppress(EOFError, BrokenPipeError),
    ):
        while True:
            job = end.recv()
            try:
                answer = (known[job.name](prepared, place, *job.arguments), "")
            except Exception:
                answer = (None, traceback.format_exc())
            end.send(answer)
    # At once: what was frozen would be reported as leaked.
    os._exit(0)


# The table


def table(verdicts: Sequence[Verdict]) -> Table:
    """Kind by vendor: how many scenarios, and what was wrong in them."""
    groups: dict[tuple[str, str, str], list[Verdict]] = defaultdict(list)
    for verdict in verdicts:
        scenario = verdict.scenario
        kind = scenario.kind if scenario.shape == "read" else f"{scenario.shape}: killed in"
        place = scenario.vendor if scenario.shape == "read" else scenario.kills[0].place
        groups[scenario.shape, kind, place].append(verdict)
    made = Table(title="Fault campaign")
    for name in ("kind", "vendor"):
        made.add_column(name)
    for name in _NUMBERS:
        made.add_column(name, justify="right")
    shape = "read"
    for (this, kind, place), group in sorted(
        groups.items(), key=lambda item: (item[0][0] != "read", item[0])
    ):
        if this != shape:
            made.add_section()
            shape = this
        made.add_row(kind, place, *_counted(group))
    made.add_section()
    made.add_row("all", "", *_counted(verdicts))
    return made


_NUMBERS = (
    "scenarios",
    "passed",
    "kills",
    "lost",
    "doubled",
    "half-published",
    "faults",
    "reruns",
    "seconds",
)


def _counted(group: Sequence[Verdict]) -> list[str]:
    numbers = (
        len(group),
        sum(each.passed for each in group),
        sum(each.kills for each in group),
        sum(each.found.lost for each in group),
        sum(each.found.doubled for each in group),
        sum(each.half_published for each in group),
        sum(each.faults for each in group),
        sum(each.reruns for each in group),
        round(sum(each.seconds for each in group)),
    )
    return [f"{number:,}" for number in numbers]


def show(verdicts: Sequence[Verdict], minutes: float) -> None:
    """Print the table, then a line for each scenario that did not pass."""
    console = Console(width=None if sys.stdout.isatty() else 130, highlight=False)
    console.print(table(verdicts))
    for verdict in verdicts:
        if not verdict.passed:
            found = verdict.found
            what = [f"{found.lost} lost, {found.doubled} doubled in {', '.join(found.tables)}"] * bool(
                found.tables
            )
            what += ["half-published"] * bool(verdict.half_published)
            console.print(
                f"failed: {verdict.scenario}: {'; '.join([*what, *verdict.problems])}", markup=False
            )
    passed = sum(verdict.passed for verdict in verdicts)
    console.print(f"{passed} of {len(verdicts)} scenarios passed in {minutes:.1f} minutes.")
