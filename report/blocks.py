"""What a page is made of. Sections build these; the templates draw them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import altair as alt
from markupsafe import Markup

from report.names import Names
from report.release import Answer, Row

Text = str | Markup
"""Plain text is escaped; Markup comes from `Markup("… {} …").format(…)` with figures in it."""


_FLUSH_LEFT = ("text", "yes", "date", "time", "month")


@dataclass(frozen=True)
class Headline:
    """One large number."""

    label: str
    figure: Markup
    note: Text = ""
    metric: str | None = None
    """Name of the metric of the semantic layer it shows: its page in the docs is linked."""
    mood: str = ""
    """`good`, `bad` or nothing: a mark beside the number, in words too."""
    href: str = ""
    """Where the label leads if not to a metric: `#<chapter>-<block's number>` is a list of the chapter."""
    picture: Markup = field(default_factory=Markup)
    """A small line below (report.charts.spark)."""


@dataclass(frozen=True)
class Headlines:
    """A row of large numbers."""

    items: Sequence[Headline]
    title: str = ""
    kind: str = field(default="headlines", init=False)


@dataclass(frozen=True)
class Column:
    """One column of a table."""

    name: str
    """The answer's column; for a person the column of the display name."""
    label: str
    as_: str = "text"
    """A kind of report.show.KINDS."""
    person: str | None = None
    """The column with the member_key, if this one names a person."""
    private: bool = False
    """True for text that may tell who somebody is; not shown when names are hidden."""
    cell: Callable[[Row], Markup] | None = None
    """Draws the cell in a way of its own."""

    @property
    def is_number(self) -> bool:
        """Whether it stands flush right."""
        return (
            self.cell is None
            and self.person is None
            and self.as_ not in ("text", "yes", "date", "time", "month")
        )

    def draw(self, row: Row, names: Names, base: str = "members/") -> Markup:
        """The cell's HTML."""
        if self.cell is not None:
            return self.cell(row)
        if self.person is not None:
            return names.show(row[self.person], row[self.name], base=base)
        if self.private and names.hidden:
            return Markup("{}").format(names.private(row[self.name]))
        if self.as_ == "text":
            return Markup("{}").format("" if row[self.name] is None else row[self.name])
        return row.figure(self.name, self.as_)


@dataclass(frozen=True)
class Table:
    """Rows of an answer, all or the first `limit`."""

    title: str
    sentence: Text
    """What it shows, in one sentence."""
    answer: Answer
    columns: Sequence[Column]
    reads: Sequence[str] = ()
    """The marts it reads: their pages in the docs are linked."""
    metric: str | None = None
    limit: int = 20
    empty: str = "Nothing here today."
    """Said when there are no rows."""
    kind: str = field(default="table", init=False)

    @property
    def rows(self) -> list[Row]:
        """The rows that are shown."""
        return list(self.answer)[: self.limit]


@dataclass(frozen=True)
class Chart:
    """A picture, with its numbers as a table below."""

    title: str
    sentence: Text
    """What it shows, in one sentence, with figures."""
    answer: Answer
    draw: Callable[[int], alt.TopLevelMixin]
    """The Altair chart for a width in pixels; called with report.charts.WIDE and NARROW."""
    columns: Sequence[Column]
    """Of the table with its numbers."""
    reads: Sequence[str] = ()
    metric: str | None = None
    empty: str = "There is nothing to draw yet."
    kind: str = field(default="chart", init=False)

    @property
    def rows(self) -> list[Row]:
        """The rows of the table: all that is drawn."""
        return list(self.answer)


@dataclass(frozen=True)
class Prose:
    """A paragraph."""

    text: Text
    kind: str = field(default="prose", init=False)


@dataclass(frozen=True)
class Entry:
    """One line of a to-do list: whom or what it concerns, why, and where to look."""

    subject: Markup
    reason: Text
    aside: Text = ""
    """Small print: a date, a count."""


@dataclass(frozen=True)
class Todo:
    """Things to do, the most pressing first; what is beyond `limit` opens on a click."""

    title: str
    sentence: Text
    entries: Sequence[Entry]
    answer: Answer
    reads: Sequence[str] = ()
    more: Text = ""
    """What is said below the list, such as how many there are in all."""
    limit: int = 5
    empty: str = "Nobody today."
    metric: str | None = None
    kind: str = field(default="todo", init=False)


Block = Headlines | Table | Chart | Prose | Todo


@dataclass(frozen=True)
class Section:
    """A chapter of the report."""

    key: str
    """Its anchor."""
    title: str
    intro: Text
    """What the chapter answers, in a sentence or two."""
    blocks: Sequence[Block]
    nav: str = ""
    """Its short name in the menu; the title if empty."""


def all_columns(answer: Answer, **kinds: str) -> list[Column]:
    """Every column of an answer, those of `kinds` as numbers: for the table of a plain chart."""
    return [
        Column(name, name.replace("_", " ").capitalize(), kinds.get(name, _kind_of(answer, name)))
        for name in answer.columns
    ]


def _kind_of(answer: Answer, column: str) -> str:
    place = answer.position(column)
    sample: Any = next((row[place] for row in answer.rows if row[place] is not None), None)
    if isinstance(sample, bool):
        return "yes"
    if isinstance(sample, int):
        return "count"
    if isinstance(sample, float):
        return "decimal"
    if hasattr(sample, "hour"):
        return "time"
    return "date" if hasattr(sample, "isoformat") else "text"
