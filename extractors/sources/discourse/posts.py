"""Posts, by the list of the newest posts of the whole site, 50 a request.

`/posts.json?before=ID` has no cursor, and servers differ: current ones give the 50 newest posts with a
smaller id, old ones the visible posts among the 50 ids up to and including ID, so that a page may be empty
long before the end. Nothing tells what was edited or liked: posts are read again, recent ones every day,
older ones by turns.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from extractors import clock
from extractors.held import packed, unpacked
from extractors.http import Api
from extractors.pagination import records_of
from extractors.source import Fetching, Page, Record, Start

from .lists import reread_budget
from .vanished import look_for

_WINDOW = 50


def fetch_posts(api: Api, start: Start) -> Fetching:
    """Everything above the highest known id, then on through the posts of the last `reread_days`.

    The walk goes from the newest post down, so the watermark's `max_id` is where it began; `shown` are the
    ids seen in the window. What was shown before and is missing now has vanished. A first walk ends at
    `start_date`; then `floor` is the lowest id it read.
    """
    mark = start.watermark or {}
    known = int(mark.get("max_id", 0))
    since = start.now - timedelta(days=api.settings["reread_days"])
    resume = start.resume or {"top": 0, "lowest": None, "shown": ""}
    top, lowest, shown = resume["top"], resume["lowest"], unpacked(resume["shown"])
    earliest = None if known else api.settings["start_date"]
    bottom = mark.get("floor")
    floor = 0
    for posts in _downwards(api, lowest):
        ids = {post["id"] for post in posts}
        moments = {post["id"]: clock.parse_or_none(post.get("created_at")) for post in posts}
        recent = {key for key, moment in moments.items() if moment is not None and moment >= since}
        top, lowest = max(top, *ids), min(ids)
        # The first walk is too long to remember it all.
        shown |= ids if known else recent
        yield Page(posts, {"top": top, "lowest": lowest, "shown": packed(shown)})
        if known and max(ids) <= known and not recent:
            floor = lowest
            break
        if earliest and all(moment and moment < earliest for moment in moments.values()):
            bottom = lowest
            break
    if known and not top:
        raise api.error(
            "the forum shows no post, though it did before",
            "Check that the key still may read, or that the forum still is public",
        )
    missing = {post_id for post_id in unpacked(mark.get("shown", "")) - shown if post_id >= floor}
    vanished, unasked = look_for(api, "/posts/{}.json", missing)
    if vanished:
        yield Page(vanished, {"top": top, "lowest": lowest, "shown": packed(shown)})
    bottom_mark = {"floor": bottom} if bottom else {}
    return {"max_id": max(top, known), "shown": packed(shown | unasked), **bottom_mark}


def backfill_posts(api: Api, start: Start) -> Fetching:
    """What lies below the daily load's first walk, newest first. Ids are the seam, no date can open a gap."""
    floor = (start.daily or {}).get("floor")
    lowest = (start.resume or start.watermark or {}).get("lowest") or floor
    if not (floor and lowest):
        return None
    for posts in _downwards(api, lowest):
        lowest = min(post["id"] for post in posts)
        moments = [clock.parse_or_none(post.get("created_at")) for post in posts]
        share = 1 - lowest / floor
        known = [moment for moment in moments if moment]
        if start.since and start.until and known:
            share = (start.until - min(known)) / (start.until - start.since)
        yield Page(posts, {"lowest": lowest}, share=min(max(share, 0.0), 1.0))
        if start.since and all(moment and moment < start.since for moment in moments):
            break
    return {"lowest": lowest}


def reread_posts(api: Api, start: Start) -> Fetching:
    """The next `reread_requests_per_day` pages below the last slice; from the top when through."""
    resume = start.resume or {"lowest": (start.watermark or {}).get("lowest"), "pages": 0}
    lowest, pages = resume["lowest"], resume["pages"]
    for posts in _downwards(api, lowest):
        lowest = min(post["id"] for post in posts)
        pages += 1
        yield Page(posts, {"lowest": lowest, "pages": pages})
        if pages >= reread_budget(api):
            return {"lowest": lowest}
    return {"lowest": None}


def shows_accepted_answers(api: Api) -> bool:
    """Whether this server's posts say themselves that they are an accepted answer."""
    return any("accepted_answer" in post for post in records_of(api, api.get("/posts.json"), "latest_posts"))


def _downwards(api: Api, lowest: int | None) -> Iterator[list[Record]]:
    """Yield the posts below the id `lowest` (None: all), newest first, page by page, each post once."""
    before = lowest
    by_window = True
    in_gap = False
    while before is None or before > 1:
        posts = page_below(api, before)
        if not posts and not in_gap:
            posts = page_below(api, before)
        ids = [post["id"] for post in posts]
        # A window holds 50 ids, so a page that spans more is cut by number, and an empty one then is the end.
        by_window = by_window and not (ids and max(ids) - min(ids) >= _WINDOW)
        fresh = [post for post in posts if lowest is None or post["id"] < lowest]
        in_gap = not fresh
        if fresh:
            lowest = before = min(post["id"] for post in fresh)
            yield fresh
        elif before is None or not by_window:
            return
        else:
            before -= _WINDOW


def page_below(api: Api, before: int | None) -> list[Record]:
    """One page of posts below the id `before` (old servers: up to it); None: the newest."""
    return records_of(api, api.get("/posts.json", {"before": before}), "latest_posts")
