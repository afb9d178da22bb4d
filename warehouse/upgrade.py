"""A warehouse loaded under earlier declarations, brought in line with today's by itself.

A version of Lodestar, or someone who declares a field, may add, rename or retype columns and change what
history is kept. The landing files hold all of it, so the raw tables are built anew from them, once.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import Any

import duckdb

from extractors.config import SourceConfig
from extractors.errors import StorageError
from warehouse.connection import WAIT_SECONDS, open_working, transaction
from warehouse.layout import Layout
from warehouse.load import LoadReport, StreamLoad, load
from warehouse.replay import ReplayFailed, replay
from warehouse.schema import TYPES, Schema, Table, read_schema
from warehouse.tables import declare, ensure_tables, raw_columns

logger = logging.getLogger("lodestar.upgrade")


def load_upgraded(
    data_dir: Path,
    sources: Sequence[SourceConfig],
    *,
    schema: Schema | None = None,
    accept_shrink: Collection[str] = (),
    wait_seconds: float = WAIT_SECONDS,
    terminal: bool | None = None,
) -> LoadReport:
    """`load`, after an `upgrade` if one is needed, whose problems are in the report too."""
    schema = schema or read_schema()
    problems = upgrade(data_dir, sources, schema=schema, wait_seconds=wait_seconds, terminal=terminal)
    report = load(
        data_dir,
        sources,
        schema=schema,
        accept_shrink=accept_shrink,
        wait_seconds=wait_seconds,
        terminal=terminal,
    )
    report.loads[:0] = problems
    return report


def upgrade(
    data_dir: Path,
    sources: Sequence[SourceConfig],
    *,
    schema: Schema,
    wait_seconds: float = WAIT_SECONDS,
    terminal: bool | None = None,
) -> list[StreamLoad]:
    """Build the raw tables anew if declarations changed since they were made; what was not well with it.

    Where landing files or disk are lacking, added columns are added empty and that is told, once. Raises
    ConfigError if a type changed too: then nothing can be loaded until they are back.
    """
    if not Layout(data_dir).database.exists():
        return []
    with open_working(data_dir, "upgrade", wait_seconds) as working:
        changes = changed(working.connection, schema)
        if not changes:
            return []
        rejected = dict(working.connection.execute("select extract_id, rejected from raw._loads").fetchall())
    told = [line for lines in changes.values() for line in lines]
    logger.info(
        "declarations changed (%s%s): the raw tables are built anew from the landing files",
        "; ".join(told[:5]),
        f" and {len(told) - 5} more" if len(told) > 5 else "",
    )
    try:
        report = replay(data_dir, sources, schema=schema, wait_seconds=wait_seconds, terminal=terminal)
        # What was rejected before was told before.
        return [each for each in report.loads if each.rejected > rejected.get(each.extract_id, 0)]
    except (ReplayFailed, StorageError) as failure:
        with open_working(data_dir, "upgrade", wait_seconds) as working:
            ensure_tables(working.connection, schema)
            with transaction(working.connection):
                for table in changes:
                    declare(working.connection, table)
        first = next(iter(changes))
        problem = (
            f"raw.{first.name}: what was loaded before stays without what is declared since "
            f"({'; '.join(told)}), because the raw tables can't be built anew: {failure}"
        )
        return [StreamLoad("", first.stream, "new", "", None, error=problem)]


def changed(connection: duckdb.DuckDBPyConnection, schema: Schema) -> dict[Table, list[str]]:
    """The loaded tables whose declaration is not the one their rows were made by, with what changed."""
    present = raw_columns(connection)
    if "_loads" not in present:
        return {}
    loaded = set(connection.execute("select distinct vendor, stream from raw._loads").fetchall())
    recorded = {}
    if "_declarations" in present:
        recorded = {
            (vendor, stream): json.loads(text)
            for vendor, stream, text in connection.execute(
                "select vendor, stream, declaration from raw._declarations"
            ).fetchall()
        }
    changes = {}
    for place, table in schema.tables.items():
        if place not in loaded or table.name not in present:
            continue
        before = recorded.get(place) or _guessed(table, present[table.name])
        if lines := _differences(table, before):
            changes[table] = lines
    return changes


def _guessed(table: Table, present: Mapping[str, str]) -> dict[str, Any]:
    """The declaration of a table made before declarations were recorded: all but its columns is as today."""
    names = {duckdb_name: name for name, duckdb_name in TYPES.items()}
    history = {column.name: column.history for column in table.columns}
    columns = {
        name: [names[kind], history.get(name)]
        for name, kind in present.items()
        if not name.startswith("_") and kind in names
    }
    return table.declaration | {"columns": columns}


def _differences(table: Table, before: Mapping[str, Any]) -> list[str]:
    """One line for each thing that is declared otherwise now."""
    today = table.declaration
    was, now_is = before["columns"], today["columns"]
    lines = [f"{name} is new" for name in now_is if name not in was]
    lines += [f"{name} is gone" for name in was if name not in now_is]
    for name, (kind, history) in now_is.items():
        if name in was and was[name][0] != kind:
            lines.append(f"{name} is {kind}, was {was[name][0]}")
        elif name in was and was[name][1] != history:
            lines.append(f"{name} has another history")
    lines += [
        f"another {name}" for name in ("key", "deleted_when", "marks_deleted") if before[name] != today[name]
    ]
    return [f"{table.name}: {line}" for line in lines]
