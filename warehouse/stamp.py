"""Stamps that name backups, candidates and releases: UTC seconds, always later than those before."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from extractors.clock import now

STAMP_FORMAT = "%Y%m%dT%H%M%SZ"


def next_stamp(taken: Iterable[str]) -> str:
    """`20260301T081530Z`: now, or a second after the latest stamp in `taken` if the clock is not past it."""
    latest = max((stamp for stamp in taken if stamped_at(stamp)), default="")
    stamp = now().strftime(STAMP_FORMAT)
    before = stamped_at(latest)
    if before is not None and stamp <= latest:
        return (before + timedelta(seconds=1)).strftime(STAMP_FORMAT)
    return stamp


def stamped_at(stamp: str) -> datetime | None:
    """The time a stamp says (UTC); None if the text is no stamp."""
    try:
        return datetime.strptime(stamp, STAMP_FORMAT).replace(tzinfo=UTC)
    except ValueError:
        return None
