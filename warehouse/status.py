"""How things stand: what is loaded of each source and stream, how fresh it is, and what is published."""

from __future__ import annotations

import json
import math
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
from rich.console import Console
from rich.markup import escape
from rich.table import Table as Grid

from extractors.clock import now
from extractors.history import HISTORY, SINCE
from warehouse.connection import open_working
from warehouse.layout import Layout
from warehouse.lock import InUse
from warehouse.releases import Release, current_release, pinned, releases
from warehouse.tables import quoted

WAIT_SECONDS = 5.0
RELEASES_SHOWN = 5
LONGEST_SHOWN = 45
"""Characters of a watermark or a list of unknown fields."""


@dataclass(frozen=True)
class StreamStatus:
    """One source's stream."""

    source: str
    stream: str
    rows: int
    """Without deleted ones."""
    deleted: int
    watermarks: dict[str, str]
    """Lane and JSON text of its watermark."""
    last_load_at: datetime | None
    rejected: int
    """Field values in raw._rejected."""
    drift: list[str]
    """Fields no declaration knows."""
    history: str | None
    """How far the past before `start_date` is read; None if the daily load reads all of it."""
    reread_runs: int | None
    """Runs until every record has been read again, at the last run's pace; None if nothing is read again."""


@dataclass(frozen=True)
class SourceStatus:
    """One configured or retired source."""

    name: str
    vendor: str
    freshness: str
    """ok, stale, never (loaded) or retired."""
    last_load_at: datetime | None
    stale_after_hours: float


@dataclass
class Status:
    """What `python -m warehouse status` shows."""

    sources: list[SourceStatus] = field(default_factory=list)
    streams: list[StreamStatus] = field(default_factory=list)
    releases: list[Release] = field(default_factory=list)
    """The last ones, newest first."""
    current: str | None = None
    pinned: str | None = None
    refused: list[str] = field(default_factory=list)
    """Stamps of refused candidates that are kept."""
    busy: str | None = None
    """Why the working database could not be asked."""


def status(data_dir: Path, *, wait_seconds: float = WAIT_SECONDS) -> Status:
    """Ask the working database and the published folder; a busy database is a line, not an error."""
    layout = Layout(data_dir)
    current = current_release(layout)
    found = Status(
        releases=releases(layout)[: -RELEASES_SHOWN - 1 : -1],
        current=current.stamp if current else None,
        pinned=pinned(layout),
        refused=sorted(path.name for path in layout.refused.glob("*")),
    )
    if layout.database.exists():
        try:
            with open_working(data_dir, "status", wait_seconds) as working:
                _ask(working.connection, found)
        except InUse as error:
            found.busy = str(error)
    return found


def freshness(last: datetime | None, stale_after_hours: float, retired: bool, at: datetime) -> str:
    """ok, stale, never or retired, for a source last loaded at `last`."""
    if retired:
        return "retired"
    if last is None:
        return "never"
    return "stale" if at - last > timedelta(hours=stale_after_hours) else "ok"


def _ask(connection: duckdb.DuckDBPyConnection, found: Status) -> None:
    present = {
        name
        for (name,) in connection.execute(
            "select table_name from duckdb_tables() where database_name = current_database() and "
            "schema_name = 'raw'"
        ).fetchall()
    }
    if "_loads" not in present:
        return
    for name, vendor, hours, retired, last in connection.execute(
        """
        select s.source, s.vendor, s.stale_after_hours, s.retired_at is not null, max(l.loaded_at)
        from raw._sources as s left join raw._loads as l using (source)
        group by all order by 1
        """
    ).fetchall():
        found.sources.append(SourceStatus(name, vendor, freshness(last, hours, retired, now()), last, hours))
    for source, vendor, stream, last in connection.execute(
        "select source, vendor, stream, max(loaded_at) from raw._loads group by all order by all"
    ).fetchall():
        if f"{vendor}__{stream}" in present:
            found.streams.append(_stream(connection, source, vendor, stream, last))


def _stream(
    connection: duckdb.DuckDBPyConnection, source: str, vendor: str, stream: str, last: datetime
) -> StreamStatus:
    def all_of(query: str) -> list[tuple[Any, ...]]:
        rows: list[tuple[Any, ...]] = connection.execute(query, [source, stream]).fetchall()
        return rows

    counts = connection.execute(
        "select count(*) filter (where _deleted_at is null), count(_deleted_at) from "
        f"raw.{quoted(f'{vendor}__{stream}')} where _source = ?",
        [source],
    ).fetchall()[0]
    watermarks = dict(
        all_of("select lane, watermark::varchar from raw._watermarks where source = ? and stream = ?")
    )
    return StreamStatus(
        source,
        stream,
        int(counts[0]),
        int(counts[1]),
        watermarks,
        last,
        int(all_of("select count(*) from raw._rejected where source = ? and stream = ?")[0][0]),
        [
            str(name)
            for (name,) in all_of(
                "select field from raw._schema_drift where source = ? and stream = ? order by 1"
            )
        ],
        _history(
            watermarks,
            all_of(
                "select sum(records), sum(epoch(extracted_until - started_at)) from raw._loads where "
                "source = ? and stream = ? and lane = 'backfill' and records > 0"
            )[0],
        ),
        _reread_runs(
            all_of(
                "select is_snapshot, records from raw._loads where source = ? and stream = ? and lane = "
                "'reread' and records > 0 order by _load_id desc limit 1"
            ),
            int(counts[0]),
        ),
    )


def _history(watermarks: dict[str, str], read: tuple[Any, ...]) -> str | None:
    """`41 % from the beginning to 2024-01-01, 12,400 records at 350 a minute`."""
    since = json.loads(watermarks.get("new", "{}")).get(SINCE)
    mark = json.loads(watermarks.get("backfill", "{}")).get(HISTORY)
    if mark is None:
        return f"none before {since[:10]}" if since else None
    first = mark["from"][:10] if mark["from"] else "the beginning"
    share = "all" if mark["done"] else f"{mark['share']:.0%}".replace("%", " %")
    records, seconds = int(read[0] or 0), float(read[1] or 0.0)
    pace = f" at {60 * records / seconds:,.0f} a minute" if seconds >= 1 and not mark["done"] else ""
    return f"{share} from {first} to {mark['until'][:10]}, {records:,} records{pace}"


def _reread_runs(last: list[tuple[Any, ...]], rows: int) -> int | None:
    """From the last reread load (is_snapshot, records), if there was one."""
    if not last:
        return None
    is_snapshot, records = last[0]
    return 1 if is_snapshot else max(1, math.ceil(rows / records))


def show(found: Status, console: Console) -> None:
    """Write the status for people."""
    if found.busy:
        console.print(
            f"The working database can't be asked now: {found.busy}", style="yellow", highlight=False
        )
    elif not found.sources:
        console.print("Nothing is loaded yet. Start with: make run", highlight=False)
    if found.sources:
        _show_sources(found, console)
        _show_streams(found, console)
        _show_history(found, console)
    _show_releases(found, console)


def _show_history(found: Status, console: Console) -> None:
    read = [stream for stream in found.streams if stream.history]
    if not read:
        return
    grid = Grid("history", "read before start_date", box=None, pad_edge=False)
    for stream in read:
        grid.add_row(f"{stream.source}.{stream.stream}", str(stream.history))
    console.print(grid)
    console.print("Go on reading it with: make history", highlight=False)
    console.print()


def _show_sources(found: Status, console: Console) -> None:
    grid = Grid("source", "vendor", "freshness", "last load", "stale after", box=None, pad_edge=False)
    for source in found.sources:
        colour = "green" if source.freshness == "ok" else "red"
        grid.add_row(
            source.name,
            source.vendor,
            f"[{colour}]{source.freshness}[/]",
            _when(source.last_load_at),
            f"{source.stale_after_hours:g} h",
        )
    console.print(grid)
    console.print()


def _show_streams(found: Status, console: Console) -> None:
    grid = Grid(box=None, pad_edge=False)
    grid.add_column("stream", no_wrap=True)
    for name in ("rows", "deleted", "rejected", "runs to re-read all"):
        grid.add_column(name, justify="right", no_wrap=True)
    for name in ("last load", "watermark", "unknown fields"):
        grid.add_column(name, no_wrap=True)
    for stream in found.streams:
        grid.add_row(
            f"{stream.source}.{stream.stream}",
            f"{stream.rows:,}",
            f"{stream.deleted:,}",
            f"[red]{stream.rejected:,}[/]" if stream.rejected else "0",
            f"{stream.reread_runs:,}" if stream.reread_runs else "",
            _when(stream.last_load_at),
            "  ".join(
                escape(_shortened(text) if lane == "new" else f"{lane} {_shortened(text)}")
                for lane, text in sorted(stream.watermarks.items())
                if lane != "backfill"
            ),
            escape(_shortened(", ".join(stream.drift))),
        )
    console.print(grid)
    console.print()


def _shortened(text: str) -> str:
    return text if len(text) <= LONGEST_SHOWN else text[: LONGEST_SHOWN - 1] + "…"


def _show_releases(found: Status, console: Console) -> None:
    if not found.releases:
        console.print("Nothing is published yet.", highlight=False)
    else:
        grid = Grid("release", "built", "rows", "checks", "", box=None, pad_edge=False)
        for release in found.releases:
            gate = release.description["gate"]
            marks = ["current"] if release.stamp == found.current else []
            marks += ["pinned"] if release.stamp == found.pinned else []
            grid.add_row(
                release.stamp,
                _when(datetime.fromisoformat(release.description["built_at"])),
                f"{sum(release.row_counts.values()):,}",
                f"{gate['checks']}, {gate['warned']} warned",
                ", ".join(marks),
            )
        console.print(grid)
    if found.pinned:
        console.print("Later runs don't switch `current` until: make unpin", highlight=False)
    if found.refused:
        console.print(f"Refused by the gate and kept for a look: {', '.join(found.refused)}", highlight=False)


def _when(moment: datetime | None) -> str:
    return f"{moment:%Y-%m-%d %H:%M}" if moment else "never"
