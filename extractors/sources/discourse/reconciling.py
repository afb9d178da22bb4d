"""The weekly comparison: deletes and silent changes that lie below the windows the daily load reads again.

A forum tells of neither. But its topic list, 100 topics a request, says how many posts and likes each topic
has. What the warehouse holds (`extractors/held.py`) is compared with that, and only of topics that differ are
the post ids asked for. Edits of old posts show nowhere: the daily `reread` finds them by turns. What lies
before `start_date` and is not held is left to the history load.

Badges say how often they were granted; of a badge that differs all grants are read.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any, Literal

from extractors import clock
from extractors.held import Group, Held, packed, unpacked
from extractors.http import Api
from extractors.source import Fetching, Page, Record, Start

from .lists import HIDDEN, not_visible
from .people import NO_BADGES, badges, grant_pages
from .posts import page_below
from .topics import bumped_at, first_page, topics_by_creation
from .vanished import GONE, look_for

_REQUESTS_A_RUN = 3000
"""For what differs: near an hour at the pace of an administrator's key."""
_NO_ABOUT = "the forum's own counts can't be seen: its about page is not for this key"
_NEVER = datetime(1970, 1, 1, tzinfo=UTC)
Reading = Literal["all", "new", "held"]
# Older servers write the singular.
_COUNTS = {"topics": ("topics_count", "topic_count"), "users": ("users_count", "user_count")}


def fetch_counts(api: Api, start: Start) -> Fetching:
    """How many topics and people the forum's about page tells of."""
    answer = api.get("/about.json", missing_ok=HIDDEN)
    if answer is None:
        return not_visible(api, start, _NO_ABOUT)
    told = (answer.get("about") or {}).get("stats") or {}
    found = {
        stream: next((told[name] for name in names if isinstance(told.get(name), int)), None)
        for stream, names in _COUNTS.items()
    }
    counts = [{"stream": stream, "vendor_count": n} for stream, n in found.items() if n is not None]
    if not counts:
        return not_visible(api, start, _NO_ABOUT)
    yield Page(counts, {})
    return None


def reconcile_topics(api: Api, start: Start) -> Fetching:
    """Every topic of the list; a topic that is held and not listed is asked for singly."""
    held = _held(api, start)
    known = held.ids
    state = start.resume or {"page": 0, "listed": ""}
    listed = unpacked(state["listed"])
    for number, topics in topics_by_creation(api, start, first_page(state)):
        listed |= {topic["id"] for topic in topics}
        state = {"page": number + 1, "listed": packed(listed)}
        first = _first(api)
        yield Page(
            [topic for topic in topics if topic["id"] in known or (bumped_at(topic) or first) >= first], state
        )
    _require_something(api, listed, held)
    vanished, unasked = look_for(api, "/t/{}.json", known - listed, _REQUESTS_A_RUN)
    _note_unasked(api, len(unasked), "topics")
    if vanished:
        yield Page(vanished, state)
    return None


def reconcile_posts(api: Api, start: Start) -> Fetching:
    """The posts of topics whose numbers of posts or likes are not those of the posts held.

    The watermark's `settled` says how a topic looked that differs for good, such as one with notices of
    moderators, which the list of posts leaves out: it is compared again when it looks different.
    """
    held = _held(api, start)
    settled: dict[str, str] = (start.watermark or {}).get("settled", {})
    state = start.resume or {"page": 0, "listed": "", "settled": {}}
    listed, now_settled = unpacked(state["listed"]), dict(state["settled"])
    before, unasked = api.requests, 0
    for number, topics in topics_by_creation(api, start, first_page(state)):
        for topic in topics:
            key, group = str(topic["id"]), held.group(topic["id"])
            listed.add(topic["id"])
            if _agrees(topic, group):
                continue
            look = _look(topic, group)
            if settled.get(key) != look and api.requests - before >= _REQUESTS_A_RUN:
                unasked += 1
                continue
            if settled.get(key) != look:
                is_whole = (clock.parse_or_none(topic.get("created_at")) or _first(api)) >= _first(api)
                reading: Reading = "held" if not is_whole else "new"
                if is_whole and _likes_differ(topic, group):
                    reading = "all"
                for records in _compared(api, topic["id"], group, reading):
                    yield Page(records, state)
            now_settled[key] = look
        state = {"page": number + 1, "listed": packed(listed), "settled": now_settled}
        yield Page([], state)
    _require_something(api, listed, held)
    for name, group in held.groups.items():
        if int(name) in listed:
            continue
        if api.requests - before >= _REQUESTS_A_RUN:
            unasked += 1
            continue
        for records in _compared(api, int(name), group, "held"):
            yield Page(records, state)
    _note_unasked(api, unasked, "topics that differ")
    return {"settled": now_settled}


def reconcile_user_badges(api: Api, start: Start) -> Fetching:
    """The grants of badges that were not granted as often as there are grants held."""
    held = _held(api, start)
    known = badges(api)
    if known is None:
        return not_visible(api, start, NO_BADGES)
    for badge in known:
        ours = held.group(badge["id"]).ids
        if badge.get("grant_count") == len(ours):
            continue
        seen: set[int] = set()
        for grants in grant_pages(api, badge["id"]):
            seen |= {grant["id"] for grant in grants}
            yield Page([grant for grant in grants if grant["id"] in ours or _is_in(api, grant)], {})
        missing = ours - seen
        if missing:
            # A grant may be passed by while the list moves, so only what is missing twice is gone.
            for grants in grant_pages(api, badge["id"]):
                missing -= {grant["id"] for grant in grants}
        yield Page([{"id": key, "_vanished": True} for key in sorted(missing)], {})
    return None


def _compared(api: Api, topic: int, group: Group, reading: Reading) -> Iterator[list[Record]]:
    """Yield a topic's posts that are gone, then those to be read: all, new ones, or none but moved ones."""
    answer = api.get(f"/t/{topic}/post_ids.json", missing_ok=GONE)
    if answer is None:
        # Who may not open a topic may not open its posts.
        yield [{"id": key, "_vanished": True} for key in sorted(group.ids)]
        return
    theirs = answer.get("post_ids")
    if not isinstance(theirs, list) or not all(isinstance(key, int) for key in theirs):
        raise api.error(
            "a topic's answer lacks its post ids", "The vendor's API has changed: please report it"
        )
    missing = group.ids - set(theirs)
    vanished, _ = look_for(api, "/posts/{}.json", missing, _REQUESTS_A_RUN)
    if vanished:
        yield vanished
    # What still can be read stands in another topic now.
    moved = missing - {record["id"] for record in vanished}
    new = set(theirs) - group.ids if reading == "new" else set[int]()
    wanted = (set(theirs) if reading == "all" else new) | moved
    while wanted:
        top = max(wanted)
        posts = page_below(api, top + 1)
        if posts:
            yield posts
        # Notices and whispers have ids, but no place in the list.
        lowest = min([post["id"] for post in posts], default=top)
        wanted = {key for key in wanted if key < min(lowest, top)}


def _first(api: Api) -> datetime:
    first: datetime | None = api.settings["start_date"]
    return first or _NEVER


def _is_in(api: Api, grant: Record) -> bool:
    return (clock.parse_or_none(grant.get("granted_at")) or _first(api)) >= _first(api)


def _agrees(topic: Record, group: Group) -> bool:
    return topic.get("posts_count") in (None, len(group.ids)) and not _likes_differ(topic, group)


def _likes_differ(topic: Record, group: Group) -> bool:
    return group.total is not None and topic.get("like_count") not in (None, group.total)


def _look(topic: Record, group: Group) -> str:
    ours: tuple[Any, ...] = (len(group.ids), group.total)
    return " ".join(map(str, (topic.get("posts_count"), topic.get("like_count"), *ours)))


def _held(api: Api, start: Start) -> Held:
    if start.held is None:
        raise api.error(
            "the warehouse has not said what it holds, so nothing can be compared",
            "Run the comparison with: python -m warehouse reconcile",
        )
    return start.held


def _require_something(api: Api, listed: set[int], held: Held) -> None:
    if not listed and held.ids:
        raise api.error(
            "the forum lists no topic, though topics are held",
            "Check that the key still may read, or that the forum still is public",
        )


def _note_unasked(api: Api, count: int, what: str) -> None:
    if count:
        api.note(f"{count:,} {what} were left for the next comparison; run it again to look at them now")
