"""Whole threads: a topic's view with all its posts.

Small-action posts, who accepted an answer, and answers accepted long after they were written are seen here.
Which topics are read is the option `threads`: `solved` (the default: those with an accepted answer, the
whole past of them only if the server's posts don't show it themselves), `all` or `none`.

Pages of a thread are never asked for by number: past the last one the server redirects to the last one, so
such a loop has no end. Posts beyond the first 20 are asked for by id, 20 at a time.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from extractors import clock
from extractors.errors import ConfigError
from extractors.http import Api
from extractors.pagination import records_of
from extractors.source import Fetching, Page, Record, Start

from .lists import reread_budget
from .posts import shows_accepted_answers
from .topics import (
    bumped_at,
    created_at,
    first_page,
    known_bump,
    newest_bump,
    reach,
    share_of_time,
    topics_before,
    topics_by_activity,
    topics_by_creation,
    window,
)
from .vanished import GONE

_CHOICES = ("solved", "all", "none")
_POSTS_A_REQUEST = 20
_THREADS_A_PAGE = 20
_NEVER = datetime(1970, 1, 1, tzinfo=UTC)


def fetch_threads(api: Api, start: Start) -> Fetching:
    """The threads of the chosen topics that changed, found in the topic list.

    Beside the latest activity, the watermark holds `read`: how the list showed each topic of the re-read
    window when its thread was read, so that only what changed since is read again.
    """
    choice = _choice(api)
    if choice == "none":
        return start.watermark
    since = window(api, start)
    earliest: datetime | None = api.settings["start_date"]
    resume = start.resume or {
        "page": 0,
        "top": newest_bump(api, start),
        "whole": not known_bump(start) and _reads_past(api, choice),
        "done": [],
        "read": (start.watermark or {}).get("read", {}),
    }
    read, done = dict(resume["read"]), set(resume["done"])
    if resume["whole"]:
        until = earliest or _NEVER
    else:
        until = reach(api, start) if known_bump(start) else max(since, earliest or since)
    if until == _NEVER:
        walk = topics_by_creation(api, start, first_page(resume))
    else:
        walk = topics_by_activity(api, start, first_page(resume), until)
    for number, topics in walk:
        wanted = [
            topic
            for topic in topics
            if topic["id"] not in done and _is_active_since(topic, until) and _is_wanted(topic, choice, read)
        ]
        for batch in _batches(wanted):
            threads, requested_at = _threads(api, batch)
            done.update(topic["id"] for topic in batch)
            read |= {str(topic["id"]): _look(topic) for topic in batch if _is_active_since(topic, since)}
            state = resume | {"page": number + 1, "done": sorted(done), "read": read}
            yield Page(threads, state, requested_at=requested_at)
        done = set()
    recent = {key: look for key, look in read.items() if clock.parse(look.split()[0]) >= since}
    return {"bumped_at": resume["top"], "read": recent} if resume["top"] else None


def backfill_threads(api: Api, start: Start) -> Fetching:
    """The chosen threads last active before the daily load's beginning, in the order of creation."""
    choice = _choice(api)
    if choice == "none" or not _reads_past(api, choice):
        return {}
    state: dict[str, Any] = {"page": 0, "created": "", "begin": None, "done": []}
    state |= start.resume or start.watermark or {}
    done = set(state["done"])
    for number, topics in topics_before(api, start, state):
        wanted = [topic for topic in topics if topic["id"] not in done and _is_history(topic, start)]
        for batch in _batches([topic for topic in wanted if _is_wanted(topic, choice, {})]):
            threads, requested_at = _threads(api, batch)
            done.update(topic["id"] for topic in batch)
            state = state | {"done": sorted(done)}
            yield Page(threads, state, requested_at=requested_at)
        created = max([state["created"], *map(created_at, topics)])
        state = {
            "page": number + 1,
            "created": created,
            "begin": state["begin"] or created_at(topics[0]),
            "done": sorted(done.intersection(topic["id"] for topic in topics)),
        }
        yield Page([], state, share=share_of_time(start, state["begin"], created))
    return {}


def _is_history(topic: Record, start: Start) -> bool:
    moment = bumped_at(topic) or _NEVER
    is_daily = start.until is not None and moment >= start.until
    return not is_daily and (start.since is None or moment >= start.since)


def _reads_past(api: Api, choice: str) -> bool:
    """Whether the threads of the whole past are read, not only of the re-read window."""
    return choice == "all" or (choice == "solved" and not shows_accepted_answers(api))


def reread_threads(api: Api, start: Start) -> Fetching:
    """The next threads by creation, `reread_requests_per_day` requests; from the oldest when through."""
    choice = _choice(api)
    if choice == "none":
        return start.watermark
    position: dict[str, Any] = {"page": 0, "done": []} | (start.resume or start.watermark or {})
    before = api.requests
    done = list(position["done"])
    for number, topics in topics_by_creation(api, start, position["page"]):
        for topic in topics:
            if topic["id"] in done or not _is_wanted(topic, choice, {}):
                continue
            if api.requests - before >= reread_budget(api):
                return {"page": number, "done": done}
            threads, requested_at = _threads(api, [topic])
            done.append(topic["id"])
            yield Page(threads, {"page": number, "done": done}, requested_at=requested_at)
        if api.requests - before >= reread_budget(api):
            return {"page": number + 1, "done": []}
        done = []
    return {"page": 0, "done": []}


def _choice(api: Api) -> str:
    choice = str(api.settings.get("threads") or "solved")
    if choice not in _CHOICES:
        raise ConfigError(f"source {api.source}: option threads must be one of {', '.join(_CHOICES)}.")
    return choice


def _is_wanted(topic: Record, choice: str, read: dict[str, str]) -> bool:
    known = read.get(str(topic["id"]))
    # A topic that was solved when it was read and no longer is must be read once more.
    is_chosen = choice == "all" or bool(topic.get("has_accepted_answer")) or known is not None
    return is_chosen and known != _look(topic)


def _look(topic: Record) -> str:
    """What tells a changed thread in the topic list: last activity, number of posts, whether it is solved."""
    moment = bumped_at(topic)
    solved = "solved" if topic.get("has_accepted_answer") else "open"
    return f"{clock.iso(moment or _NEVER)} {topic.get('posts_count')} {solved}"


def _is_active_since(topic: Record, since: datetime) -> bool:
    return (bumped_at(topic) or _NEVER) >= since


def _batches(topics: list[Record]) -> Iterator[list[Record]]:
    for place in range(0, len(topics), _THREADS_A_PAGE):
        yield topics[place : place + _THREADS_A_PAGE]


def _threads(api: Api, topics: list[Record]) -> tuple[list[Record], datetime]:
    """The topics' threads and when the first was asked for; a topic deleted meanwhile is left out."""
    threads: list[Record] = []
    requested_at: datetime | None = None
    for topic in topics:
        thread = api.get(f"/t/{topic['id']}.json", missing_ok=GONE)
        requested_at = requested_at or api.last_requested_at
        if thread is not None:
            threads.append(_completed(api, thread))
    return threads, requested_at or api.last_requested_at


def _completed(api: Api, thread: Record) -> Record:
    """The thread with every post that its `stream` names, in that order, but those that are gone."""
    stream = thread.get("post_stream") or {}
    posts = {post["id"]: post for post in records_of(api, stream, "posts")}
    if "stream" not in stream:
        api.note("threads of 10,000 posts and more are read with their first posts only")
    ids = stream.get("stream", list(posts))
    missing = [post_id for post_id in ids if post_id not in posts]
    for place in range(0, len(missing), _POSTS_A_REQUEST):
        asked = {"post_ids[]": missing[place : place + _POSTS_A_REQUEST]}
        answer = api.get(f"/t/{thread['id']}/posts.json", asked, missing_ok=GONE)
        if answer is not None:
            posts |= {post["id"]: post for post in records_of(api, answer.get("post_stream"), "posts")}
    stream["posts"] = [posts[post_id] for post_id in ids if post_id in posts]
    # Other topics' records, chosen anew for each reader.
    return {
        name: value for name, value in thread.items() if name not in ("suggested_topics", "related_topics")
    }
