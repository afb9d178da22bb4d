"""Small pictures of a metric's months: SVG as data URIs, so that the docs stay one file."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Sequence

from report.charts import WIDE, lines, svg
from report.release import Answer

_LIGHT = {"ink": "#1c2430", "soft": "#4d5868", "grid": "#d9dee6", "paper": "#ffffff", "series-1": "#14539a"}
_DARK = {"ink": "#e8ecf2", "soft": "#aab4c2", "grid": "#333d4b", "paper": "#1a2029", "series-1": "#6aaef5"}
_SPARK_WIDTH, _SPARK_HEIGHT, _MARGIN = 140, 34, 5


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

    strokes, pen = [], "M"
    for index, value in enumerate(values):
        if value is None:
            pen = "M"
            continue
        x, y = place(index, value)
        strokes.append(f"{pen}{x:.1f} {y:.1f}")
        pen = "L"
    last = max(index for index, value in enumerate(values) if value is not None)
    x, y = place(last, known[-1])
    return address(
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_SPARK_WIDTH} {_SPARK_HEIGHT}" '
        f'width="{_SPARK_WIDTH}" height="{_SPARK_HEIGHT}">{_style()}'
        f'<path d="{" ".join(strokes)}" fill="none" stroke="var(--series-1)" stroke-width="2" '
        'stroke-linejoin="round" stroke-linecap="round"/>'
        f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3.5" fill="var(--series-1)"/></svg>'
    )


def chart(months: Answer, unit: str) -> str:
    """The line chart of a metric as the report draws it; `months` has columns month and value."""
    drawn = svg(lines(months, WIDE, "value", kind=unit), "chart")
    spaces = 'xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink"'
    opened = f'<svg {spaces} width="{WIDE}"'
    return address(drawn.replace("<svg", opened, 1).replace(">", f">{_style()}", 1))


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
