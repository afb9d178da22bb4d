"""Altair charts as SVG that stands in the page: two widths, the page's own colours, no script.

Charts are drawn with the colours below, which no one else uses; in the SVG they become CSS variables, so a
chart follows the page into dark mode and print.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from itertools import cycle, islice
from types import MappingProxyType
from typing import Any

import altair as alt
import vl_convert
from markupsafe import Markup

from report.release import Answer

WIDE = 680
NARROW = 330
"""Widths in pixels for desktop and phone; the SVG scales between."""

INK, SOFT, GRID, PAPER = "#010201", "#010202", "#010203", "#010204"
SERIES = ("#010301", "#010302", "#010303", "#010304", "#010305", "#010306")
GOOD, BAD = "#010401", "#010402"
_VARIABLES: Mapping[str, str] = MappingProxyType(
    {INK: "ink", SOFT: "soft", GRID: "grid", PAPER: "paper", GOOD: "good", BAD: "bad"}
    | {colour: f"series-{number}" for number, colour in enumerate(SERIES, 1)}
)
_COLOUR = re.compile("|".join(_VARIABLES))
_ID = re.compile(r'\bid="([^"]+)"')
_REFERENCE = re.compile(r'(\bid="|url\(#|href="#)([^")]+)')
_CONFIG: Mapping[str, Any] = MappingProxyType(
    {
        "aria": False,
        # The width is that of the whole picture, with its labels.
        "autosize": {"type": "fit-x", "contains": "padding"},
        "background": "transparent",
        "font": "sans-serif",
        "view": {"stroke": None},
        "axis": {
            "labelColor": SOFT,
            "titleColor": SOFT,
            "domainColor": GRID,
            "tickColor": GRID,
            "gridColor": GRID,
            "labelFontSize": 12,
            "titleFontSize": 12,
            "titleFontWeight": "normal",
            "labelOverlap": "greedy",
        },
        "axisX": {"grid": False},
        "axisY": {"ticks": False, "domain": False, "labelPadding": 6},
        "legend": {
            "orient": "top",
            "labelColor": INK,
            "title": None,
            "labelFontSize": 12,
            "labelLimit": 220,
            "symbolType": "square",
            "symbolStrokeWidth": 5,
            "symbolSize": 60,
        },
        "header": {"labelColor": INK, "labelFontSize": 12, "labelFontWeight": "bold", "title": None},
        "mark": {"color": SERIES[0]},
        "text": {"color": INK, "fontSize": 12},
        "line": {"strokeWidth": 2.5, "interpolate": "linear"},
        "rule": {"color": SOFT},
        "bar": {"cornerRadiusEnd": 2},
        "range": {"category": list(SERIES), "ordinal": list(SERIES)},
    }
)

_FORMATS: Mapping[str, str] = MappingProxyType({"ratio": "%", "usd": "~s"})
_COUNTS = "datum.value >= 10000 ? format(datum.value, '~s') : format(datum.value, ',~g')"

alt.data_transformers.disable_max_rows()


def svg(chart: alt.TopLevelMixin, name: str) -> Markup:
    """The chart as an `<svg>` element in the page's colours; `name` keeps its ids apart from others'."""
    drawn = vl_convert.vegalite_to_svg(vl_spec=chart.to_json(indent=None), config=dict(_CONFIG))
    drawn = _COLOUR.sub(lambda found: f"var(--{_VARIABLES[found[0]]})", drawn)
    # The renderer numbers its ids through all charts of a process; here they count from one in each.
    ids = {found: f"{name}-{number}" for number, found in enumerate(dict.fromkeys(_ID.findall(drawn)), 1)}
    drawn = _REFERENCE.sub(lambda found: found[1] + ids.get(found[2], found[2]), drawn)
    # Tenths of a pixel are enough.
    drawn = re.sub(r"(\d+\.\d)\d+", r"\1", drawn)
    opened = r'<svg viewBox="\1" aria-hidden="true">'
    return Markup(re.sub(r'<svg [^>]*viewBox="([^"]+)"[^>]*>', opened, drawn, count=1))


def plot(answer: Answer, width: int) -> Any:
    """A chart over an answer's rows, to be marked and encoded; `width` is that of the picture."""
    # Any: Altair's own types say nothing of what its marks return.
    data: Any = alt.Data
    return alt.Chart(data(values=answer.records()), width=width)


def height(width: int) -> int:
    """The usual height of a chart of that width."""
    return 260 if width == WIDE else 220


def by_month(column: str = "month") -> alt.X:
    """A time axis of months."""
    return alt.X(
        f"utcyearmonth({column}):T",
        title=None,
        scale=alt.Scale(type="utc"),
        axis=alt.Axis(format="%b %Y", tickCount=6, labelFlush=True),
    )


def amount(column: str, kind: str = "count", *, title: str | None = None, stacked: bool = False) -> alt.Y:
    """A value axis from zero; `kind` is one of report.show.KINDS."""
    return alt.Y(
        f"{column}:Q",
        title=title,
        axis=_values(kind),
        scale=alt.Scale(zero=True, nice=True),
        stack="zero" if stacked else None,
    )


def _values(kind: str, **more: Any) -> alt.Axis:
    """Ticks of a value axis: small counts in full, large ones and money as 12k."""
    if kind == "count":
        return alt.Axis(labelExpr=_COUNTS, tickCount=5, **more)
    return alt.Axis(format=_FORMATS.get(kind, "~g"), tickCount=5, **more)


def colours(column: str, order: Sequence[str], palette: Sequence[str] = SERIES) -> alt.Color:
    """Series by colour, always the same colour for the same name: `order` names them."""
    # What stands in one line must fit a phone.
    columns = 2 if len(order) > 3 else 1 if sum(len(str(name)) + 4 for name in order) > 42 else 0
    return alt.Color(
        f"{column}:N",
        scale=alt.Scale(domain=list(order), range=list(islice(cycle(palette), len(order)))),
        legend=alt.Legend(columns=columns),
    )


def lines(
    answer: Answer,
    width: int,
    y: str,
    *,
    kind: str = "count",
    by: str | None = None,
    order: Sequence[str] = (),
) -> alt.TopLevelMixin:
    """Values over months, one line a group; `order` names the groups."""
    chart = plot(answer, width).properties(height=height(width)).mark_line()
    chart = chart.encode(x=by_month(), y=amount(y, kind))
    drawn: alt.TopLevelMixin = chart.encode(color=colours(by, order)) if by else chart
    return drawn


def stacks(
    answer: Answer, width: int, y: str, *, by: str, order: Sequence[str], kind: str = "count"
) -> alt.TopLevelMixin:
    """Values over months, stacked by group, the first of `order` at the bottom."""
    drawn: alt.TopLevelMixin = (
        plot(answer, width)
        .properties(height=height(width))
        .transform_calculate(place=f"indexof({json.dumps(list(order))}, datum.{by})")
        .mark_bar(cornerRadiusEnd=0)
        .encode(
            x=by_month(),
            y=amount(y, kind, stacked=True),
            color=colours(by, order),
            order=alt.Order("place:O"),
        )
    )
    return drawn


def bars(
    answer: Answer, width: int, category: str, value: str, *, kind: str = "count", full: bool = False
) -> alt.TopLevelMixin:
    """One bar a category, in the answer's order; its name at the left, on a phone above it.

    `full` draws the axis of a share up to 100 %.
    """
    labels = 240 if width == WIDE else 0
    x = alt.X(
        f"{value}:Q",
        title=None,
        axis=_values(kind, grid=True),
        scale=alt.Scale(domain=[0, 1]) if full else alt.Scale(zero=True),
    )
    axis = alt.Axis(labelLimit=labels - 10) if labels else None
    y = alt.Y(f"{category}:N", sort=None, title=None, axis=axis)
    base = plot(answer, width).properties(height=alt.Step(26 if labels else 42))
    if labels:
        drawn: alt.TopLevelMixin = base.mark_bar().encode(x=x, y=y)
        return drawn
    names = base.mark_text(align="left", baseline="bottom", dy=-7).encode(
        x=alt.value(0), y=y, text=f"{category}:N"
    )
    return alt.layer(base.mark_bar(size=13, yOffset=4).encode(x=x, y=y), names)


def spark(months: Sequence[Mapping[str, Any]], name: str) -> Markup:
    """A line of `value` over `month` without axes, its end marked; for beside a number that says the rest."""
    data: Any = alt.Data
    base: Any = alt.Chart(data(values=list(months)), width=200, height=38)
    x = alt.X("month:T", axis=None, scale=alt.Scale(type="utc"))
    y = alt.Y("value:Q", axis=None, scale=alt.Scale(zero=True, nice=False, padding=3))
    end = alt.datum.month == months[-1]["month"]
    line = base.mark_line(strokeWidth=2).encode(x=x, y=y)
    point = base.transform_filter(end).mark_point(filled=True, size=40, opacity=1).encode(x=x, y=y)
    return svg(alt.layer(line, point), name)
