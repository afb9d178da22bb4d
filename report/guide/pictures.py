"""Small pictures of a metric's months: SVG as data URIs, so that the docs stay one file."""

from __future__ import annotations

import math
from base64 import b64encode
from collections.abc import Callable, Sequence
from datetime import date
from html import escape

_LIGHT = {"ink": "#1c2430", "soft": "#4d5868", "grid": "#d9dee6", "paper": "#ffffff", "series-1": "#14539a"}
_DARK = {"ink": "#e8ecf2", "soft": "#aab4c2", "grid": "#333d4b", "paper": "#1a2029", "series-1": "#6aaef5"}
_SPARK_WIDTH, _SPARK_HEIGHT, _MARGIN = 140, 34, 5
_CHART_WIDTH, _CHART_HEIGHT, _STEPS = 440, 200, 4


def spark(values: Sequence[float | None]) -> str:
    """A line through `values`, a dot on the last known one; a month without a value is a gap."""
    known = [value for value in values if value is not None]
    if not known:
        return ""
    low, high = min(0.0, *known), max(known)
    step = (_SPARK_WIDTH - 2 * _MARGIN) / max(len(values) - 1, 1)

    def place(index: int, value: float) -> tuple[float, float]:
        share = (value - low) / (high - low) if high > low else 0.5
        return _MARGIN + index * step, _SPARK_HEIGHT - _MARGIN - share * (_SPARK_HEIGHT - 2 * _MARGIN)

    line = _line([None if value is None else place(index, value) for index, value in enumerate(values)])
    return address(
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_SPARK_WIDTH} {_SPARK_HEIGHT}" '
        f'width="{_SPARK_WIDTH}" height="{_SPARK_HEIGHT}">{_style()}{line}</svg>'
    )


def chart(months: Sequence[date], values: Sequence[float | None], text: Callable[[float], str]) -> str:
    """A metric's months as a line from zero, with the values of its scale and some of its months written.

    Drawn here rather than by `report.charts`: half a hundred stand in the docs of every release.
    """
    known = [value for value in values if value is not None]
    if not known:
        return ""
    low, high = _bounds(known)
    left, top, right, bottom = 84, 10, _CHART_WIDTH - 8, _CHART_HEIGHT - 24
    step = (right - left) / max(len(values) - 1, 1)

    def place(index: int, value: float) -> tuple[float, float]:
        return left + index * step, bottom - (value - low) / (high - low) * (bottom - top)

    drawn = []
    for part in range(_STEPS + 1):
        value = low + (high - low) * part / _STEPS
        y = place(0, value)[1]
        drawn.append(
            f'<path d="M{left} {y:.1f}H{right}" stroke="var(--grid)"/>'
            f'<text x="{left - 8}" y="{y + 4:.1f}" text-anchor="end">{escape(text(value))}</text>'
        )
    every = max(len(months) // 4, 1)
    for index in range(len(months) - 1, -1, -every):
        x = left + index * step
        anchor = "end" if index == len(months) - 1 else "start" if x < left + 20 else "middle"
        drawn.append(
            f'<text x="{x:.1f}" y="{_CHART_HEIGHT - 6}" text-anchor="{anchor}">{months[index]:%b %Y}</text>'
        )
    drawn.append(
        _line([None if value is None else place(index, value) for index, value in enumerate(values)])
    )
    return address(
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_CHART_WIDTH} {_CHART_HEIGHT}" '
        f'width="{_CHART_WIDTH}" height="{_CHART_HEIGHT}" font-family="sans-serif" font-size="12.5" '
        f'fill="var(--soft)">{_style()}{"".join(drawn)}</svg>'
    )


def _bounds(known: Sequence[float]) -> tuple[float, float]:
    """A scale that holds zero and all values, in steps of 1, 2, 2.5 or 5 times a power of ten."""
    low, high = min(0.0, *known), max(0.0, *known)
    if high == low:
        return low, low + _STEPS
    rough = (high - low) / _STEPS
    power = 10.0 ** math.floor(math.log10(rough))
    for size in (1, 2, 2.5, 5, 10, 20):
        step = size * power
        first = math.floor(low / step + 1e-9) * step
        if first + _STEPS * step >= high * (1 - 1e-9):
            return first, first + _STEPS * step
    return low, high


def _line(places: Sequence[tuple[float, float] | None]) -> str:
    """A line through the places and a dot on the last; where one is None the line breaks."""
    strokes, pen = [], "M"
    for place in places:
        if place is None:
            pen = "M"
        else:
            strokes.append(f"{pen}{place[0]:.1f} {place[1]:.1f}")
            pen = "L"
    x, y = next(place for place in reversed(places) if place is not None)
    return (
        f'<path d="{" ".join(strokes)}" fill="none" stroke="var(--series-1)" stroke-width="2" '
        'stroke-linejoin="round" stroke-linecap="round"/>'
        f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3.5" fill="var(--series-1)"/>'
    )


def swatch(colour: str) -> str:
    """A square of a group's colour, as in the lineage."""
    return address(
        '<svg xmlns="http://www.w3.org/2000/svg" width="14" height="14" viewBox="0 0 14 14">'
        f'<rect width="14" height="14" rx="3" fill="{colour}"/></svg>'
    )


def address(drawn: str) -> str:
    """The picture as a data URI."""
    return f"data:image/svg+xml;base64,{b64encode(drawn.encode()).decode()}"


def _style() -> str:
    """The report's colours; a picture shown by itself can't take them from the page."""

    def rules(colours: dict[str, str]) -> str:
        return "".join(f"--{name}:{colour};" for name, colour in colours.items())

    return f"<style>svg{{{rules(_LIGHT)}}}@media(prefers-color-scheme:dark){{svg{{{rules(_DARK)}}}}}</style>"
