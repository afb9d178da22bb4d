"""Loading complete extractions into the raw tables, one transaction each.

Whatever the transaction writes (rows, history, rejected fields, drift, watermark, the row of raw._loads)
is there together or not at all, so a killed load is simply run again.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import duckdb

from extractors import clock
from extractors.clock import now
from extractors.config import SourceConfig
from extractors.errors import ConfigError, LodestarError, StorageError
from extractors.landing import Checkpoint, complete_extractions
from extractors.source import lane_name
from warehouse.bookkeeping import (
    loaded_extractions,
    move_watermark,
    next_load_id,
    record_drift,
    record_load,
    record_rejections,
    sync_sources,
    write_watermarks,
)
from warehouse.connection import (
    MEGABYTE,
    WAIT_SECONDS,
    Working,
    open_working,
    require_free_disk,
    transaction,
)
from warehouse.deletes import ShrinkRefused, live_rows, mark_told, mark_vanished, refuse_shrink
from warehouse.merge import merge
from warehouse.progress import LoadProgress
from warehouse.schema import Schema, Table, read_schema
from warehouse.stage import Staged, stage
from warehouse.tables import ensure_tables

logger = logging.getLogger("lodestar.load")

LEAST_FREE = 64 * MEGABYTE
SPREAD = 12
"""Bytes that a compressed landing byte may need for a while: text, spill, rows and their log."""


_COUNTS = ("records", "inserted", "updated", "unchanged", "deleted", "rejected")


class StreamStopped(LodestarError):
    """An extraction that can't be loaded as it is; later ones of its stream wait."""


@dataclass(frozen=True)
class StreamLoad:
    """What came of one extraction."""

    source: str
    stream: str
    lane: str
    extract_id: str
    load_id: int | None
    """None if it was not loaded."""
    records: int = 0
    inserted: int = 0
    updated: int = 0
    unchanged: int = 0
    deleted: int = 0
    rejected: int = 0
    seconds: float = 0.0
    error: str | None = None
    """One line; also set when it was loaded but records were rejected."""
    notes: tuple[str, ...] = ()

    def __str__(self) -> str:
        name = lane_name(self.source, self.stream, self.lane)
        return (
            f"{name}: {self.records:,} records in {self.seconds:.1f} s; "
            f"{self.inserted:,} new, {self.updated:,} changed, {self.deleted:,} deleted, {self.unchanged:,} "
            "unchanged"
            + (f", {self.rejected:,} rejected" if self.rejected else "")
            + "".join(f"; {note}" for note in self.notes)
        )


@dataclass
class LoadReport:
    """What one load did."""

    loads: list[StreamLoad] = field(default_factory=list)

    def problems(self) -> list[str]:
        """One line for everything that was not well."""
        return [load.error for load in self.loads if load.error]

    @property
    def failed(self) -> bool:
        """The run ends red: something was not loaded or was rejected."""
        return bool(self.problems())

    @property
    def records(self) -> int:
        """Records of the loaded extractions."""
        return sum(load.records for load in self.loads if load.load_id is not None)


@dataclass(frozen=True)
class Origin:
    """An earlier load that is repeated: what a replay keeps of it."""

    load_id: int
    loaded_at: datetime
    seconds: float


def load(
    data_dir: Path,
    sources: Sequence[SourceConfig],
    *,
    schema: Schema | None = None,
    accept_shrink: Collection[str] = (),
    wait_seconds: float = WAIT_SECONDS,
    terminal: bool | None = None,
) -> LoadReport:
    """Load every complete extraction that is not yet loaded, oldest first.

    `accept_shrink` names snapshot streams (`SOURCE.STREAM`) that may lose most of their rows this once.
    One stream's trouble is in the report and does not stop the others. Raises InUse, DatabaseError,
    StorageError and ConfigError for what concerns the whole load.
    """
    schema = schema or read_schema()
    _check_accepted(accept_shrink, sources, schema)
    with open_working(data_dir, "load", wait_seconds) as working:
        connection, layout = working.connection, working.layout
        ensure_tables(connection, schema)
        sync_sources(connection, sources, now())
        write_watermarks(connection, layout.watermarks)
        pending = complete_extractions(layout.landing, skip=loaded_extractions(connection))
        require_free_disk(layout.warehouse, disk_needed(pending), "load")
        report = LoadReport()
        with LoadProgress(terminal) as progress:
            load_extractions(
                working, schema, [(each, None) for each in pending], report, progress, accept_shrink
            )
        connection.execute("checkpoint")
    return report


def disk_needed(pending: Sequence[Checkpoint]) -> int:
    """Bytes the largest of `pending` may need while it is loaded, and all of them afterwards."""
    sizes = [sum(part.stat().st_size for part in each.parts() if part.exists()) for each in pending]
    return LEAST_FREE + SPREAD * max(sizes, default=0) + sum(sizes)


def load_extractions(
    working: Working,
    schema: Schema,
    pending: Sequence[tuple[Checkpoint, Origin | None]],
    report: LoadReport,
    progress: LoadProgress,
    accept_shrink: Collection[str] = (),
    *,
    state_file: bool = True,
) -> None:
    """Load `pending` in the given order, adding to `report`; the watermarks file follows if `state_file`."""
    stopped: set[tuple[str, str]] = set()
    for checkpoint, origin in pending:
        place = (checkpoint.source, checkpoint.stream)
        if place in stopped:
            continue
        progress.begin(f"{checkpoint.source} {checkpoint.stream}", checkpoint.records)
        accepted = origin is not None or f"{checkpoint.source}.{checkpoint.stream}" in accept_shrink
        try:
            loaded = _load_extraction(working, schema, checkpoint, origin, progress, accepted)
        except (ShrinkRefused, StreamStopped) as error:
            # A refused snapshot is outdated by a later one; anything else must be loaded in order.
            if isinstance(error, StreamStopped):
                stopped.add(place)
            loaded = StreamLoad(*place, checkpoint.lane, checkpoint.extract_id, None, error=str(error))
        else:
            if state_file:
                write_watermarks(working.connection, working.layout.watermarks)
        report.loads.append(loaded)
        if loaded.load_id is not None:
            progress.end(str(loaded))
        if loaded.error:
            progress.end(loaded.error, well=False)


def _load_extraction(
    working: Working,
    schema: Schema,
    checkpoint: Checkpoint,
    origin: Origin | None,
    progress: LoadProgress,
    accept_shrink: bool,
) -> StreamLoad:
    """Check an extraction's records, then merge them in one transaction."""
    began = time.monotonic()
    where = f"source {checkpoint.source}, stream {checkpoint.stream}"
    table = schema.tables.get((checkpoint.vendor, checkpoint.stream))
    if table is None:
        raise StreamStopped(
            f"{where}: raw.{checkpoint.vendor}__{checkpoint.stream} is not declared. Declare it in "
            f"dbt_project/models/staging/{checkpoint.vendor}/_{checkpoint.vendor}__sources.yml and load "
            "again."
        )
    loaded_at = origin.loaded_at if origin else now()
    try:
        staged = _stage(working, checkpoint, table, progress, loaded_at)
        with transaction(working.connection):
            row = _merge(working.connection, schema, table, checkpoint, staged, origin, accept_shrink)
            row |= {"loaded_at": loaded_at, "seconds": origin.seconds if origin else time.monotonic() - began}
            if stays := move_watermark(working.connection, checkpoint, row["_load_id"], loaded_at):
                row["notes"].append(stays)
            record_rejections(working.connection, checkpoint, staged, row["_load_id"], loaded_at)
            record_drift(working.connection, checkpoint, table, staged)
            record_load(working.connection, row)
    except (duckdb.ProgrammingError, duckdb.DataError, duckdb.NotSupportedError) as error:
        raise StreamStopped(
            f"{where}: raw.{table.name} can't take extraction {checkpoint.extract_id} "
            f"({str(error).splitlines()[0]}). Correct its declaration (history, deleted_when) and load "
            "again."
        ) from None
    return StreamLoad(
        source=checkpoint.source,
        stream=checkpoint.stream,
        lane=checkpoint.lane,
        extract_id=checkpoint.extract_id,
        load_id=row["_load_id"],
        **{name: row[name] for name in _COUNTS},
        seconds=row["seconds"],
        error=_rejected_line(where, staged) if staged.rejected else None,
        notes=tuple(row["notes"]),
    )


def _stage(
    working: Working, checkpoint: Checkpoint, table: Table, progress: LoadProgress, loaded_at: datetime
) -> Staged:
    """Fill `incoming`; if the stream must stop, record why before raising StreamStopped."""
    where = f"source {checkpoint.source}, stream {checkpoint.stream}"
    landing, spill = working.layout.landing, working.layout.spill
    try:
        staged = stage(working.connection, checkpoint, table, landing, spill, progress.advance)
    except StorageError as error:
        raise StreamStopped(f"{where}: {error}") from None
    if staged.stopped:
        with transaction(working.connection):
            record_rejections(working.connection, checkpoint, staged, None, loaded_at)
        raise StreamStopped(
            f"{where}: {staged.stopped} ({_first(staged)}). Nothing of extraction {checkpoint.extract_id} "
            f"was loaded. See raw._rejected, correct the declaration of raw.{table.name} or the extractor, "
            "and load again."
        )
    return staged


def _merge(
    connection: duckdb.DuckDBPyConnection,
    schema: Schema,
    table: Table,
    checkpoint: Checkpoint,
    staged: Staged,
    origin: Origin | None,
    accept_shrink: bool,
) -> dict[str, Any]:
    """Merge `incoming` and mark what was deleted; the row of raw._loads, but for its times."""
    source, started_at = checkpoint.source, clock.parse(checkpoint.started_at)
    load_id = origin.load_id if origin else next_load_id(connection)
    notes = list(checkpoint.notes)
    live_before = live_rows(connection, table, source)
    compares = checkpoint.lane == "reconcile" and not checkpoint.snapshot
    if compares and _is_outdated(connection, checkpoint):
        connection.execute("delete from incoming")
        notes.append("a later comparison was loaded before it, so it tells nothing")
    merged = merge(connection, table, source, load_id)
    deleted = merged.deleted
    if compares and refuse_shrink(
        table, source, deleted, live_before, "are gone by the comparison with the vendor", accept_shrink
    ):
        notes.append(f"accepted that {deleted} of {live_before} records are gone")
    if checkpoint.snapshot:
        vanished = mark_vanished(
            connection, table, source, load_id, started_at, live_before, staged, accept_shrink
        )
        deleted += vanished.rows
        if vanished.suspicious:
            notes.append(f"accepted that {vanished.rows} of {live_before} records vanished")
    deleted += _mark_told(connection, schema, table, source, load_id)
    return {
        "_load_id": load_id,
        "source": source,
        "vendor": checkpoint.vendor,
        "stream": checkpoint.stream,
        "lane": checkpoint.lane,
        "extract_id": checkpoint.extract_id,
        "is_snapshot": checkpoint.snapshot,
        "started_at": started_at,
        "extracted_until": clock.parse(staged.extracted_until) if staged.extracted_until else None,
        "records": staged.records,
        "inserted": merged.inserted,
        "updated": merged.updated,
        "unchanged": merged.unchanged,
        "deleted": deleted,
        "rejected": staged.rejected,
        "files": staged.files,
        "watermark": checkpoint.watermark,
        "notes": notes,
    }


def _is_outdated(connection: duckdb.DuckDBPyConnection, checkpoint: Checkpoint) -> bool:
    """Whether a comparison that began later is loaded: one that was refused needs not be accepted then."""
    row = connection.execute(
        "select 1 from raw._loads where source = ? and stream = ? and lane = ? and started_at > ? limit 1",
        [checkpoint.source, checkpoint.stream, checkpoint.lane, clock.parse(checkpoint.started_at)],
    ).fetchone()
    return row is not None


def _mark_told(
    connection: duckdb.DuckDBPyConnection, schema: Schema, table: Table, source: str, load_id: int
) -> int:
    count = sum(mark_told(connection, table, marking, source, load_id) for marking in schema.marking(table))
    if table.marks_deleted:
        target = schema.by_name(table.marks_deleted.table)
        count += mark_told(connection, target, table, source, load_id) if target else 0
    return count


def _rejected_line(where: str, staged: Staged) -> str:
    return (
        f"{where}: {staged.rejected:,} of {staged.records:,} records were rejected ({_first(staged)}). "
        "Their previous versions stay. See raw._rejected; correct the declaration and rebuild with: python "
        "-m warehouse replay"
    )


def _first(staged: Staged) -> str:
    first = staged.rejections[0]
    key = "unknown" if first.key is None else ", ".join(str(value) for value in first.key)
    return (
        f"first: record {key}, field {first.misfit.field} is {first.misfit.found}, declared "
        f"{first.misfit.expected}; {first.file}, line {first.line}"
    )


def _check_accepted(accept_shrink: Collection[str], sources: Sequence[SourceConfig], schema: Schema) -> None:
    streams = {
        f"{source.name}.{stream}"
        for source in sources
        for vendor, stream in schema.tables
        if vendor == source.vendor
    }
    for name in accept_shrink:
        if name not in streams:
            raise ConfigError(
                f"--accept-shrink {name}: there is no such stream. Give SOURCE.STREAM, one of "
                f"{', '.join(sorted(streams))}."
            )
