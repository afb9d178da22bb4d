"""Runs a command and measures it; collects repetitions into measures, and measures into an outcome."""

from __future__ import annotations

import os
import re
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks.stand import ROOT

LOOK_EVERY_SECONDS = 0.01
_TICKS = os.sysconf("SC_CLK_TCK")
_HIGH_WATER = re.compile(r"^VmHWM:\s+(\d+) kB$", re.MULTILINE)


class BenchmarkError(Exception):
    """A measured command failed; the text says which and how."""


@dataclass(frozen=True)
class Run:
    """One run of one command, from its start to its end."""

    seconds: float
    peak_bytes: int
    """Largest resident memory of the process, without its children."""
    output: Path
    """What it printed."""
    cpu_seconds: float = 0.0
    """Of the process and the children it waited for: comparable between busy hours and quiet ones."""

    def followed_by(self, other: Run) -> Run:
        """This run and the next as one."""
        peak = max(self.peak_bytes, other.peak_bytes)
        return Run(self.seconds + other.seconds, peak, other.output, self.cpu_seconds + other.cpu_seconds)


@dataclass
class Measure:
    """What one reader did, over several repetitions of the same work."""

    subject: str
    records: int
    """Records of one repetition."""
    seconds: list[float] = field(default_factory=list)
    peak_bytes: int = 0
    requests: int | None = None
    """Requests of one repetition."""
    cpu_seconds: list[float] = field(default_factory=list)

    def add(self, run: Run, requests: int | None = None) -> None:
        """Count a repetition."""
        self.seconds.append(run.seconds)
        self.cpu_seconds.append(run.cpu_seconds)
        self.peak_bytes = max(self.peak_bytes, run.peak_bytes)
        self.requests = requests if requests is not None else self.requests

    @property
    def speed(self) -> float:
        """Records a second, by the median repetition."""
        return self.records / median(self.seconds)

    @property
    def requests_per_thousand(self) -> float | None:
        """Requests for 1,000 records; None if they were not counted."""
        return None if self.requests is None else 1000 * self.requests / self.records

    def as_dict(self) -> dict[str, Any]:
        """Plain values, derived ones included."""
        derived = {
            "median_seconds": median(self.seconds),
            "median_cpu_seconds": median(self.cpu_seconds),
            "records_per_second": self.speed,
            "requests_per_thousand": self.requests_per_thousand,
        }
        return asdict(self) | derived


@dataclass(frozen=True)
class Target:
    """What was promised, and whether it was reached."""

    text: str
    wanted: float
    reached: float
    at_most: bool = False

    @property
    def is_met(self) -> bool:
        """Whether the promise holds."""
        return self.reached <= self.wanted if self.at_most else self.reached >= self.wanted


@dataclass(frozen=True)
class Outcome:
    """A benchmark's result."""

    title: str
    measures: list[Measure]
    targets: list[Target] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def as_dict(self) -> dict[str, Any]:
        """Plain values."""
        return {
            "title": self.title,
            "measures": [measure.as_dict() for measure in self.measures],
            "targets": [asdict(target) | {"is_met": target.is_met} for target in self.targets],
            "notes": self.notes,
        }


@dataclass(frozen=True)
class Bench:
    """What a benchmark is given: where to work, how often, how large, and whom to tell."""

    folder: Path
    """Its own, empty at the start."""
    repeat: int
    scale: float
    now: datetime
    """The sandbox's clock; all records are older."""
    say: Callable[[str], None]

    def size(self, usual: int) -> int:
        """A number of records at this scale; at least 100."""
        return max(int(usual * self.scale), 100)


def run(command: Sequence[object], environment: Mapping[str, str], folder: Path) -> Run:
    """Run a command to its end, what it prints into files in `folder`. Raises BenchmarkError if it fails."""
    words = [str(part) for part in command]
    output, log = folder / "output", folder / "log"
    peak, spent = 0, 0.0
    with output.open("wb") as out, log.open("wb") as err:
        began = time.perf_counter()
        process = subprocess.Popen(words, env=dict(environment), cwd=ROOT, stdout=out, stderr=err)
        try:
            while process.poll() is None:
                peak = max(peak, _high_water(process.pid))
                spent = max(spent, _cpu_seconds(process.pid))
                time.sleep(LOOK_EVERY_SECONDS)
        finally:
            process.kill()
        seconds = time.perf_counter() - began
    if process.returncode:
        lines = log.read_text(errors="replace").strip().splitlines() or ["no message"]
        raise BenchmarkError(f"{' '.join(words)} ended with {process.returncode}: {lines[-1]}")
    return Run(seconds, peak, output, spent)


def _high_water(pid: int) -> int:
    """The largest resident memory of a process so far; 0 if it has just ended.

    The rusage of an ended child would count this process' memory too, from before its program was loaded.
    """
    try:
        status = Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return 0
    found = _HIGH_WATER.search(status)
    return int(found[1]) * 1024 if found else 0


def _cpu_seconds(pid: int) -> float:
    """User and system time of a process and its ended children so far; 0 if it has just ended."""
    try:
        status = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return 0.0
    # The second field, the program's name, may hold spaces.
    return sum(map(int, status.rpartition(")")[2].split()[11:15])) / _TICKS
