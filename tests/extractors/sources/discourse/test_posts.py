"""Posts of a forum: the walk down from the newest, what vanished, what is read again."""

from __future__ import annotations

from typing import Any

import pytest

from extractors.errors import SourceError
from extractors.held import packed, unpacked
from tests.extractors.reading import Outcome, read
from tests.extractors.sources.discourse.forum import OLD, RECENT, days_ago, forum
from tests.extractors.stand_in import Reply, Seen, StandIn


def serve_posts(
    server: StandIn, ids: list[int], *, by_window: bool = False, created: Any = None
) -> dict[int, str]:
    """`/posts.json` over posts with these ids, as current (limit) or old (window) servers give it."""
    posts = {post_id: (created(post_id) if created else RECENT) for post_id in ids}

    def answer(request: Seen) -> dict[str, Any]:
        before = int(request.query.get("before", 0)) or None
        shown = sorted(posts, reverse=True)
        if by_window:
            top = before or max(posts, default=0)
            shown = [post_id for post_id in shown if top - 50 < post_id <= top]
        else:
            shown = [post_id for post_id in shown if before is None or post_id < before][:50]
        return {"latest_posts": [{"id": post_id, "created_at": posts[post_id]} for post_id in shown]}

    server.on("/posts.json", answer)
    return posts


def read_posts(server: StandIn, *args: Any, **kwargs: Any) -> Outcome:
    return read(forum(server, "posts"), "discourse", *args, **kwargs)


@pytest.mark.parametrize("by_window", [False, True], ids=["current_server", "old_server"])
def test_the_first_walk_gets_every_post_once_over_gaps_larger_than_a_window(server: StandIn, by_window: bool):
    ids = [1, 2, 50, 51, 100, *range(400, 520), 700]
    serve_posts(server, ids, by_window=by_window)
    outcome = read_posts(server)
    assert outcome.ids == sorted(ids, reverse=True)
    assert outcome.watermark and outcome.watermark["max_id"] == 700


def test_the_window_server_s_gap_costs_one_request_per_50_ids(server: StandIn):
    serve_posts(server, [10, 500], by_window=True)
    assert read_posts(server).ids == [500, 10]
    # The newest; below 500; 450, 400, … 100 find nothing; 50 finds 10; below 10.
    assert len(server.seen) == 1 + 1 + 8 + 1 + 1


def test_the_end_on_a_current_server_is_seen_without_stepping_down_to_1(server: StandIn):
    serve_posts(server, [*range(900_000, 900_060), 900_500])
    assert len(read_posts(server).ids) == 61
    assert len(server.seen) == 4


def test_posts_that_arrive_during_the_walk_are_left_to_the_next_one(server: StandIn):
    posts = serve_posts(server, list(range(1, 121)))
    server._scripts["/posts.json"].insert(0, server._scripts["/posts.json"][0])

    def arriving(request: Seen) -> Any:
        posts[len(posts) + 1] = RECENT
        return server._scripts["/posts.json"][-1](request)

    server._scripts["/posts.json"].insert(1, arriving)
    first = read_posts(server)
    assert sorted(first.ids) == list(range(1, 121))
    assert first.watermark and first.watermark["max_id"] == 120
    second = read(forum(server, "posts", reread_days=0), "discourse", first.watermark)
    assert 121 in second.ids and second.watermark and second.watermark["max_id"] == len(posts)


def test_an_empty_page_is_believed_only_when_it_is_empty_twice(server: StandIn):
    serve_posts(server, list(range(1, 201)))
    whole = server._scripts["/posts.json"][0]
    server.on("/posts.json", whole, whole, {"latest_posts": []}, whole)
    assert sorted(read_posts(server).ids) == list(range(1, 201))


def test_a_later_walk_stops_below_the_known_id_and_the_reread_window(server: StandIn):
    # Ids 1 to 300 at one a quarter of a day: the window of 30 days holds the newest 120.
    serve_posts(server, list(range(1, 301)), created=lambda post_id: days_ago((300 - post_id) / 4))
    outcome = read_posts(server, {"max_id": 290})
    # Whole pages: 300–251, 250–201, 200–151 (180 is the edge), 150–101 is wholly older and ends the walk.
    assert outcome.ids == list(range(300, 100, -1))
    assert outcome.watermark and outcome.watermark["max_id"] == 300


def test_a_walk_after_a_long_pause_goes_down_to_the_known_id_however_old_the_posts(server: StandIn):
    serve_posts(server, list(range(1, 301)), created=lambda _: OLD)
    assert min(read_posts(server, {"max_id": 140}).ids) <= 140


def test_an_interrupted_walk_goes_on_below_its_last_page_and_keeps_its_first_top(server: StandIn):
    posts = serve_posts(server, list(range(1, 171)))
    killed = read_posts(server, pages=2)
    assert killed.ids == list(range(170, 70, -1))
    posts[171] = RECENT
    rest = read_posts(server, None, killed.pages[-1].resume)
    assert rest.ids == list(range(70, 0, -1))
    assert rest.watermark and rest.watermark["max_id"] == 170


def test_a_forum_that_suddenly_shows_no_post_is_an_error(server: StandIn):
    server.on("/posts.json", {"latest_posts": []})
    with pytest.raises(SourceError, match="shows no post, though it did before"):
        read_posts(server, {"max_id": 12})


def test_a_forum_without_posts_is_no_error_at_first(server: StandIn):
    server.on("/posts.json", {"latest_posts": []})
    assert read_posts(server).watermark == {"max_id": 0, "shown": ""}


def test_what_vanished_from_the_window_is_looked_for_singly(server: StandIn):
    posts = serve_posts(server, list(range(1, 121)), created=lambda post_id: days_ago((120 - post_id) / 2))
    first = read_posts(server)
    # The window of 30 days begins with post 60.
    assert first.watermark == {"max_id": 120, "shown": "60-120"}
    for post_id in (20, 90, 91, 110):
        del posts[post_id]
    server.on("/posts/90.json", Reply({}, 404))
    server.on("/posts/91.json", {"id": 91, "deleted_at": RECENT})
    server.on("/posts/110.json", {"id": 110, "deleted_at": None})
    second = read_posts(server, first.watermark)
    # 110 is only out of the list; 20 lay outside of the window.
    assert second.pages[-1].records == [{"id": 91, "_vanished": True}, {"id": 90, "_vanished": True}]
    third = read_posts(server, second.watermark)
    assert not any("_vanished" in record for record in third.records)


def test_a_continued_walk_still_knows_what_it_has_seen(server: StandIn):
    serve_posts(server, list(range(1, 131)))
    first = read_posts(server)
    killed = read_posts(server, first.watermark, pages=2)
    rest = read_posts(server, first.watermark, killed.pages[-1].resume)
    assert not any("_vanished" in record for record in rest.records)
    assert rest.watermark == first.watermark


@pytest.mark.parametrize(
    ("ids", "text"), [([], ""), ([5], "5"), ([3, 1, 2, 9], "1-3 9"), ([1, 2, 4, 5, 6], "1-2 4-6")]
)
def test_ids_are_packed_into_runs(ids: list[int], text: str):
    assert packed(ids) == text
    assert unpacked(text) == set(ids)


def test_old_posts_are_read_again_by_daily_slices_that_wrap_round(server: StandIn):
    serve_posts(server, list(range(1, 131)))
    api = forum(server, "posts", reread_requests_per_day=2)
    first = read(api, "discourse", None, lane="reread")
    assert first.ids == list(range(130, 30, -1)) and first.watermark == {"lowest": 31}
    second = read(api, "discourse", first.watermark, lane="reread")
    assert second.ids == list(range(30, 0, -1)) and second.watermark == {"lowest": None}
    assert read(api, "discourse", second.watermark, lane="reread").ids[0] == 130
