"""What a release (or a candidate) holds, read from its `community.duckdb` without changing it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import duckdb

from extractors.errors import LodestarError

DATABASE = "community.duckdb"


@dataclass(frozen=True)
class ReleaseFile:
    """A release's or candidate's folder."""

    path: Path
    stamp: str
    columns: Mapping[str, frozenset[str]]
    """Columns of each table of schema main."""
    row_counts: Mapping[str, int]
    """Rows of each mart: as its release.json says, else counted."""

    @classmethod
    def open(cls, path: Path) -> ReleaseFile:
        """Read the folder `path`; a LodestarError says what is missing or unreadable."""
        database = path / DATABASE
        if not database.is_file():
            raise LodestarError(f"{path} holds no {DATABASE}: give the folder of a candidate or a release")
        try:
            with duckdb.connect(str(database), read_only=True) as connection:
                rows = connection.execute(
                    "select table_name, column_name from duckdb_columns() "
                    "where schema_name = 'main' and not internal"
                ).fetchall()
                columns: dict[str, set[str]] = {}
                for table, column in rows:
                    columns.setdefault(table, set()).add(column)
                counts = _published_counts(path) or {
                    table: _number(connection, f'select count(*) from "{table}"') for table in columns
                }
        except duckdb.Error as error:
            raise LodestarError(f"{database} cannot be read: {str(error).splitlines()[0]}") from error
        return cls(
            path=path,
            stamp=path.resolve().name,
            columns={table: frozenset(names) for table, names in columns.items()},
            row_counts=counts,
        )

    def counts_by(self, mart: str, column: str) -> dict[str, int]:
        """Rows of `mart` for each value of `column` (as text); empty if there is no such column."""
        if column not in self.columns.get(mart, frozenset()):
            return {}
        query = (
            f"select cast({column} as varchar), count(*) from {mart} where {column} is not null group by 1"
        )
        with duckdb.connect(str(self.path / DATABASE), read_only=True) as connection:
            return {str(value): int(count) for value, count in connection.execute(query).fetchall()}

    def totals(self, mart: str, labels: tuple[str, str], amount: str) -> dict[tuple[str, str], int]:
        """Sum of the column `amount` for each pair of `labels`; empty if a column is absent."""
        if not {*labels, amount} <= self.columns.get(mart, frozenset()):
            return {}
        query = f"select {labels[0]}, {labels[1]}, sum({amount}) from {mart} group by all order by all"
        with duckdb.connect(str(self.path / DATABASE), read_only=True) as connection:
            return {
                (str(one), str(two)): int(total or 0)
                for one, two, total in connection.execute(query).fetchall()
            }


def _published_counts(path: Path) -> dict[str, int]:
    release = path / "release.json"
    if not release.is_file():
        return {}
    try:
        counts = json.loads(release.read_text("utf-8")).get("row_counts", {})
        return {str(mart): int(rows) for mart, rows in counts.items()}
    except (ValueError, AttributeError, TypeError) as error:
        raise LodestarError(f"{release} cannot be read ({error}): it is no release.json of ours") from error


def _number(connection: duckdb.DuckDBPyConnection, query: str) -> int:
    row = connection.execute(query).fetchone()
    return int(row[0]) if row else 0
