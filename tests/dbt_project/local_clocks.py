"""Open time between two instants, by asking local clocks day by day."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

DAYS = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
NEVER, ALWAYS = date(1, 1, 1), date(9999, 12, 31)

Row = tuple[str, str, str, str, date, date]
"""weekday, opens, closes, time zone, first and last date"""


def instant(day: date, clock: str, zone: str, *, last: bool) -> datetime:
    hours, minutes = map(int, clock.split(":"))
    local = datetime(day.year, day.month, day.day) + timedelta(hours=hours, minutes=minutes)
    both = [local.replace(tzinfo=ZoneInfo(zone), fold=fold).astimezone(UTC) for fold in (0, 1)]
    told = [each for each in both if each.astimezone(ZoneInfo(zone)).replace(tzinfo=None) == local]
    if told:
        return max(told) if last else min(told)
    # Skipped: the clocks jump somewhere between the two readings; halve until the second is found.
    before, after = min(both), max(both)
    while after - before > timedelta(seconds=1):
        middle = before + timedelta(seconds=(after - before) // timedelta(seconds=2))
        if middle.astimezone(ZoneInfo(zone)).replace(tzinfo=None) > local:
            after = middle
        else:
            before = middle
    return after


@dataclass
class Hours:
    """A schedule: when a desk is open."""

    rows: Sequence[Row]
    holidays: Collection[date] = ()
    _known: dict[date, list[tuple[datetime, datetime]]] = field(default_factory=dict)

    def on(self, day: date) -> list[tuple[datetime, datetime]]:
        """When it is open on a local date; the stretches may overlap."""
        if day not in self._known:
            self._known[day] = [
                (instant(day, opens, zone, last=False), instant(day, closes, zone, last=True))
                for weekday, opens, closes, zone, first, last in self.rows
                if DAYS[day.weekday()] == weekday and first <= day <= last and day not in self.holidays
            ]
        return self._known[day]

    def minutes(self, start: datetime, end: datetime) -> float:
        """Open minutes from one instant to another."""
        stretches = []
        day = start.date() - timedelta(days=1)
        while day <= end.date() + timedelta(days=1):
            for opens, closes in self.on(day):
                if opens < end and closes > start:
                    stretches.append((max(opens, start), min(closes, end)))
            day += timedelta(days=1)
        total, reached = timedelta(0), start
        for opens, closes in sorted(stretches):
            if closes > reached:
                total += closes - max(opens, reached)
                reached = closes
        return total / timedelta(minutes=1)
