"""How values look to a reader: numbers with their units, dates, months; a dash where nothing is known."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime
from types import MappingProxyType
from typing import Any

UNKNOWN = "–"
NARROW = "\u202f"
"""Between a number and its unit, so that a line never breaks there."""


def show(value: Any, kind: str) -> str:
    """`value` as text of `kind` (one of KINDS); a dash for None. Raises KeyError on an unknown kind."""
    form = KINDS[kind]
    return UNKNOWN if value is None else form(value)


def _count(value: float) -> str:
    return f"{value:,.0f}"


def _decimal(value: float) -> str:
    return f"{value:,.{0 if abs(value) >= 100 else 1 if abs(value) >= 10 else 2}f}"


def _ratio(value: float) -> str:
    percent = 100 * value
    return f"{percent:,.{0 if percent in (0, 100) else 1}f}{NARROW}%"


def _amount(unit: str, *, one: str | None = None) -> Callable[[float], str]:
    """A whole number as it is, another with one digit after the point, then its unit."""

    def form(value: float) -> str:
        number = f"{value:,.0f}" if value == round(value) or abs(value) >= 100 else f"{value:,.1f}"
        return f"{number}{NARROW}{one if one and number == '1' else unit}"

    return form


def _change(value: float) -> str:
    return f"{100 * value:+,.0f}{NARROW}%".replace("-", "−")


def _p(value: float) -> str:
    return "< 0.001" if value < 0.001 else f"= {value:.3f}"


def _usd(value: float) -> str:
    return f"{value:,.0f}{NARROW}USD"


def _date(value: date) -> str:
    return f"{value.day} {value:%b %Y}"


def _month(value: date) -> str:
    return f"{value:%b %Y}"


def _time(value: datetime) -> str:
    return f"{_date(value)}, {value:%H:%M} UTC"


def _yes(value: bool) -> str:
    return "yes" if value else "no"


KINDS: Mapping[str, Callable[[Any], str]] = MappingProxyType(
    {
        "count": _count,
        "decimal": _decimal,
        "ratio": _ratio,
        "quotient": _decimal,
        "change": _change,
        "p": _p,
        "usd": _usd,
        "days": _amount("days", one="day"),
        "hours": _amount("hours", one="hour"),
        "minutes": _amount("minutes", one="minute"),
        "months": _amount("months", one="month"),
        "date": _date,
        "month": _month,
        "time": _time,
        "yes": _yes,
        "text": str,
    }
)
"""`ratio` takes 0–1 and shows percent; `quotient` may exceed 1; `change` takes a ratio less 1 and shows it
with its sign; `p` takes the probability of a test; `time` takes UTC."""
