"""Threads of a forum: whole topics without a request a post."""

from __future__ import annotations

from typing import Any

import pytest

from extractors.errors import ConfigError
from tests.extractors.reading import read
from tests.extractors.sources.discourse.forum import OLD, TopicList, days_ago, forum, topic
from tests.extractors.stand_in import Reply, StandIn


def serve_thread(server: StandIn, topic_id: int, posts: int, accepted: tuple[int, ...] = ()) -> None:
    """A topic whose view has the first 20 posts; post ids are topic id * 1000 + number."""
    ids = [topic_id * 1000 + number for number in range(1, posts + 1)]

    def post(post_id: int) -> dict[str, Any]:
        return {"id": post_id, "accepted_answer": post_id % 1000 in accepted}

    view = {
        "id": topic_id,
        "post_stream": {"posts": [post(one) for one in ids[:20]], "stream": ids},
        "suggested_topics": [{"id": 99}],
    }
    # Servers redirect the short address to the one with the topic's name.
    server.on(f"/t/{topic_id}.json", Reply({}, 301, {"Location": f"/t/name/{topic_id}.json"}))
    server.on(f"/t/name/{topic_id}.json", view)
    server.on(
        f"/t/{topic_id}/posts.json",
        lambda request: {
            "post_stream": {"posts": [post(int(one)) for one in request.repeated["post_ids[]"]]}
        },
    )


def serve_solved(server: StandIn, *, flag: bool) -> None:
    """Topics 1 (solved, long ago), 2 (solved), 3 (open); posts show accepted answers themselves or not."""
    TopicList(
        server,
        [
            topic(1, OLD, has_accepted_answer=True),
            topic(2, days_ago(2), has_accepted_answer=True),
            topic(3, days_ago(1), has_accepted_answer=False),
        ],
    )
    server.on("/posts.json", {"latest_posts": [{"id": 1, **({"accepted_answer": False} if flag else {})}]})
    for number in (1, 2, 3):
        serve_thread(server, number, posts=2, accepted=(2,))


def test_a_thread_is_completed_by_ids_20_at_a_time(server: StandIn):
    serve_solved(server, flag=False)
    serve_thread(server, 1, posts=63, accepted=(2, 61))
    outcome = read(forum(server, "threads"), "discourse")
    thread = outcome.records[0]
    assert [post["id"] for post in thread["post_stream"]["posts"]] == [
        1000 + number for number in range(1, 64)
    ]
    assert [post["id"] for post in thread["post_stream"]["posts"] if post["accepted_answer"]] == [1002, 1061]
    assert "suggested_topics" not in thread
    asked = [len(one.repeated["post_ids[]"]) for one in server.seen if one.path == "/t/1/posts.json"]
    assert asked == [20, 20, 3]
    assert not any("page" in one.query for one in server.seen if one.path.startswith("/t/"))


def test_only_solved_topics_are_read_by_default(server: StandIn):
    serve_solved(server, flag=False)
    assert read(forum(server, "threads"), "discourse").ids == [1, 2]


def test_the_solved_past_is_left_out_where_posts_show_accepted_answers(server: StandIn):
    serve_solved(server, flag=True)
    assert read(forum(server, "threads"), "discourse").ids == [2]


def test_all_or_no_threads_can_be_chosen(server: StandIn):
    serve_solved(server, flag=True)
    assert read(forum(server, "threads", threads="all"), "discourse").ids == [1, 2, 3]
    assert read(forum(server, "threads", threads="none"), "discourse").pages == []
    with pytest.raises(ConfigError, match="threads must be one of solved, all, none"):
        read(forum(server, "threads", threads="some"), "discourse")


def test_a_thread_is_read_again_only_when_its_topic_changed(server: StandIn):
    serve_solved(server, flag=False)
    first = read(forum(server, "threads"), "discourse")
    again = read(forum(server, "threads"), "discourse", first.watermark)
    assert again.ids == []
    listing = TopicList(
        server, [topic(2, days_ago(2), has_accepted_answer=False), topic(3, has_accepted_answer=True)]
    )
    changed = read(forum(server, "threads"), "discourse", again.watermark)
    # 2 is no longer solved, which its own page must show; 3 has become so without a bump of 2's kind.
    assert sorted(changed.ids) == [2, 3]
    assert listing.topics


@pytest.mark.parametrize("status", [403, 404, 410])
def test_a_vanished_topic_is_no_failure(server: StandIn, status: int):
    serve_solved(server, flag=False)
    server.on("/t/1.json", Reply({"errors": ["gone"]}, status))
    assert read(forum(server, "threads"), "discourse").ids == [2]


def test_an_interrupted_walk_of_threads_reads_none_twice(server: StandIn):
    TopicList(server, [topic(number, has_accepted_answer=True) for number in range(1, 31)], per_page=30)
    server.on("/posts.json", {"latest_posts": [{"id": 1}]})
    for number in range(1, 31):
        serve_thread(server, number, posts=1)
    killed = read(forum(server, "threads"), "discourse", pages=1)
    assert killed.ids == list(range(1, 21))
    rest = read(forum(server, "threads"), "discourse", None, killed.pages[-1].resume)
    assert rest.ids == list(range(21, 31))


def test_threads_are_read_again_within_the_daily_requests(server: StandIn):
    serve_solved(server, flag=True)
    api = forum(server, "threads", reread_requests_per_day=3)
    first = read(api, "discourse", None, lane="reread")
    # A request for the list and two for thread 1 (it redirects), counted together.
    assert first.ids == [1] and first.watermark == {"page": 0, "done": [1]}
    second = read(forum(server, "threads"), "discourse", first.watermark, lane="reread")
    assert second.ids == [2] and second.watermark == {"page": 0, "done": []}
