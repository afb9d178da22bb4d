"""Topics of a forum: walks by creation and by activity over a list that moves."""

from __future__ import annotations

from typing import Any

import pytest

from extractors.errors import SourceError
from tests.extractors.reading import Outcome, read
from tests.extractors.sources.discourse.forum import OLD, TopicList, days_ago, forum, topic
from tests.extractors.stand_in import Reply, StandIn


def read_topics(server: StandIn, *args: Any, **kwargs: Any) -> Outcome:
    return read(forum(server, "topics"), "discourse", *args, **kwargs)


def test_the_first_walk_of_topics_is_by_creation_and_takes_its_mark_beforehand(server: StandIn):
    listing = TopicList(server, [topic(number, days_ago(100 - number)) for number in range(1, 8)])
    listing.before_page[2] = lambda: listing.topics.append(topic(8, days_ago(0)))
    outcome = read_topics(server)
    assert outcome.ids == [1, 2, 3, 4, 5, 6, 7, 8]
    assert outcome.watermark and outcome.watermark["bumped_at"] == "2025-12-28T12:00:00.000000Z"


def test_bumps_that_shift_pages_repeat_rows_and_lose_none(server: StandIn):
    listing = TopicList(server, [topic(number, days_ago(number)) for number in range(1, 13)])
    listing.before_page[1] = lambda: listing.topics.__setitem__(11, topic(12, days_ago(0)))
    outcome = read_topics(server, {"bumped_at": days_ago(200)})
    # Topic 12 moved up past the walk, which the next one's mark lies before.
    assert set(outcome.ids) == set(range(1, 12))
    assert outcome.ids.count(3) == 2
    assert outcome.watermark and outcome.watermark["bumped_at"] == "2026-03-30T12:00:00.000000Z"
    assert 12 in read_topics(server, outcome.watermark).ids


def test_pinned_topics_on_page_0_do_not_end_the_walk(server: StandIn):
    pinned = [topic(100 + number, OLD, pinned=True) for number in range(3)]
    TopicList(server, [*pinned, *(topic(number, days_ago(number)) for number in range(1, 9))])
    assert set(read_topics(server, {"bumped_at": days_ago(5)}).ids) == {100, 101, 102, *range(1, 9)}


def test_a_walk_by_activity_ends_after_a_page_wholly_before_the_window(server: StandIn):
    TopicList(server, [topic(number, days_ago(10 * number)) for number in range(1, 20)])
    # 30 days hold topics 1 to 3: the first page. The page after it is the extra one, and ends the walk.
    assert read_topics(server, {"bumped_at": days_ago(1)}).ids == [1, 2, 3, 4, 5, 6]
    assert len(server.seen) == 3


def test_a_topic_edited_with_an_old_last_post_does_not_end_the_walk(server: StandIn):
    edited = topic(1, days_ago(1), last_posted_at=OLD)
    TopicList(
        server, [edited, *(topic(number, days_ago(number), last_posted_at=None) for number in range(2, 9))]
    )
    assert len(set(read_topics(server, {"bumped_at": days_ago(7)}).ids)) == 8


def test_an_interrupted_walk_of_topics_goes_one_page_back(server: StandIn):
    listing = TopicList(server, [topic(number) for number in range(1, 10)])
    killed = read_topics(server, pages=2)
    # A deletion moves the later topics up by one, so topic 7 would stand on a page already read.
    del listing.topics[0]
    rest = read_topics(server, None, killed.pages[-1].resume)
    assert set(killed.ids) | set(rest.ids) == set(range(1, 10))


def test_a_topic_gone_from_the_window_is_looked_for_and_a_bumped_one_is_not_lost(server: StandIn):
    listing = TopicList(server, [topic(number, days_ago(number * 4)) for number in range(1, 13)])
    first = read_topics(server)
    listing.topics = [one for one in listing.topics if one["id"] not in (2, 5)]
    server.on("/t/2.json", Reply({}, 410))
    # 5 is unlisted, but still there.
    server.on("/t/5.json", {"id": 5, "deleted_at": None})
    second = read_topics(server, first.watermark)
    assert second.pages[-1].records == [{"id": 2, "_vanished": True}]
    assert [one.path for one in server.seen if one.path.startswith("/t/")] == ["/t/5.json", "/t/2.json"]


def test_a_server_that_ignores_the_page_number_is_an_error(server: StandIn):
    server.on("/latest.json", {"topic_list": {"topics": [topic(1), topic(2)]}})
    with pytest.raises(SourceError, match="hold the same records"):
        read_topics(server)


def test_tags_are_taken_as_strings_or_objects(server: StandIn):
    TopicList(
        server, [topic(1, tags=["linux"]), topic(2, tags=[{"id": 7, "name": "linux", "slug": "linux"}])]
    )
    assert [record["tags"] for record in read_topics(server).records] == [
        ["linux"],
        [{"id": 7, "name": "linux", "slug": "linux"}],
    ]


def test_topics_are_read_again_by_slices_of_pages(server: StandIn):
    TopicList(server, [topic(number) for number in range(1, 9)])
    api = forum(server, "topics", reread_requests_per_day=2)
    first = read(api, "discourse", None, lane="reread")
    assert first.ids == [1, 2, 3, 4, 5, 6] and first.watermark == {"page": 2}
    second = read(api, "discourse", first.watermark, lane="reread")
    assert second.ids == [7, 8] and second.watermark == {"page": 0}
