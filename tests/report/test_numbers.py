"""Every number of the report is a cell of a query on the published file, shown as its kind says."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime
from functools import cache
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import duckdb
import pytest

from report.release import QUERIES
from report.show import UNKNOWN, show
from report.site import write


class Numbers(HTMLParser):
    """The `data` elements of a page, and the text of cells that should hold nothing else."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.figures: list[tuple[dict[str, str | None], str]] = []
        self.bare: list[str] = []
        self._figure: dict[str, str | None] | None = None
        self._cells = 0
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag == "data":
            self._figure = given
        elif self._cells or (given.get("class") == "number" and given.get("scope") != "col"):
            self._cells += 1

    def handle_endtag(self, tag: str) -> None:
        if tag == "data":
            self._figure = None
        elif self._cells:
            self._cells -= 1

    def handle_data(self, data: str) -> None:
        if self._figure is not None:
            self.figures.append((self._figure, data))
        elif self._cells and any(sign.isdigit() for sign in data):
            self.bare.append(data)


class Published:
    """The published file, asked with the report's queries by a connection of its own."""

    def __init__(self, release: Path) -> None:
        self._connection = duckdb.connect(str(release / "community.duckdb"), read_only=True)
        self._connection.execute("set TimeZone = 'UTC'")
        self._asked = cache(self._ask)

    def _ask(self, name: str) -> tuple[list[str], list[tuple[Any, ...]]]:
        cursor = self._connection.execute((QUERIES / f"{name}.sql").read_text("utf-8"))
        return [column[0] for column in cursor.description or ()], cursor.fetchall()

    def cell(self, query: str, row: int, column: str) -> Any:
        columns, rows = self._asked(query)
        value = rows[row][columns.index(column)]
        return value.astimezone(UTC) if isinstance(value, datetime) and value.tzinfo else value


def pages(release: Path) -> Iterator[Path]:
    yield release / "report" / "index.html"
    yield from sorted((release / "report" / "members").glob("*.html"))[:40]


def test_every_number_is_what_its_query_gives(release: Path) -> None:
    published = Published(release)
    queries = set()
    for path in pages(release):
        page = Numbers(path.read_text("utf-8"))
        assert page.figures, path
        for figure, text in page.figures:
            query, column, kind = figure["data-query"], figure["data-column"], figure["data-kind"]
            assert query and column and kind, figure
            value = published.cell(query, int(figure["data-row"] or -1), column)
            assert figure["value"] == ("" if value is None else str(value)), (path, figure)
            assert text == show(value, kind), (path, figure)
            queries.add(query)
    assert len(queries) > 5


def test_no_number_stands_in_a_cell_without_its_origin(release: Path) -> None:
    for path in pages(release):
        assert Numbers(path.read_text("utf-8")).bare == [], path


def test_two_reports_of_one_release_are_the_same(release: Path, tmp_path: Path) -> None:
    write(release, out=tmp_path)
    first = (release / "report" / "index.html").read_text("utf-8")
    assert (tmp_path / "index.html").read_text("utf-8") == first


@pytest.mark.parametrize(
    ("value", "kind", "text"),
    [
        (1234567, "count", "1,234,567"),
        (0.1428, "ratio", "14.3\u202f%"),
        (1.0, "ratio", "100\u202f%"),
        (0.0, "ratio", "0\u202f%"),
        (0.9996, "ratio", "100.0\u202f%"),
        (1425.0, "usd", "1,425\u202fUSD"),
        (308.0, "days", "308\u202fdays"),
        (1, "days", "1\u202fday"),
        (0.4, "days", "0.4\u202fdays"),
        (53.42, "hours", "53.4\u202fhours"),
        (0.125, "decimal", "0.12"),
        (12.34, "decimal", "12.3"),
        (1234.5, "decimal", "1,234"),
        (date(2026, 3, 1), "month", "Mar 2026"),
        (date(2026, 3, 9), "date", "9 Mar 2026"),
        (datetime(2026, 3, 9, 4, 5, tzinfo=UTC), "time", "9 Mar 2026, 04:05 UTC"),
        (True, "yes", "yes"),
        (None, "usd", UNKNOWN),
    ],
)
def test_values_are_shown_with_their_units(value: Any, kind: str, text: str) -> None:
    assert show(value, kind) == text
