"""Topics, by the topic list.

First by creation, oldest first: the one order in which rows don't move while they are read. Later by
activity, newest first, down to the last known activity and on through the topics active in the last
`reread_days`, because views, likes, titles, categories and accepted answers change without a bump. Older
ones are read again by turns.

Pinned topics stand first on page 0 whatever their activity, so they say nothing about how far a walk has
come. `last_posted_at` says nothing either: it is null or old on topics that were bumped by an edit.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any

from extractors import clock
from extractors.held import packed, unpacked
from extractors.http import Api
from extractors.pagination import records_of
from extractors.source import Fetching, Page, Record, Start

from .lists import Rows, confirmed, numbered_pages, reread_budget
from .vanished import look_for

Topics = Iterator[tuple[int, list[Record]]]

_PATH = "/latest.json"
_BY_CREATION = {"order": "created", "ascending": "true"}
_OVERLAP = timedelta(days=1)


def fetch_topics(api: Api, start: Start) -> Fetching:
    """All topics at first (those active since `start_date`), later those active since the watermark or in the
    last `reread_days`.

    Beside the latest activity, the watermark holds `shown`: the ids seen in the window, by the day of their
    last activity. What was shown before and is missing now has vanished.
    """
    # The mark is taken before the walk: what is bumped meanwhile lies after it, and the next walk finds it.
    state = start.resume or {"page": 0, "top": newest_bump(api, start), "shown": {}}
    known = {day: unpacked(ids) for day, ids in (start.watermark or {}).get("shown", {}).items()}
    shown = {day: unpacked(ids) for day, ids in state["shown"].items()}
    until = reach(api, start)
    is_bounded = known_bump(start) or api.settings["start_date"]
    remembered = until if known_bump(start) else window(api, start)
    walk = topics_by_activity if is_bounded else topics_by_creation
    for number, topics in walk(api, start, first_page(state)):
        for topic in topics:
            if (moment := bumped_at(topic)) and moment >= remembered:
                shown.setdefault(f"{moment:%Y-%m-%d}", set()).add(topic["id"])
        state = {**state, "page": number + 1, "shown": _packed_by_day(shown)}
        yield Page(topics, state)
    # A topic last active on the day up to which the walk went may lie below its end.
    missing = {
        day: ids.difference(*shown.values()) for day, ids in known.items() if day > f"{until:%Y-%m-%d}"
    }
    vanished, unasked = look_for(api, "/t/{}.json", set().union(*missing.values()))
    if vanished:
        yield Page(vanished, state)
    for day, ids in missing.items():
        shown[day] = shown.get(day, set()) | (ids & unasked)
    return {"bumped_at": state["top"], "shown": _packed_by_day(shown)} if state["top"] else None


def backfill_topics(api: Api, start: Start) -> Fetching:
    """Topics that were created before the daily load's beginning, oldest first."""
    state: dict[str, Any] = {"page": 0, "created": "", "begin": None}
    state |= start.resume or start.watermark or {}
    for number, topics in topics_before(api, start, state):
        since = start.since
        wanted = [topic for topic in topics if since is None or (bumped_at(topic) or since) >= since]
        created = max([state["created"], *map(created_at, topics)])
        begin = state["begin"] or created_at(topics[0])
        state = {"page": number + 1, "created": created, "begin": begin}
        yield Page(wanted, state, share=share_of_time(start, begin, created))
    return {}


def topics_before(api: Api, start: Start, state: Mapping[str, Any]) -> Topics:
    """Yield (page number, topics), oldest first, to where all were created since `start.until`.

    `state` is where an earlier walk ended: after `page`, whose last topic was `created` then. Topics deleted
    since have moved the others up, so it goes back to the page that follows that moment.
    """
    first = int(state["page"])
    while first > 0:
        before = confirmed(api, _PATH, {**_BY_CREATION, **_size(api), "page": first - 1}, _rows(api))
        if before and created_at(before[-1]) <= state["created"]:
            break
        first -= 1
    for number, topics in topics_by_creation(api, start, first):
        yield number, topics
        if start.until and all(created_at(topic) >= clock.iso(start.until) for topic in topics):
            return


def created_at(topic: Record) -> str:
    """When the topic was made (ISO, UTC); empty if it doesn't say."""
    moment = clock.parse_or_none(topic.get("created_at"))
    return clock.iso(moment) if moment else ""


def share_of_time(start: Start, begin: str, reached: str) -> float | None:
    """How much of the history lies before `reached`, which began at `begin` (ISO times)."""
    first, now = clock.parse_or_none(begin), clock.parse_or_none(reached)
    if not (first and now and start.until) or first >= start.until:
        return None
    return min(max((now - first) / (start.until - first), 0.0), 1.0)


def reread_topics(api: Api, start: Start) -> Fetching:
    """The next `reread_requests_per_day` pages by creation; from the oldest again when through."""
    resume = start.resume or {"page": (start.watermark or {}).get("page", 0), "pages": 0}
    pages = resume["pages"]
    for number, topics in topics_by_creation(api, start, resume["page"]):
        pages += 1
        yield Page(topics, {"page": number + 1, "pages": pages})
        if pages >= reread_budget(api):
            return {"page": number + 1}
    return {"page": 0}


def topics_by_creation(api: Api, start: Start, first: int) -> Topics:
    """Yield (page number, topics), oldest first, from page `first` to the end."""
    return numbered_pages(api, _PATH, _BY_CREATION | _size(api), _rows(api), first)


def topics_by_activity(api: Api, start: Start, first: int, until: datetime | None = None) -> Topics:
    """Yield (page number, topics), last active first, to a whole page before `until` (default: reach)."""
    until = until or reach(api, start)
    for number, topics in numbered_pages(api, _PATH, _size(api), _rows(api), first):
        yield number, topics
        bumps = [moment for topic in topics if not _is_pinned(topic) and (moment := bumped_at(topic))]
        if bumps and max(bumps) < until:
            return


def reach(api: Api, start: Start) -> datetime:
    """How far back (UTC) a walk by activity must read: all that was not seen yet, and the re-read window."""
    known = known_bump(start)
    if known:
        return min(window(api, start), clock.parse(known) - _OVERLAP)
    first: datetime | None = api.settings["start_date"]
    return first or window(api, start)


def window(api: Api, start: Start) -> datetime:
    """From when on (UTC) everything is read again each day."""
    return start.now - timedelta(days=api.settings["reread_days"])


def first_page(resume: Mapping[str, Any]) -> int:
    """The page a walk goes on from: one back, since a topic deleted meanwhile moves all later ones up."""
    return max(int(resume["page"]) - 1, 0)


def newest_bump(api: Api, start: Start) -> str | None:
    """The forum's latest activity, not before the watermark's (ISO, UTC); None if it has no topic."""
    topics = _rows(api)(api.get(_PATH, _size(api)))
    bumps = [clock.iso(moment) for topic in topics if (moment := bumped_at(topic))]
    known = known_bump(start)
    return max([*bumps, *([known] if known else [])], default=None)


def known_bump(start: Start) -> str | None:
    """The latest activity when the list was read last (ISO, UTC); None at first or if there was no topic."""
    return (start.watermark or {}).get("bumped_at")


def bumped_at(topic: Record) -> datetime | None:
    """When the topic last was active (UTC)."""
    text = topic.get("bumped_at")
    return clock.parse(text) if text else None


def _packed_by_day(shown: dict[str, set[int]]) -> dict[str, str]:
    return {day: packed(ids) for day, ids in sorted(shown.items()) if ids}


def _is_pinned(topic: Record) -> bool:
    return bool(topic.get("pinned") or topic.get("pinned_globally"))


def _rows(api: Api) -> Rows:
    return lambda answer: records_of(api, answer.get("topic_list"), "topics")


def _size(api: Api) -> dict[str, Any]:
    # Older servers ignore `per_page` and give 30.
    return {"per_page": min(api.settings.get("page_size") or 100, 100)}
