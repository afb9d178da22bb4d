"""The one clock of the project.

`LODESTAR_NOW` (ISO 8601, UTC unless it has an offset) replaces the wall clock's start, for tests and
time travel: the clock then runs on from that instant with the process.
"""

from __future__ import annotations

import os
import time
from datetime import UTC, datetime, timedelta
from functools import lru_cache

from extractors.errors import ConfigError

_STARTED = time.monotonic()


def now() -> datetime:
    """The current time, UTC and aware; raises ConfigError if LODESTAR_NOW is no ISO time."""
    start = os.environ.get("LODESTAR_NOW")
    if not start:
        return datetime.now(UTC)
    return _parse_start(start) + timedelta(seconds=time.monotonic() - _STARTED)


def iso(moment: datetime) -> str:
    """`2026-03-01T08:15:30.000125Z`: UTC with microseconds."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


@lru_cache(maxsize=8)
def _parse_start(text: str) -> datetime:
    try:
        return parse(text)
    except ValueError:
        raise ConfigError(
            "LODESTAR_NOW is no ISO time. Give it as 2026-03-01T08:00:00Z, or unset it."
        ) from None


def parse_or_none(value: object) -> datetime | None:
    """As `parse`, but None for what is no ISO 8601 text: a vendor's odd value, which load judges later."""
    try:
        return parse(value) if isinstance(value, str) else None
    except ValueError:
        return None


def parse(text: str) -> datetime:
    """An aware UTC time from ISO 8601 text (no offset means UTC); raises ValueError."""
    moment = datetime.fromisoformat(text)
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
