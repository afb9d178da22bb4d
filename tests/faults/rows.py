"""The rows two ways to the same day are compared by: no times of our own watching, every row counted."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import duckdb

Table = Counter[tuple[Any, ...]]

_OURS = "_load_id|_extracted_at|_deleted_at|observed_at|_vanished_at"
"""Columns that tell when we saw something, or in which load."""


@dataclass(frozen=True)
class Raw:
    """The raw tables of a database: rows that are there, that are deleted, and histories; each counted."""

    live: dict[str, Table] = field(default_factory=dict)
    deleted: dict[str, Table] = field(default_factory=dict)
    history: dict[str, Table] = field(default_factory=dict)
    rejected: int = 0
    loaded_twice: int = 0
    """Extractions that were loaded more than once."""


@dataclass(frozen=True)
class Found:
    """How many rows are missing, and how many are too many (a row that differs is both)."""

    lost: int = 0
    doubled: int = 0
    tables: tuple[str, ...] = ()

    def __add__(self, other: Found) -> Found:
        return Found(self.lost + other.lost, self.doubled + other.doubled, self.tables + other.tables)


def raw_rows(database: Path) -> Raw:
    """Read them; opens the database."""
    raw = Raw()
    with duckdb.connect(str(database), read_only=True) as connection:
        tables = connection.execute(
            "select table_name from duckdb_tables() where schema_name = 'raw' and not "
            "starts_with(table_name, '_') order by 1"
        ).fetchall()
        for (table,) in tables:
            if table.endswith("__history"):
                # When something was deleted is ours to see; that it was is the vendor's.
                raw.history[table] = _counted(
                    connection,
                    f"select * exclude (_load_id, observed_at) replace (if(field = '_deleted_at', "
                    f'cast(value is not null as varchar), value) as value) from raw."{table}"',
                )
                continue
            for rows, condition in ((raw.live, "is null"), (raw.deleted, "is not null")):
                rows[table] = _counted(
                    connection,
                    f"select columns(lambda c: not regexp_full_match(c, '{_OURS}')) from raw.\"{table}\" "
                    f"where _deleted_at {condition}",
                )
        rejected, twice = connection.execute(
            "select (select count(*) from raw._rejected), "
            "(select count(*) - count(distinct extract_id) from raw._loads)"
        ).fetchall()[0]
    return Raw(raw.live, raw.deleted, raw.history, rejected, twice)


def compare(expected: dict[str, Table], found: dict[str, Table]) -> Found:
    """Rows only one side has, each as often as it is there more."""
    answer = Found()
    for table in sorted(expected.keys() | found.keys()):
        left, right = expected.get(table, Counter()), found.get(table, Counter())
        if left != right:
            answer += Found((left - right).total(), (right - left).total(), (table,))
    return answer


def same(expected: Raw, found: Raw) -> Found:
    """Of two ways that watched on the same days."""
    return (
        compare(expected.live, found.live)
        + compare(expected.deleted, found.deleted)
        + compare(expected.history, found.history)
        + Found(0, found.loaded_twice)
    )


def same_now(expected: Raw, found: Raw) -> Found:
    """Of a way that watched on fewer days: it may have missed what came and went between, nothing else."""
    unseen = compare(expected.deleted, found.deleted)
    return (
        compare(expected.live, found.live)
        + Found(0, unseen.doubled, unseen.tables if unseen.doubled else ())
        + Found(0, found.loaded_twice)
    )


def _counted(connection: duckdb.DuckDBPyConnection, query: str) -> Table:
    return Counter(connection.execute(query).fetchall())
