"""Days counted from 1970-01-01, as seeds name them."""

from __future__ import annotations

from datetime import date, timedelta

from sandbox.simulation.options import DAY_MS, Options

_FIRST = date(1970, 1, 1)


def day_of(at: int) -> int:
    """The UTC day of a moment in ms."""
    return at // DAY_MS


def day_number(day: date) -> int:
    """The number of a date."""
    return (day - _FIRST).days


def iso_day(day: int | None) -> str:
    """The ISO date of a day, nothing for none."""
    return "" if day is None else (_FIRST + timedelta(days=day)).isoformat()


def year_later(day: int) -> int:
    """The day a year later; the first of March for the last of a February in a leap year."""
    then = _FIRST + timedelta(days=day)
    if (then.month, then.day) == (2, 29):
        return day_number(date(then.year + 1, 3, 1))
    return day_number(then.replace(year=then.year + 1))


def half_years(options: Options) -> list[int]:
    """First days of half-years from a year after the launch up to `end`."""
    start = _FIRST + timedelta(days=year_later(day_of(options.start_ms)))
    days = [
        day_number(date(year, month, 1))
        for year in range(start.year, options.end.year + 1)
        for month in (1, 7)
    ]
    return [day for day in days if day >= day_number(start) and is_known(options, day)]


def is_known(options: Options, day: int) -> bool:
    """True if the day has begun before the dataset's `end`."""
    return day * DAY_MS < options.end_ms
