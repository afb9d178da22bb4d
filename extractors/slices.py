"""A slice of the history load: the history of several sources, side by side, for so many minutes."""

from __future__ import annotations

import logging
import os
import threading
import time
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from extractors.config import SourceConfig, privacy_keys
from extractors.errors import LodestarError
from extractors.history import StreamHistory, stand
from extractors.registry import VENDORS
from extractors.report import ExtractReport, StreamReport
from extractors.run import extract

SLICE_MINUTES = 30.0
"""How long a slice takes at most, reading and loading."""
READING_SHARE = 0.9
"""The share of a slice that is spent reading; the rest is for loading what was read."""

Page = Callable[[str, str, str, int, int | None], None]
"""Called after each page with source, stream, lane, records so far and how many are left (None: unknown)."""


@dataclass
class Slice:
    """What a slice read."""

    reports: list[ExtractReport] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    """One line for each thing that was not well."""
    lines: list[str] = field(default_factory=list)
    """For people: what was read of each source, what is left, or why there is nothing to read."""
    is_left: bool = False
    """Whether there is more to read."""

    @property
    def has_advanced(self) -> bool:
        """Whether anything was read; without that, going on at once is of no use."""
        return any(stream.pages for report in self.reports for stream in report.streams)

    def log(self, number: int | None = None) -> None:
        """Log what was read and what is left."""
        for line in self.lines:
            logger.info("%s%s", f"slice {number}: " if number else "", line)
        for problem in self.problems:
            logger.warning(problem)


logger = logging.getLogger("lodestar.history")


def read_slice(
    sources: Sequence[SourceConfig],
    data_dir: Path,
    *,
    all_sources: Sequence[SourceConfig],
    since: datetime | None = None,
    streams: Collection[str] | None = None,
    minutes: float = SLICE_MINUTES,
    page: Page | None = None,
    stop: threading.Event | None = None,
    environ: Mapping[str, str] = os.environ,
) -> Slice:
    """Read history, no further back than `since`, into landing files; a source that fails stops no other.

    Interrupted, it lets every stream close its extraction, so that what is durable can be loaded.
    """
    found = Slice()
    stop = stop or threading.Event()
    key_id = privacy_keys(environ)[0][0]

    def read(source: SourceConfig) -> None:
        def shown(stream: str, lane: str, records: int, left: int | None) -> None:
            if page:
                page(source.name, stream, lane, records, left)

        try:
            report = extract(
                source,
                data_dir,
                all_sources=all_sources,
                streams=streams,
                lanes=("backfill",),
                since=since,
                minutes=minutes * READING_SHARE,
                progress=shown,
                stop=stop,
                environ=environ,
            )
            after = stand(source, VENDORS[source.vendor].streams, data_dir, since, key_id)
            found.reports.append(report)
            found.problems += report.problems()
            found.is_left |= _is_left(report, after)
            found.lines.append(_line(source.name, report, after))
        except LodestarError as error:
            found.problems.append(str(error))

    threads = [threading.Thread(target=read, args=(source,), daemon=True) for source in sources]
    for thread in threads:
        thread.start()
    try:
        while any(thread.is_alive() for thread in threads):
            time.sleep(0.05)
    except KeyboardInterrupt:
        stop.set()
        for thread in threads:
            thread.join(5.0)
        raise
    return found


def _is_left(report: ExtractReport, after: Sequence[StreamHistory]) -> bool:
    """Whether a stream broke off, or was read and has an earlier part left."""
    open_streams = {each.stream for each in after if each.part}
    return any(
        stream.status in ("unfinished", "failed") or (stream.status == "ok" and stream.stream in open_streams)
        for stream in report.streams
    )


def _line(source: str, report: ExtractReport, after: Sequence[StreamHistory]) -> str:
    """`forum: 9,400 records in 27.0 min (348 a minute); posts 41 %; about 13,500 records, 39 min left`."""
    if not after:
        return f"{source}: no start_date, so the daily load reads all history itself"
    if all(stream.waits for stream in after):
        return f"{source}: its history is read once the daily load has run: it says where history ends"
    if not report.streams:
        return f"{source}: its history is read"
    minutes = max(report.seconds / 60, 1 / 60)
    rate = report.records / minutes
    shares = ", ".join(f"{stream.stream} {_share(stream)}" for stream in report.streams)
    line = f"{source}: {report.records:,} records in {minutes:.1f} min ({rate:,.0f} a minute); {shares}"
    lefts = [stream.left for stream in report.streams if stream.status == "unfinished" and stream.left]
    if lefts and rate:
        line += f"; about {sum(lefts):,} records, {_duration(sum(lefts) / rate)} left"
    return line


def _share(stream: StreamReport) -> str:
    if stream.status in ("ok", "skipped"):
        return "done" if stream.status == "ok" else "can't be seen"
    share = "begun" if stream.share is None else f"{stream.share:.0%}".replace("%", " %")
    return f"{share}, failed" if stream.status == "failed" else share


def _duration(minutes: float) -> str:
    if minutes < 90:
        return f"{max(minutes, 1):.0f} min"
    return f"{minutes / 60:.0f} h" if minutes < 48 * 60 else f"{minutes / 1440:.0f} days"
