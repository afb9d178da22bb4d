"""A forum's history: where it meets the daily load, and lists that move while it is read over weeks."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from tests.extractors.reading import Outcome, read
from tests.extractors.sources.discourse.forum import OLD, RECENT, TopicList, forum, topic
from tests.extractors.sources.discourse.test_posts import serve_posts
from tests.extractors.stand_in import Seen, StandIn

BEGIN = datetime(2026, 1, 1, tzinfo=UTC)


def history_of(server: StandIn, stream: str, position: Any = None, **more: Any) -> Outcome:
    return read(forum(server, stream), "discourse", position, lane="backfill", until=BEGIN, **more)


def test_posts_meet_at_the_id_the_daily_load_came_down_to_even_if_old_posts_were_imported_above(
    server: StandIn,
):
    # Ids 151 to 200 are an old forum's posts, imported after the newer ones below.
    serve_posts(
        server, list(range(1, 301)), created=lambda key: OLD if 150 < key <= 200 or key <= 60 else RECENT
    )
    daily = read(forum(server, "posts", start_date=BEGIN), "discourse")
    assert min(daily.ids) == 151 and daily.watermark and daily.watermark["floor"] == 151
    past = history_of(server, "posts", daily=daily.watermark)
    assert past.ids == list(range(150, 0, -1))
    assert [round(page.share or 0.0, 2) for page in past.pages] == [0.33, 0.66, 0.99]


def test_the_floor_outlives_later_daily_loads(server: StandIn):
    serve_posts(server, list(range(1, 301)), created=lambda key: OLD if key <= 100 else RECENT)
    first = read(forum(server, "posts", start_date=BEGIN), "discourse")
    later = read(forum(server, "posts", start_date=BEGIN), "discourse", first.watermark)
    assert (first.watermark or {})["floor"] == (later.watermark or {})["floor"] == 51


def test_a_forum_whose_posts_were_all_read_by_the_daily_load_has_no_history(server: StandIn):
    serve_posts(server, list(range(1, 301)))
    daily = read(forum(server, "posts", start_date=BEGIN), "discourse")
    assert history_of(server, "posts", daily=daily.watermark).ids == []


def old_topics(count: int) -> list[dict[str, Any]]:
    times = [f"2025-01-{number:02d}T10:00:00.000Z" for number in range(1, count + 1)]
    return [topic(number, moment, created_at=moment) for number, moment in enumerate(times, 1)]


def test_topics_deleted_between_two_slices_hide_none(server: StandIn):
    listing = TopicList(server, [*old_topics(12), topic(50, created_at=RECENT)])
    cut = history_of(server, "topics", pages=3)
    assert cut.ids == list(range(1, 10))
    # Seven of those read vanish, so the rest stands two pages further up.
    del listing.topics[:7]
    rest = history_of(server, "topics", cut.pages[-1].resume)
    assert [number for number in rest.ids if number <= 12][-3:] == [10, 11, 12]


def test_a_slice_of_one_page_gets_on(server: StandIn):
    TopicList(server, old_topics(9))
    first = history_of(server, "topics", pages=1)
    second = history_of(server, "topics", first.pages[-1].resume, pages=1)
    assert (first.ids, second.ids) == ([1, 2, 3], [4, 5, 6])


def test_the_topics_walk_ends_where_all_were_made_since_the_daily_load_began(server: StandIn):
    TopicList(server, [*old_topics(3), *(topic(number, created_at=RECENT) for number in range(50, 80))])
    past = history_of(server, "topics")
    assert past.ids == [1, 2, 3, 50, 51, 52]


def test_badges_taken_back_between_two_slices_hide_no_grant(server: StandIn):
    grants = [{"id": key, "granted_at": f"2025-01-{key:02d}T10:00:00.000Z"} for key in range(28, 0, -1)]

    def answer(request: Seen) -> dict[str, Any]:
        offset = int(request.query.get("offset", 0))
        return {"user_badges": grants[offset : offset + 5]}

    server.on("/admin/badges.json", {"badges": [{"id": 1}]})
    server.on("/user_badges.json", answer)
    cut = history_of(server, "user_badges", pages=2)
    assert cut.ids == list(range(28, 18, -1))
    del grants[2:6]
    rest = history_of(server, "user_badges", cut.pages[-1].resume)
    assert set(rest.ids) >= set(range(1, 19))
