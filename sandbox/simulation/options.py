"""What a simulation is asked for, and what it says it made."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cached_property
from pathlib import Path

DAY_MS = 86_400_000
HOUR_MS = 3_600_000
MINUTE_MS = 60_000

FORUM_HOST = "https://forum.example.com"
"""Stand-in addresses in texts and links; the server puts its own in their place."""
BOARD_HOST = "https://example.uservoice.com"
DESK_HOST = "https://example.zendesk.com"

FORUM, BOARD, DESK = "forum", "ideas", "desk"
"""The source names that truth and seeds use, as in sources.toml."""


class OptionError(ValueError):
    """A size or date that no simulation can be made for."""


@dataclass(frozen=True)
class Options:
    """Sizes and dates of a simulation; the same options give the same bytes."""

    seed: int = 1
    members: int = 2_000
    """Forum accounts of people, those who only read among them."""
    months: int = 24
    """Calendar months of past before `end`."""
    posts: int = 60_000
    """Forum posts written before `end` (small-action posts apart)."""
    requests: int = 1_300
    tickets: int = 5_000
    end: datetime = field(default_factory=lambda: midnight(datetime.now(UTC)))
    """The dataset's today (UTC): what is later carries its arrival time."""
    days_ahead: int = 60
    """Days of future behind `end`, so that a server with a moving clock has news."""
    history: bool = True
    """False: one line a record, as it stands at `end`."""
    past: bool = True
    """False: what changed before `end` shows only in how records stand then; later changes are all there."""

    def __post_init__(self) -> None:
        checks = {
            "members": self.members >= 40,
            "months": 1 <= self.months <= 240,
            "posts": self.posts >= 200,
            "requests": self.requests >= 10,
            "tickets": self.tickets >= 10,
            "days_ahead": 0 <= self.days_ahead <= 730,
            "seed": self.seed >= 0,
        }
        for name, fits in checks.items():
            if not fits:
                raise OptionError(
                    f"{name} = {getattr(self, name)} is out of range: at least 40 members, 200 posts, "
                    "10 requests, 10 tickets, 1 to 240 months, 0 to 730 days ahead, seed from 0"
                )
        if self.end.tzinfo is None:
            raise OptionError("end needs a time zone, as in 2026-01-01T00:00:00Z")

    @cached_property
    def start_ms(self) -> int:
        """The launch of the community, `months` calendar months before `end` (ms since 1970)."""
        return to_ms(months_before(self.end, self.months))

    @cached_property
    def end_ms(self) -> int:
        """`end` in ms since 1970."""
        return to_ms(self.end)

    @cached_property
    def horizon_ms(self) -> int:
        """The last moment anything is simulated for, in ms since 1970."""
        return self.end_ms + self.days_ahead * DAY_MS

    @property
    def days(self) -> int:
        """Whole days from the launch to the horizon."""
        return (self.horizon_ms - self.start_ms) // DAY_MS

    @property
    def posts_a_month(self) -> float:
        """The size of the forum that numbers of special roles follow."""
        return self.posts / self.months


@dataclass(frozen=True)
class Summary:
    """What a simulation wrote."""

    directory: Path
    records: dict[str, int]
    """Records by `<vendor>/<stream>` as they stand at `end`."""
    lines: int
    """Lines over all streams, later changes among them."""
    seconds: float


def midnight(moment: datetime) -> datetime:
    """The UTC midnight a moment's day began with."""
    return moment.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)


def months_before(moment: datetime, months: int) -> datetime:
    """The same day so many calendar months earlier, or that month's last day."""
    index = moment.year * 12 + moment.month - 1 - months
    year, month = divmod(index, 12)
    first_of_next = datetime(year + (month == 11), (month + 1) % 12 + 1, 1, tzinfo=moment.tzinfo)
    last_day = (first_of_next - timedelta(days=1)).day
    return moment.replace(year=year, month=month + 1, day=min(moment.day, last_day))


def to_ms(moment: datetime) -> int:
    """Milliseconds since 1970 (whole ones)."""
    return round(moment.timestamp() * 1000)
