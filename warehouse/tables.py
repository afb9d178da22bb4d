"""Creating and widening the raw tables, so that every declared table exists even when nothing feeds it."""

from __future__ import annotations

import json

import duckdb

from extractors.clock import now
from extractors.errors import ConfigError
from warehouse.connection import transaction
from warehouse.schema import METADATA, TYPES, Schema, Table

BOOKKEEPING = {
    "_loads": """
        _load_id bigint, source varchar, vendor varchar, stream varchar, lane varchar, extract_id varchar,
        is_snapshot boolean, started_at timestamptz, extracted_until timestamptz, loaded_at timestamptz,
        records bigint, inserted bigint, updated bigint, unchanged bigint, deleted bigint, rejected bigint,
        seconds double, files json, watermark json, notes json
    """,
    "_watermarks": """
        source varchar, stream varchar, lane varchar, watermark json, moved_at timestamptz, _load_id bigint
    """,
    "_rejected": """
        source varchar, stream varchar, record_key varchar, field varchar, expected varchar, found varchar,
        file varchar, line bigint, rejected_at timestamptz, _load_id bigint
    """,
    "_schema_drift": """
        source varchar, stream varchar, field varchar, example_type varchar, records bigint,
        first_seen_at timestamptz, last_seen_at timestamptz
    """,
    "_sources": """
        source varchar, vendor varchar, stale_after_hours double, configured_at timestamptz,
        retired_at timestamptz
    """,
    "_declarations": """
        vendor varchar, stream varchar, declaration json, declared_at timestamptz
    """,
}
"""Tables of schema raw that load keeps about its own work."""


def quoted(name: str) -> str:
    """An SQL identifier."""
    return '"' + name.replace('"', '""') + '"'


def literal(text: str) -> str:
    """An SQL string."""
    return "'" + text.replace("'", "''") + "'"


def ensure_tables(connection: duckdb.DuckDBPyConnection, schema: Schema) -> None:
    """Create what is declared and missing, add added columns, all or none of it.

    What rows hold, `warehouse.upgrade` sees to.
    Raises ConfigError if a column's declared type is no longer the one in the database.
    """
    with transaction(connection):
        connection.execute("create schema if not exists raw")
        for name, columns in BOOKKEEPING.items():
            connection.execute(f"create table if not exists raw.{name} ({columns})")
            # Written by an earlier version, it may lack some.
            for column in columns.split(","):
                connection.execute(f"alter table raw.{name} add column if not exists {column.strip()}")
        existing = raw_columns(connection)
        for table in schema.tables.values():
            _ensure(connection, table, existing.get(table.name))
            keys = "".join(
                f"{quoted(column.name)} {TYPES[column.data_type]}, "
                for name in table.key
                for column in table.columns
                if column.name == name
            )
            connection.execute(
                f"create table if not exists raw.{quoted(table.name + '__history')} (_source varchar, "
                f"{keys}field varchar, observed_at timestamptz, value varchar, _load_id bigint)"
            )


def raw_columns(connection: duckdb.DuckDBPyConnection) -> dict[str, dict[str, str]]:
    """DuckDB's type of every column of schema raw as it is, by table."""
    found: dict[str, dict[str, str]] = {}
    for table_name, column_name, data_type in connection.execute(
        "select table_name, column_name, data_type from duckdb_columns() where database_name = "
        "current_database() and schema_name = 'raw'"
    ).fetchall():
        found.setdefault(table_name, {})[column_name] = data_type
    return found


def _ensure(connection: duckdb.DuckDBPyConnection, table: Table, existing: dict[str, str] | None) -> None:
    declared = {column.name: TYPES[column.data_type] for column in table.columns}
    if existing is None:
        columns = ", ".join(f"{quoted(name)} {kind}" for name, kind in (declared | METADATA).items())
        connection.execute(f"create table raw.{quoted(table.name)} ({columns})")
        declare(connection, table)
        return
    for name, kind in declared.items():
        if name not in existing:
            connection.execute(f"alter table raw.{quoted(table.name)} add column {quoted(name)} {kind}")
        elif existing[name] != kind:
            raise ConfigError(
                f"raw.{table.name}, column {name}: declared {kind.lower()}, but {existing[name].lower()} in "
                "the database. Declare the old type again, or let `python -m warehouse load` build the raw "
                "tables anew from the landing files"
            )


def declare(connection: duckdb.DuckDBPyConnection, table: Table) -> None:
    """Record by which declaration the rows of a raw table are made."""
    connection.execute(
        "delete from raw._declarations where vendor = ? and stream = ?", [table.vendor, table.stream]
    )
    connection.execute(
        "insert into raw._declarations values (?, ?, ?, ?)",
        [table.vendor, table.stream, json.dumps(table.declaration), now()],
    )
