"""The sandbox's clock: live, or standing still at a chosen moment."""

from __future__ import annotations

from datetime import datetime

from extractors import clock


class SandboxClock:
    """What time it is in the sandbox; decides which lines of a dataset have taken effect.

    Live it is the project's clock. Set to a moment it stands still, so that every request of a test
    or of a simulated day sees the same state. Rate limits and the times in their headers stay on
    the machine's clock, because clients really wait.
    """

    def __init__(self, moment: datetime | None = None) -> None:
        self._moment = moment

    def now(self) -> datetime:
        """The current time, UTC and aware."""
        return self._moment or clock.now()

    def set(self, moment: datetime | None) -> None:
        """Stand still at `moment`, or run live again if None."""
        self._moment = moment

    @property
    def is_live(self) -> bool:
        """Whether the clock runs."""
        return self._moment is None


def parse_moment(text: str) -> datetime:
    """An aware UTC time from ISO 8601 text; raises ValueError."""
    return clock.parse(text)
