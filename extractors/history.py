"""What the history load has read of a stream and what is left, and how it shares a source's pace.

`start_date` bounds the first daily load; the runner notes it in the watermark of the lane `new` (`_since`),
so that a later change of `start_date` opens no gap. The history load reads what lies before it, from the
vendor's beginning or from a given date. Its watermark holds where to go on, and under `_history` what it is
about: the part being read (`from` to `until`), up to where all is read once that is done (`top`), the share
done.
"""

from __future__ import annotations

import fcntl
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from extractors import clock
from extractors.config import SourceConfig
from extractors.errors import LodestarError, storage_errors
from extractors.landing import furthest, read_watermarks
from extractors.privacy import KEY_MARK
from extractors.source import Stream, Watermark

SINCE = "_since"
HISTORY = "_history"
DEFAULT_SHARE = 0.3
_LOOK_EVERY_SECONDS = 5.0


@dataclass(frozen=True)
class Part:
    """A stretch of history to read: from `since` (None: the vendor's beginning) up to `until`, both UTC."""

    since: datetime | None
    until: datetime
    top: datetime
    """Where the daily load began: from `until` up to here all is read already."""
    share: float = 0.0
    """How much of it is read, 0 to 1."""
    is_new: bool = True
    """The stored position, if there is one, does not belong to it."""

    def mark(self, share: float, is_done: bool) -> dict[str, Any]:
        """What the watermark says of it."""
        return {
            "from": clock.iso(self.since) if self.since else None,
            "until": clock.iso(self.until),
            "top": clock.iso(self.top),
            "share": 1.0 if is_done else round(share, 4),
            "done": is_done,
        }

    @property
    def name(self) -> str:
        """The same for the same stretch."""
        return f"{self.since} {self.until} {self.top}"


def next_part(mark: Mapping[str, Any] | None, since: datetime | None, top: datetime) -> Part | None:
    """What to read next when `mark` (of the last watermark) is read and all from `since` to `top` is wanted.

    None if all is read. A part begun is read to its end before an earlier one; a narrower wish replaces it.
    """
    if mark is None or clock.parse(mark["top"]) < top:
        # The daily load began anew, later than before: between the two nothing is read.
        return Part(since, top, top)
    first = clock.parse(mark["from"]) if mark["from"] else None
    until, top = clock.parse(mark["until"]), clock.parse(mark["top"])
    is_wider = first is not None and (since is None or since < first)
    if mark["done"]:
        return Part(since, first, top, is_new=False) if is_wider and first else None
    if since is None or is_wider or since == first:
        return Part(first, until, top, float(mark["share"]), is_new=False)
    return Part(since, until, top) if since < until else None


@dataclass(frozen=True)
class StreamHistory:
    """One stream's history as it stands."""

    stream: str
    part: Part | None
    """What is to be read next; None if all is read or there is nothing to read."""
    daily: Watermark | None = None
    """The watermark of the lane `new`."""
    stored: Watermark | None = None
    """The lane's watermark once all that is durable is loaded."""
    waits: bool = False
    """The first daily load, which says where history ends, is not loaded yet."""


def stand(
    source: SourceConfig, streams: Sequence[Stream], data_dir: Path, since: datetime | None, key_id: str
) -> list[StreamHistory]:
    """How far the history of `source` is read, in every stream that has one; empty without `start_date`.

    What was hashed with another privacy key than `key_id` counts as not read.
    """
    marks = read_watermarks(data_dir).get(source.name, {})
    found = []
    for stream in streams:
        if stream.backfill is None:
            continue
        daily = marks.get(stream.name, {}).get("new")
        began = began_at(source, daily)
        if began is None:
            continue
        if daily is None:
            found.append(StreamHistory(stream.name, None, waits=True))
            continue
        stored = furthest(
            data_dir / "landing" / source.name / stream.name,
            "backfill",
            marks[stream.name].get("backfill"),
        )
        is_usable = stored is not None and stored.get(KEY_MARK, key_id) == key_id
        mark = stored.get(HISTORY) if stored and is_usable else None
        found.append(StreamHistory(stream.name, next_part(mark, since, began), daily, stored))
    return found


def began_at(source: SourceConfig, daily: Watermark | None) -> datetime | None:
    """From when on (UTC) the daily load reads a stream with this watermark; None: from the beginning."""
    noted = (daily or {}).get(SINCE)
    configured: datetime | None = source.options.get("start_date")
    return clock.parse(noted) if noted else configured


def share_of(source: SourceConfig) -> float:
    """The share of a source's pace that the history load takes."""
    return float(source.options.get("history_share") or DEFAULT_SHARE)


@contextmanager
def reading_history(data_dir: Path, source: str) -> Iterator[None]:
    """Hold the lock that makes the daily load leave us our share; LodestarError if another run has it."""
    path = _lock_file(data_dir, source)
    with storage_errors(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        lock = path.open("ab")
    with lock:
        # A daily load that looks holds the lock for a moment.
        for _ in range(20):
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except OSError:
                time.sleep(0.05)
        else:
            raise LodestarError(
                f"source {source}: its history is being read by another run. Wait for it to end, or end it."
            )
        yield


def rest_of_pace(data_dir: Path, source: SourceConfig) -> Callable[[], float]:
    """A function that gives the daily load's share of the pace: 1, or what a running history load leaves."""
    path = _lock_file(data_dir, source.name)
    rest = 1.0 - share_of(source)
    looked_at = -_LOOK_EVERY_SECONDS
    answer = 1.0

    def share() -> float:
        nonlocal looked_at, answer
        if time.monotonic() - looked_at >= _LOOK_EVERY_SECONDS:
            looked_at = time.monotonic()
            answer = rest if _is_held(path) else 1.0
        return answer

    return share


def _lock_file(data_dir: Path, source: str) -> Path:
    return data_dir / "state" / "history" / f"{source}.lock"


def _is_held(path: Path) -> bool:
    try:
        with path.open("rb") as lock:
            fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except FileNotFoundError:
        return False
    except OSError:
        return True
    return False
