"""Rebuilding the raw tables from the landing files, in the order in which they were once loaded."""

from __future__ import annotations

import json
import logging
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from extractors.clock import now
from extractors.config import SourceConfig
from extractors.errors import LodestarError
from extractors.landing import Checkpoint, complete_extractions
from warehouse.bookkeeping import sync_sources, write_watermarks
from warehouse.connection import (
    WAIT_SECONDS,
    DatabaseError,
    Working,
    connected,
    require_free_disk,
    working_lock,
)
from warehouse.database_file import put_in_place, remove_database
from warehouse.layout import Layout
from warehouse.load import LoadReport, Origin, disk_needed, load_extractions
from warehouse.progress import LoadProgress
from warehouse.schema import Schema, read_schema
from warehouse.tables import ensure_tables

logger = logging.getLogger("lodestar.replay")


class ReplayFailed(LodestarError):
    """The landing files do not give a whole database; the old one stays."""


@dataclass(frozen=True)
class _Earlier:
    """What the old database says about how it came to be."""

    loads: list[dict[str, Any]]
    sources: list[tuple[Any, ...]]


def replay(
    data_dir: Path,
    sources: Sequence[SourceConfig],
    *,
    schema: Schema | None = None,
    accept_shrink: Collection[str] = (),
    wait_seconds: float = WAIT_SECONDS,
    terminal: bool | None = None,
) -> LoadReport:
    """Build a new working database from the landing files and put it in the place of the old one.

    The order, times and accepted shrinks come from the old database's raw._loads; extractions it never
    loaded are left to the next load. If the old database can't be opened, every complete extraction is
    loaded in extract_id order. The old file is kept beside as `community.before-replay.duckdb`. Raises
    ReplayFailed, and changes nothing, if landing files are missing or a stream can't be loaded.
    """
    schema = schema or read_schema()
    layout = Layout(data_dir)
    fresh = layout.database.with_name("community.replay.duckdb")
    report = LoadReport()
    with working_lock(data_dir, "replay", wait_seconds) as lock:
        remove_database(fresh)
        complete = complete_extractions(layout.landing)
        earlier = _earlier(layout)
        order = _order(layout, complete, earlier)
        require_free_disk(layout.warehouse, disk_needed([each for each, _ in order]), "replay")
        with connected(layout.spill, fresh) as connection:
            working = Working(layout, connection, lock)
            ensure_tables(connection, schema)
            if earlier and earlier.sources:
                connection.executemany("insert into raw._sources values (?, ?, ?, ?, ?)", earlier.sources)
            sync_sources(connection, sources, now())
            with LoadProgress(terminal) as progress:
                load_extractions(working, schema, order, report, progress, accept_shrink, state_file=False)
            _check(report, order, earlier)
            connection.execute("checkpoint")
        put_in_place(fresh, layout.database, layout.database.with_name("community.before-replay.duckdb"))
        with connected(layout.spill, layout.database) as connection:
            write_watermarks(connection, layout.watermarks)
    return report


def _earlier(layout: Layout) -> _Earlier | None:
    """The old database's loads in order, and its sources; None if there is none or it can't be read."""
    if not layout.database.exists():
        return None
    try:
        with connected(layout.spill, layout.database) as connection:
            cursor = connection.execute(
                "select _load_id, extract_id, loaded_at, seconds, files from raw._loads order by _load_id"
            )
            names = [column[0] for column in cursor.description or ()]
            loads = [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
            known = connection.execute(
                "select source, vendor, stale_after_hours, configured_at, retired_at from raw._sources"
            ).fetchall()
        return _Earlier(loads, known)
    except (DatabaseError, duckdb.Error) as error:
        logger.warning(
            "the old database can't be read (%s): the landing files are loaded in the order of their "
            "extraction",
            str(error).splitlines()[0],
        )
        return None


def _order(
    layout: Layout, complete: Sequence[Checkpoint], earlier: _Earlier | None
) -> list[tuple[Checkpoint, Origin | None]]:
    if earlier is None:
        return [(each, None) for each in complete]
    by_id = {each.extract_id: each for each in complete}
    missing = [load for load in earlier.loads if load["extract_id"] not in by_id]
    if missing:
        raise ReplayFailed(
            f"{len(missing)} of {len(earlier.loads)} loaded extractions are no longer in {layout.landing} "
            f"(the first: {json.loads(missing[0]['files'])['folder']}). Put them back, or use: python -m "
            "warehouse restore"
        )
    return [
        (by_id[load["extract_id"]], Origin(load["_load_id"], load["loaded_at"], load["seconds"]))
        for load in earlier.loads
    ]


def _check(
    report: LoadReport, order: Sequence[tuple[Checkpoint, Origin | None]], earlier: _Earlier | None
) -> None:
    if earlier is None:
        return
    loaded = {load.extract_id for load in report.loads if load.load_id is not None}
    lacking = [each for each, _ in order if each.extract_id not in loaded]
    if lacking:
        reason = next((load.error for load in report.loads if load.load_id is None), "")
        raise ReplayFailed(
            f"{len(lacking)} extractions could not be loaded again, so the old database stays. {reason}"
        )
