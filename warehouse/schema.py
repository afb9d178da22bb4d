"""The raw schema, read from the dbt sources: what dbt declares is what load creates and checks.

Each `dbt_project/models/staging/<vendor>/_<vendor>__sources.yml` declares the tables of schema `raw`
with a `data_type` on every column, and for load under `config.meta`: `vendor`, `stream`, `key`,
`not_loaded`, `deleted_when`, `marks_deleted`, `held`; on a column `history`, an SQL expression over the row.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from extractors.errors import ConfigError
from warehouse.layout import DBT_PROJECT

TYPES = {
    "varchar": "VARCHAR",
    "bigint": "BIGINT",
    "integer": "INTEGER",
    "double": "DOUBLE",
    "boolean": "BOOLEAN",
    "timestamptz": "TIMESTAMP WITH TIME ZONE",
    "date": "DATE",
    "json": "JSON",
}
"""Declarable types and DuckDB's names for them."""
METADATA = {
    "_source": "VARCHAR",
    "_load_id": "BIGINT",
    "_extracted_at": "TIMESTAMP WITH TIME ZONE",
    "_deleted_at": "TIMESTAMP WITH TIME ZONE",
}
"""Columns load adds to every raw table, with DuckDB's type names."""
TABLE_META = {"vendor", "stream", "key", "not_loaded", "deleted_when", "marks_deleted", "held"}


@dataclass(frozen=True)
class Column:
    """A declared column."""

    name: str
    data_type: str
    """One of TYPES."""
    history: str | None = None
    """SQL expression over the row whose changes are kept; None if they are not."""


@dataclass(frozen=True)
class Marks:
    """A table whose rows say that records of another table were deleted."""

    table: str
    """The other table, as `<vendor>__<stream>`; it has the same key."""
    at: str
    """The column that says when."""


@dataclass(frozen=True)
class HeldRows:
    """What extraction is told of a table's live rows, for the weekly comparison (`extractors/held.py`)."""

    by: str | None = None
    """The column whose values group the rows; None: one group."""
    sum: str | None = None
    """A column whose `history` expression is a number, summed over each group."""
    where: str | None = None
    """SQL condition: which live rows."""


@dataclass(frozen=True)
class Table:
    """A declared raw table."""

    vendor: str
    stream: str
    key: tuple[str, ...]
    columns: tuple[Column, ...]
    """Without load's own metadata columns."""
    not_loaded: frozenset[str] = frozenset()
    """Known fields that stay in the landing files."""
    deleted_when: str | None = None
    """SQL condition over a record: it is the vendor's word that the record was deleted."""
    marks_deleted: Marks | None = None
    held: HeldRows | None = None

    @property
    def name(self) -> str:
        """`<vendor>__<stream>`, without schema."""
        return f"{self.vendor}__{self.stream}"

    @property
    def declaration(self) -> dict[str, Any]:
        """All on which the content of its rows and history depends, as JSON holds it."""
        return {
            "key": list(self.key),
            "columns": {column.name: [column.data_type, column.history] for column in self.columns},
            "deleted_when": self.deleted_when,
            "marks_deleted": [self.marks_deleted.table, self.marks_deleted.at]
            if self.marks_deleted
            else None,
        }

    @property
    def tracked(self) -> tuple[Column, ...]:
        """The columns whose history is kept."""
        return tuple(column for column in self.columns if column.history)


@dataclass(frozen=True)
class Schema:
    """All declared raw tables."""

    tables: Mapping[tuple[str, str], Table]
    """By vendor and stream."""

    def marking(self, table: Table) -> list[Table]:
        """The tables whose rows mark records of `table` as deleted."""
        return [
            other
            for other in self.tables.values()
            if other.marks_deleted and other.marks_deleted.table == table.name
        ]

    def by_name(self, name: str) -> Table | None:
        """The table `<vendor>__<stream>`."""
        return next((table for table in self.tables.values() if table.name == name), None)


def read_schema(staging: Path = DBT_PROJECT / "models" / "staging") -> Schema:
    """Read every sources YAML under `staging`; a ConfigError names file, table, column and remedy."""
    tables: dict[tuple[str, str], Table] = {}
    for path in sorted(staging.glob("*/_*__sources.yml")):
        for entry in _raw_entries(path):
            table = _table(path, entry)
            if table is None:
                continue
            if (table.vendor, table.stream) in tables:
                raise ConfigError(f"{path}: raw.{table.name} is declared twice; keep one declaration.")
            tables[table.vendor, table.stream] = table
    schema = Schema(tables)
    for table in tables.values():
        if table.marks_deleted:
            _check_marks(schema, table, table.marks_deleted)
    return schema


def _raw_entries(path: Path) -> list[dict[str, Any]]:
    try:
        document = yaml.safe_load(path.read_text("utf-8")) or {}
    except yaml.YAMLError as error:
        raise ConfigError(f"{path} is no valid YAML: {' '.join(str(error).split())}") from None
    sources = document.get("sources") or []
    return [
        table for source in sources if source.get("name") == "raw" for table in source.get("tables") or []
    ]


def _table(path: Path, entry: dict[str, Any]) -> Table | None:
    """The declared table, or None for those load keeps itself (`_loads`, `…__history`)."""
    name = str(entry.get("name"))
    where = f"{path}, table {name}"
    if name.startswith("_") or name.endswith("__history"):
        return None
    meta = _meta(entry)
    missing = [key for key in ("vendor", "stream", "key") if not meta.get(key)]
    if missing:
        raise ConfigError(
            f"{where}: config.meta lacks {', '.join(missing)}; load can't fill the table without it."
        )
    unknown = sorted(set(meta) - TABLE_META)
    if unknown:
        raise ConfigError(
            f"{where}: config.meta has unknown {', '.join(unknown)}. Known: {', '.join(sorted(TABLE_META))}."
        )
    columns = tuple(
        _column(where, column) for column in entry.get("columns") or [] if column.get("name") not in METADATA
    )
    marks = meta.get("marks_deleted")
    table = Table(
        vendor=str(meta["vendor"]),
        stream=str(meta["stream"]),
        key=tuple(meta["key"]),
        columns=columns,
        not_loaded=frozenset(meta.get("not_loaded") or ()),
        deleted_when=meta.get("deleted_when"),
        marks_deleted=Marks(str(marks["table"]), str(marks["at"])) if marks else None,
        held=_held(where, meta["held"], columns) if meta.get("held") is not None else None,
    )
    names = [column.name for column in columns]
    if name != table.name:
        raise ConfigError(f"{where}: vendor and stream name the table {table.name}; make the two agree.")
    if duplicates := sorted({column for column in names if names.count(column) > 1}):
        raise ConfigError(f"{where}: {', '.join(duplicates)} declared twice; keep one.")
    if absent := [column for column in table.key if column not in names]:
        raise ConfigError(
            f"{where}: key column {', '.join(absent)} is not declared; add it with its data_type."
        )
    if json_key := [
        column.name for column in columns if column.name in table.key and column.data_type == "json"
    ]:
        raise ConfigError(f"{where}: key column {', '.join(json_key)} is json; a key needs a scalar type.")
    return table


def _held(where: str, given: Mapping[str, Any], columns: tuple[Column, ...]) -> HeldRows:
    if unknown := sorted(set(given) - {"by", "sum", "where"}):
        raise ConfigError(f"{where}: held has unknown {', '.join(unknown)}. Known: by, sum, where.")
    known = {column.name: column for column in columns}
    for name in (given.get("by"), given.get("sum")):
        if name is not None and name not in known:
            raise ConfigError(f"{where}: held names the column {name}, which is not declared.")
    if given.get("sum") and not known[given["sum"]].history:
        raise ConfigError(f"{where}: held sums {given['sum']}, which has no history expression.")
    return HeldRows(given.get("by"), given.get("sum"), given.get("where"))


def _column(where: str, entry: dict[str, Any]) -> Column:
    data_type = str(entry.get("data_type") or "").lower()
    if data_type not in TYPES:
        raise ConfigError(
            f"{where}, column {entry.get('name')}: data_type is {data_type or 'missing'}; it must be one of "
            f"{', '.join(TYPES)}."
        )
    history = _meta(entry).get("history")
    return Column(str(entry["name"]), data_type, str(history) if history else None)


def _meta(entry: dict[str, Any]) -> dict[str, Any]:
    return (entry.get("config") or {}).get("meta") or {}


def _check_marks(schema: Schema, table: Table, marks: Marks) -> None:
    target = schema.by_name(marks.table)
    if target is None or target.vendor != table.vendor:
        raise ConfigError(
            f"raw.{table.name}: marks_deleted names {marks.table}, which {table.vendor} does not declare."
        )
    names = {column.name for column in table.columns}
    if absent := sorted({*target.key, marks.at} - names):
        raise ConfigError(
            f"raw.{table.name}: marks_deleted needs the column {', '.join(absent)}; declare it."
        )
