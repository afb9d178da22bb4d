"""`python -m benchmarks [NAME…]`: speed and scale, side by side with peers; tables here, JSON in DATA_DIR.

Exit code 0: measured (whether or not targets are met); 1: a benchmark failed; 2: wrong usage.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import shutil
import signal
import sys
from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from pathlib import Path
from statistics import median
from types import FrameType
from typing import Any

from rich.console import Console
from rich.table import Table

from benchmarks import discourse, marts, memory, serving, uservoice, zendesk_dlt, zendesk_tap
from benchmarks.measure import Bench, BenchmarkError, Measure, Outcome
from benchmarks.peers import PeerError
from extractors import clock
from extractors.config import data_dir

BENCHMARKS: Mapping[str, Callable[[Bench], Outcome]] = {
    "serving": serving.measure,
    "memory": memory.measure,
    "marts": marts.measure,
    "zendesk_dlt": zendesk_dlt.measure,
    "zendesk_tap": zendesk_tap.measure,
    "uservoice": uservoice.measure,
    "discourse": discourse.measure,
}
_console = Console(width=None if sys.stdout.isatty() else 110)


def main(arguments: Sequence[str]) -> int:
    """Run the named benchmarks, or all; the exit code."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"of: {', '.join(BENCHMARKS)}")
    parser.add_argument("--repeat", type=int, default=3, help="repetitions of each reader (default 3)")
    parser.add_argument("--scale", type=float, default=1.0, help="records relative to the usual number")
    options = parser.parse_args(arguments)
    if unknown := sorted(set(options.names) - set(BENCHMARKS)):
        parser.error(f"unknown benchmark {', '.join(unknown)}; known: {', '.join(BENCHMARKS)}")
    if options.repeat < 1 or options.scale <= 0:
        parser.error("--repeat is at least 1, --scale above 0")
    folder = data_dir().resolve() / "benchmarks"
    signal.signal(signal.SIGTERM, _terminate)
    failed = False
    for name in options.names or BENCHMARKS:
        try:
            outcome = _measured(name, folder, options.repeat, options.scale)
        except (BenchmarkError, PeerError) as error:
            print(f"error: {name}: {error}", file=sys.stderr)
            failed = True
            continue
        _show(outcome)
        _keep(outcome, folder / f"{name}.json", options)
    return 1 if failed else 0


def _terminate(_signal: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt


def _measured(name: str, folder: Path, repeat: int, scale: float) -> Outcome:
    work = folder / "work" / name
    shutil.rmtree(work, ignore_errors=True)
    work.mkdir(parents=True)
    # Yesterday's midnight: nothing is withheld as too recent, whatever the hour.
    midnight = clock.now().replace(hour=0, minute=0, second=0, microsecond=0) - timedelta(days=1)

    def say(text: str) -> None:
        _console.print(f"{name}: {text}", highlight=False, markup=False)

    try:
        return BENCHMARKS[name](Bench(work, repeat, scale, midnight, say))
    finally:
        shutil.rmtree(work, ignore_errors=True)


def _show(outcome: Outcome) -> None:
    table = Table(title=outcome.title, title_justify="left")
    table.add_column("", no_wrap=True)
    for column in ("records", "seconds", "CPU s", "records/s", "requests per 1,000", "peak MB"):
        table.add_column(column, justify="right")
    for measure in outcome.measures:
        table.add_row(*_row(measure))
    _console.print(table)
    for target in outcome.targets:
        verdict = "met" if target.is_met else "MISSED"
        bound = "at most" if target.at_most else "at least"
        text = f"  {target.reached:,.1f} {target.text} (wanted {bound} {target.wanted:,g}: {verdict})"
        _console.print(text, highlight=False, markup=False)
    for note in outcome.notes:
        _console.print(f"  {note}", highlight=False, markup=False)
    _console.print()


def _row(measure: Measure) -> tuple[str, ...]:
    per_thousand = measure.requests_per_thousand
    spread = f"{min(measure.seconds):.1f}-{max(measure.seconds):.1f}"
    return (
        measure.subject,
        f"{measure.records:,}",
        spread,
        f"{median(measure.cpu_seconds):.1f}",
        f"{measure.speed:,.0f}",
        "" if per_thousand is None else f"{per_thousand:,.1f}",
        f"{measure.peak_bytes / 1_000_000:,.0f}",
    )


def _keep(outcome: Outcome, path: Path, options: argparse.Namespace) -> None:
    machine: dict[str, Any] = {
        "system": platform.platform(),
        "python": platform.python_version(),
        "cores": os.cpu_count(),
        "load_average": os.getloadavg()[0],
    }
    content = {
        "measured_at": clock.iso(clock.now()),
        "machine": machine,
        "repeat": options.repeat,
        "scale": options.scale,
        **outcome.as_dict(),
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(content, indent=2) + "\n")


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except KeyboardInterrupt:
        sys.exit(130)
