"""The weekly comparison with the vendors: what was deleted or changed without the daily load seeing it.

What is held is written down, the lane `reconcile` asks the vendors for what differs, and what it landed is
loaded like anything else: deletes are marked, nothing is dropped. The database is open only at both ends.
"""

from __future__ import annotations

import logging
import os
import sys
import threading
import time
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from rich.table import Table

from extractors.config import SourceConfig
from extractors.display import Display
from extractors.errors import LodestarError
from extractors.report import ExtractReport
from extractors.run import extract
from extractors.source import Lane
from warehouse.connection import WAIT_SECONDS
from warehouse.held import write_held
from warehouse.load import LoadReport, StreamLoad
from warehouse.upgrade import load_upgraded

logger = logging.getLogger("lodestar.reconcile")

LANES: tuple[Lane, ...] = ("reconcile",)


@dataclass(frozen=True)
class Found:
    """What a comparison found."""

    loads: tuple[StreamLoad, ...]
    """The loaded comparisons, one a stream."""
    errors: tuple[str, ...]

    def problems(self) -> list[str]:
        """One line for everything that was not well."""
        return list(self.errors)

    def lines(self) -> list[str]:
        """One line for each stream in which anything was found."""
        return [
            f"{each.source} {each.stream}: {each.deleted:,} deleted, {each.inserted:,} missed, "
            f"{each.updated:,} changed"
            for each in self.loads
            if each.deleted or each.inserted or each.updated
        ]

    def table(self) -> Table:
        """The same for a terminal, with the streams in which nothing was found."""
        table = Table("source", "records", title="Found by comparing with the vendors", title_justify="left")
        for name in ("deleted", "missed", "changed", "read"):
            table.add_column(name, justify="right")
        for each in self.loads:
            counts = (each.deleted, each.inserted, each.updated, each.records)
            table.add_row(each.source, each.stream, *(f"{count:,}" for count in counts))
        return table


def reconcile(
    data_dir: Path,
    sources: Sequence[SourceConfig],
    *,
    all_sources: Sequence[SourceConfig],
    accept_shrink: Collection[str] = (),
    wait_seconds: float = WAIT_SECONDS,
    environ: Mapping[str, str] = os.environ,
) -> Found:
    """Compare `sources` with their vendors and load what differs.

    Raises what `write_held` and `load_upgraded` raise; a source that fails is in the result and stops no
    other.
    """
    write_held(data_dir, sources, wait_seconds=wait_seconds)
    errors = ask(data_dir, sources, all_sources=all_sources, environ=environ)
    report = load_upgraded(data_dir, all_sources, accept_shrink=accept_shrink, wait_seconds=wait_seconds)
    return found(report, errors)


def found(report: LoadReport, errors: Sequence[str] = ()) -> Found:
    """What the comparisons among the loads of `report` found."""
    loads = tuple(each for each in report.loads if each.lane == "reconcile" and each.load_id is not None)
    result = Found(loads, tuple(dict.fromkeys([*errors, *report.problems()])))
    for line in result.lines() or ["nothing differs from what the vendors have"]:
        logger.info(line)
    return result


def ask(
    data_dir: Path,
    sources: Sequence[SourceConfig],
    *,
    all_sources: Sequence[SourceConfig],
    environ: Mapping[str, str] = os.environ,
) -> list[str]:
    """Land what differs at the vendors, the sources side by side; one line for each failure."""
    reports: list[ExtractReport] = []
    failures: list[str] = []
    stop = threading.Event()
    with Display(sys.stderr.isatty()) as display:

        def compare(source: SourceConfig) -> None:
            def page(stream: str, lane: str, records: int, left: int | None) -> None:
                display.page(source.name, stream, lane, records, left)

            try:
                reports.append(
                    extract(
                        source,
                        data_dir,
                        all_sources=all_sources,
                        lanes=LANES,
                        progress=page,
                        stop=stop,
                        environ=environ,
                    )
                )
            except LodestarError as error:
                failures.append(str(error))

        threads = [threading.Thread(target=compare, args=(source,), daemon=True) for source in sources]
        for thread in threads:
            thread.start()
        try:
            while any(thread.is_alive() for thread in threads):
                time.sleep(0.05)
        except BaseException:
            stop.set()
            for thread in threads:
                thread.join(3.0)
            raise
    return failures + [line for report in reports for line in report.problems()]
