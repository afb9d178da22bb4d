"""Lodestar's own commands, as a benchmark runs them: a process each, into a data directory."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Sequence
from pathlib import Path

from benchmarks.measure import BenchmarkError, Run, run
from benchmarks.stand import Stand
from extractors.landing import complete_extractions


def extract(stand: Stand, source: str, streams: Sequence[str], data_dir: Path) -> Run:
    """Read streams of a source into an empty data directory."""
    shutil.rmtree(data_dir, ignore_errors=True)
    data_dir.mkdir(parents=True)
    chosen = [part for stream in streams for part in ("--stream", stream)]
    command = [sys.executable, "-m", "extractors", source, *chosen]
    return run(command, stand.configured(data_dir), data_dir)


def load(stand: Stand, data_dir: Path) -> Run:
    """Load what was extracted; without the copy for the backup, which peers don't make."""
    command = [sys.executable, "-m", "warehouse", "load", "--no-backup"]
    return run(command, stand.configured(data_dir), data_dir)


def records_read(data_dir: Path) -> int:
    """How many records the complete extractions in this directory hold."""
    return sum(one.records for one in complete_extractions(data_dir / "landing"))


def check(found: int, expected: int, subject: str) -> None:
    """A reader that did not get everything can't be compared: raises BenchmarkError."""
    if found != expected:
        raise BenchmarkError(f"{subject} got {found:,} records, {expected:,} were there")
