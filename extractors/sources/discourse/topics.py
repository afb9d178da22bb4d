"""Topics, by the topic list.

First by creation, oldest first: the one order in which rows don't move while they are read. Later by
activity, newest first, down to the last known activity and on through the topics active in the last
`reread_days`, because views, likes, titles, categories and accepted answers change without a bump. Older
ones are read again by turns.

Pinned topics stand first on page 0 whatever their activity, so they say nothing about how far a walk has
come. `last_posted_at` says nothing either: it is null or old on topics that were bumped by an edit.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from extractors import clock
from extractors.http import Api
from extractors.pagination import records_of
from extractors.source import Fetching, Page, Record, Start

from .lists import Rows, numbered_pages, reread_budget
from .vanished import look_for, packed, unpacked

Topics = Iterator[tuple[int, list[Record]]]

_PATH = "/latest.json"
_BY_CREATION = {"order": "created", "ascending": "true"}
_OVERLAP = timedelta(days=1)


def fetch_topics(api: Api, start: Start) -> Fetching:
    """All topics at first, later those active since the watermark or in the last `reread_days`.

    Beside the latest activity, the watermark holds `shown`: the ids seen in the window, by the day of their
    last activity. What was shown before and is missing now has vanished.
    """
    # The mark is taken before the walk: what is bumped meanwhile lies after it, and the next walk finds it.
    state = start.resume or {"page": 0, "top": newest_bump(api, start), "shown": {}}
    known = {day: unpacked(ids) for day, ids in (start.watermark or {}).get("shown", {}).items()}
    shown = {day: unpacked(ids) for day, ids in state["shown"].items()}
    until = reach(api, start)
    walk = topics_by_activity if known_bump(start) else topics_by_creation
    for number, topics in walk(api, start, first_page(state)):
        for topic in topics:
            if (moment := bumped_at(topic)) and moment >= until:
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


def topics_by_activity(api: Api, start: Start, first: int) -> Topics:
    """Yield (page number, topics), last active first, until a whole page lies before what must be read."""
    until = reach(api, start)
    for number, topics in numbered_pages(api, _PATH, _size(api), _rows(api), first):
        yield number, topics
        bumps = [moment for topic in topics if not _is_pinned(topic) and (moment := bumped_at(topic))]
        if bumps and max(bumps) < until:
            return


def reach(api: Api, start: Start) -> datetime:
    """How far back (UTC) a walk by activity must read: the re-read window, and all that was not seen yet."""
    window = start.now - timedelta(days=api.settings["reread_days"])
    known = known_bump(start)
    return min(window, clock.parse(known) - _OVERLAP) if known else window


def first_page(resume: dict[str, Any]) -> int:
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
