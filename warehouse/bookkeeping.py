"""What load records about its own work: loads, watermarks, rejected fields, drift, sources."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import duckdb
import orjson

from extractors import clock
from extractors.config import SourceConfig
from extractors.durable import write_durably
from extractors.errors import ConfigError, storage_errors
from extractors.landing import Checkpoint
from warehouse.connection import transaction
from warehouse.schema import Table
from warehouse.stage import Staged


def loaded_extractions(connection: duckdb.DuckDBPyConnection) -> set[str]:
    """extract_ids that are in the raw tables."""
    return {str(row[0]) for row in connection.execute("select extract_id from raw._loads").fetchall()}


def next_load_id(connection: duckdb.DuckDBPyConnection) -> int:
    """One more than the last load's."""
    row = connection.execute("select coalesce(max(_load_id), 0) + 1 from raw._loads").fetchone()
    return int(row[0]) if row else 1


def sync_sources(
    connection: duckdb.DuckDBPyConnection, sources: Sequence[SourceConfig], at: datetime
) -> None:
    """Make raw._sources say which sources are configured; those no longer named are retired, never removed.

    Raises ConfigError if a known name now belongs to another vendor.
    """
    known = dict(connection.execute("select source, vendor from raw._sources").fetchall())
    for source in sources:
        if known.get(source.name, source.vendor) != source.vendor:
            raise ConfigError(
                f"source {source.name} was {known[source.name]} and is now {source.vendor}: its old records "
                "would mix with the new ones. Give the new source another name."
            )
    with transaction(connection):
        for source in sources:
            hours = float(source.options.get("stale_after_hours") or 36)
            if source.name in known:
                connection.execute(
                    "update raw._sources set stale_after_hours = ?, retired_at = null where source = ?",
                    [hours, source.name],
                )
            else:
                connection.execute(
                    "insert into raw._sources values (?, ?, ?, ?, null)",
                    [source.name, source.vendor, hours, at],
                )
        connection.execute(
            "update raw._sources set retired_at = ? "
            "where retired_at is null and not list_contains(?, source)",
            [at, [source.name for source in sources]],
        )


def move_watermark(
    connection: duckdb.DuckDBPyConnection, checkpoint: Checkpoint, load_id: int, at: datetime
) -> str | None:
    """Move the lane's watermark if it still is what the extraction started from; else the reason it stays."""
    if checkpoint.watermark is None:
        return None
    place = [checkpoint.source, checkpoint.stream, checkpoint.lane]
    row = connection.execute(
        "select watermark from raw._watermarks where source = ? and stream = ? and lane = ?", place
    ).fetchone()
    before = json.loads(row[0]) if row else None
    if before != checkpoint.started_from:
        return "the watermark stays: it has moved since this extraction started"
    if row:
        connection.execute(
            "update raw._watermarks set watermark = ?, moved_at = ?, _load_id = ? where source = ? and "
            "stream = ? and lane = ?",
            [_json(checkpoint.watermark), at, load_id, *place],
        )
    else:
        connection.execute(
            "insert into raw._watermarks values (?, ?, ?, ?, ?, ?)",
            [*place, _json(checkpoint.watermark), at, load_id],
        )
    return None


def write_watermarks(connection: duckdb.DuckDBPyConnection, path: Path) -> None:
    """Bring the watermarks file, from which extraction starts, in line with raw._watermarks, atomically."""
    marks: dict[str, dict[str, dict[str, Any]]] = {}
    for source, stream, lane, watermark in connection.execute(
        "select source, stream, lane, watermark from raw._watermarks order by source, stream, lane"
    ).fetchall():
        marks.setdefault(source, {}).setdefault(stream, {})[lane] = json.loads(watermark)
    content = orjson.dumps(marks, option=orjson.OPT_INDENT_2)
    with storage_errors(path):
        if path.is_file() and path.read_bytes() == content:
            return
        path.parent.mkdir(parents=True, exist_ok=True)
        write_durably(path, content)


def record_rejections(
    connection: duckdb.DuckDBPyConnection,
    checkpoint: Checkpoint,
    staged: Staged,
    load_id: int | None,
    at: datetime,
) -> None:
    """Replace what raw._rejected says about this extraction; `load_id` is None if it was not loaded."""
    connection.execute(
        "delete from raw._rejected where source = ? and stream = ? and starts_with(file, ?)",
        [
            checkpoint.source,
            checkpoint.stream,
            f"{checkpoint.source}/{checkpoint.stream}/{checkpoint.extract_id}/",
        ],
    )
    rows = [
        [
            checkpoint.source,
            checkpoint.stream,
            None if rejection.key is None else _json(list(rejection.key)),
            rejection.misfit.field,
            rejection.misfit.expected,
            rejection.misfit.found,
            rejection.file,
            rejection.line,
            at,
            load_id,
        ]
        for rejection in staged.rejections
    ]
    if rows:
        connection.executemany("insert into raw._rejected values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", rows)


def record_drift(
    connection: duckdb.DuckDBPyConnection, checkpoint: Checkpoint, table: Table, staged: Staged
) -> None:
    """Add the unknown fields of this extraction to raw._schema_drift and drop those declared since."""
    place = [checkpoint.source, checkpoint.stream]
    known = sorted({column.name for column in table.columns} | table.not_loaded)
    connection.execute(
        "delete from raw._schema_drift where source = ? and stream = ? and list_contains(?, field)",
        [*place, known],
    )
    for name, drift in sorted(staged.drift.items()):
        first, last = clock.parse(drift.first_seen_at), clock.parse(drift.last_seen_at)
        seen = connection.execute(
            "select 1 from raw._schema_drift where source = ? and stream = ? and field = ?", [*place, name]
        ).fetchone()
        if seen:
            connection.execute(
                "update raw._schema_drift set records = records + ?, example_type = if(example_type = "
                "'null', ?, example_type), first_seen_at = least(first_seen_at, ?), last_seen_at = "
                "greatest(last_seen_at, ?) where source = ? and stream = ? and field = ?",
                [drift.records, drift.example_type, first, last, *place, name],
            )
        else:
            connection.execute(
                "insert into raw._schema_drift values (?, ?, ?, ?, ?, ?, ?)",
                [*place, name, drift.example_type, drift.records, first, last],
            )


def record_load(connection: duckdb.DuckDBPyConnection, row: Mapping[str, Any]) -> None:
    """Write the row of raw._loads; keys are its columns, JSON columns are given as values."""
    values = {
        name: _json(value) if name in ("files", "watermark", "notes") and value is not None else value
        for name, value in row.items()
    }
    names = ", ".join(values)
    places = ", ".join("?" for _ in values)
    connection.execute(f"insert into raw._loads ({names}) values ({places})", list(values.values()))


def _json(value: Any) -> str:
    return orjson.dumps(value).decode()
