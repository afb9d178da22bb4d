"""A release as the report reads it: its file, what release.json says, and answers to queries."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import Any

import duckdb
from markupsafe import Markup

from extractors.errors import LodestarError
from report.names import Names
from report.show import show

QUERIES = Path(__file__).parent / "queries"
_MEMORY = "2GB"


class ReportFailed(LodestarError):
    """A release can't be read, or a query of the report does not fit it."""


@dataclass(frozen=True)
class Row:
    """One row of an answer."""

    answer: Answer
    index: int

    def __getitem__(self, column: str) -> Any:
        return self.answer.rows[self.index][self.answer.position(column)]

    def figure(self, column: str, kind: str) -> Markup:
        """The cell as a reader sees it, marked with where it comes from.

        The mark (`data-query`, `data-row`, `data-column`, `data-kind`, and the value itself) is what tests
        compare with the query's answer. Every number on a page is made here.
        """
        value = self[column]
        return Markup(
            '<data value="{}" data-query="{}" data-row="{}" data-column="{}" data-kind="{}">{}</data>'
        ).format(
            "" if value is None else value,
            self.answer.name,
            self.index,
            column,
            kind,
            show(value, kind),
        )


@dataclass(frozen=True)
class Answer:
    """What a query of `report/queries` gives on a release."""

    name: str
    """`<section>/<query>`: its file is `queries/<section>/<query>.sql`."""
    sql: str
    columns: tuple[str, ...]
    rows: Sequence[tuple[Any, ...]]
    _positions: Mapping[str, int] = field(repr=False, default_factory=dict)

    def position(self, column: str) -> int:
        """Where `column` stands; raises ReportFailed naming the query if it has none such."""
        try:
            return self._positions[column]
        except KeyError:
            raise ReportFailed(
                f"query {self.name} has no column {column}. It has: {', '.join(self.columns)}."
            ) from None

    def __len__(self) -> int:
        return len(self.rows)

    def __iter__(self) -> Iterator[Row]:
        return (Row(self, index) for index in range(len(self.rows)))

    @property
    def first(self) -> Row:
        """The first row; raises ReportFailed when there is none. For queries that always give one."""
        if not self.rows:
            raise ReportFailed(f"query {self.name} gave no row.")
        return Row(self, 0)

    def records(self) -> list[dict[str, Any]]:
        """The rows as a chart takes them: times and dates as ISO text."""
        return [
            {
                column: cell.isoformat() if hasattr(cell, "isoformat") else cell
                for column, cell in zip(self.columns, row, strict=True)
            }
            for row in self.rows
        ]


class Release:
    """A release's folder; use it with `with`, for it holds the file open."""

    def __init__(self, path: Path, *, hide_names: bool = False) -> None:
        """Raises ReportFailed if `path` holds no `community.duckdb` or no readable `release.json`."""
        self.path = path
        try:
            self.description: dict[str, Any] = json.loads((path / "release.json").read_text("utf-8"))
            self._connection = duckdb.connect(str(path / "community.duckdb"), read_only=True)
            self._connection.execute(f"set memory_limit = '{_MEMORY}'")
            self._connection.execute("set TimeZone = 'UTC'")
        except (OSError, ValueError, duckdb.Error) as error:
            raise ReportFailed(f"{path} is no release that can be read ({error}).") from None
        self._answers: dict[str, Answer] = {}
        self.names = Names(hide_names)

    def __enter__(self) -> Release:
        return self

    def __exit__(self, *_: object) -> None:
        self._connection.close()

    def ask(self, name: str) -> Answer:
        """The answer of query `<section>/<query>`, asked once; raises ReportFailed with DuckDB's reason."""
        if name not in self._answers:
            sql = (QUERIES / f"{name}.sql").read_text("utf-8").strip()
            try:
                cursor = self._connection.execute(sql)
                columns = tuple(column[0] for column in cursor.description or ())
                rows = [tuple(map(_in_utc, row)) for row in cursor.fetchall()]
            except duckdb.Error as error:
                raise ReportFailed(f"query {name} of the report failed: {error}") from None
            positions = {column: place for place, column in enumerate(columns)}
            self._answers[name] = Answer(name, sql, columns, rows, positions)
        return self._answers[name]

    @cached_property
    def built_at(self) -> datetime:
        """When the build began (UTC)."""
        return datetime.fromisoformat(self.description["built_at"])

    @cached_property
    def as_of(self) -> datetime:
        """Up to when the tables look (UTC)."""
        return datetime.fromisoformat(self.description["as_of"])


def _in_utc(cell: Any) -> Any:
    return cell.astimezone(UTC) if isinstance(cell, datetime) and cell.tzinfo else cell
