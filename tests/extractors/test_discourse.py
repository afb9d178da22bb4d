"""Discourse: what servers old and new do to whoever walks their lists."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from extractors.errors import ConfigError, SourceError
from extractors.privacy import Cleaner
from extractors.sources.discourse.vanished import packed, unpacked
from tests.extractors.reading import NOW, Outcome, client, read, stream_of
from tests.extractors.stand_in import Reply, Seen, StandIn

RECENT = "2026-03-30T10:00:00.000Z"
OLD = "2025-01-01T10:00:00.000Z"


def days_ago(days: float) -> str:
    return (NOW - timedelta(days=days)).strftime("%Y-%m-%dT%H:%M:%S.000Z")


def forum(server: StandIn, stream: str, **options: Any):
    return client(server, "discourse", stream, **options)


# Posts


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


# Topics


def topic(topic_id: int, bumped: str = RECENT, **more: Any) -> dict[str, Any]:
    return {"id": topic_id, "bumped_at": bumped, "pinned": False, "posts_count": 1, **more}


class TopicList:
    """`/latest.json`: by creation (id) on demand, else by activity with pinned topics first on page 0."""

    def __init__(self, server: StandIn, topics: list[dict[str, Any]], per_page: int = 3) -> None:
        self.topics = topics
        self.per_page = per_page
        self.before_page: dict[int, Any] = {}
        server.on("/latest.json", self.answer)

    def answer(self, request: Seen) -> dict[str, Any]:
        page = int(request.query.get("page", 0))
        if page in self.before_page:
            self.before_page.pop(page)()
        if request.query.get("order") == "created":
            ordered = sorted(self.topics, key=lambda one: one["id"])
        else:
            ordered = sorted(self.topics, key=lambda one: (not one["pinned"], one["bumped_at"]), reverse=True)
            ordered = [one for one in ordered if one["pinned"]] + [
                one for one in ordered if not one["pinned"]
            ]
        shown = ordered[page * self.per_page : (page + 1) * self.per_page]
        listing: dict[str, Any] = {"topics": shown, "per_page": self.per_page}
        if (page + 1) * self.per_page < len(ordered):
            listing["more_topics_url"] = f"/latest?page={page + 1}"
        return {"topic_list": listing}


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


# Threads


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


# Categories and tags


def test_subcategories_are_records_of_their_own(server: StandIn):
    child = {"id": 2, "name": "child", "parent_category_id": 1}
    parent = {"id": 1, "name": "parent", "subcategory_ids": [2], "subcategory_list": [child]}
    server.on("/categories.json", {"category_list": {"categories": [parent]}})
    outcome = read(forum(server, "categories"), "discourse")
    assert outcome.ids == [1, 2]
    assert "subcategory_list" not in outcome.records[0]


def test_children_left_out_of_a_very_long_list_are_asked_for(server: StandIn):
    def answer(request: Seen) -> dict[str, Any]:
        below = request.query.get("parent_category_id")
        page = int(request.query["page"])
        shown = {
            (None, 1): [{"id": 1, "subcategory_ids": [10, 11]}],
            (None, 2): [{"id": 2, "subcategory_ids": []}],
            ("1", 1): [{"id": 10}, {"id": 11}],
        }
        return {"category_list": {"categories": shown.get((below, page), [])}}

    server.on("/categories.json", answer)
    assert sorted(read(forum(server, "categories"), "discourse").ids) == [1, 2, 10, 11]


def test_tags_of_old_and_new_servers_and_of_groups_have_their_name(server: StandIn):
    server.on(
        "/tags.json",
        {
            "tags": [{"id": "linux", "text": "linux", "count": 2}, {"id": 5, "name": "bsd", "text": "bsd"}],
            "extras": {
                "tag_groups": [
                    {"id": 1, "tags": [{"id": "mac", "text": "mac"}, {"id": "bsd", "text": "bsd"}]}
                ]
            },
        },
    )
    assert [tag["name"] for tag in read(forum(server, "tags"), "discourse").records] == [
        "linux",
        "bsd",
        "mac",
    ]


# People


def test_owners_repeated_among_the_members_are_one_record_and_marked(server: StandIn):
    server.on("/groups.json", {"groups": [{"id": 41, "name": "helpers"}]}, {"groups": []})
    members = [{"id": number, "username": f"u{number}"} for number in (1, 2, 3)]

    def answer(request: Seen) -> dict[str, Any]:
        offset = int(request.query["offset"])
        # This server gives two at a time, whatever is asked for.
        shown = members[offset : offset + 2]
        return {"members": shown, "owners": [members[1], {"id": 9}], "meta": {"total": 3, "offset": offset}}

    server.on("/groups/helpers/members.json", answer)
    records = read(forum(server, "group_members"), "discourse").records
    assert {(one["_group_id"], one["id"], one["_is_owner"]) for one in records} == {
        (41, 1, False),
        (41, 2, True),
        (41, 3, False),
        (41, 9, True),
    }
    assert len(records) == 4


def test_a_group_whose_members_are_hidden_is_noted_and_left_out(server: StandIn):
    server.on("/groups.json", [{"id": 1, "name": "secret"}, {"id": 2, "name": "open"}])
    server.on("/groups/secret/members.json", Reply({}, 403))
    server.on("/groups/open/members.json", {"members": [{"id": 7}], "owners": [], "meta": {"total": 1}})
    outcome = read(forum(server, "group_members"), "discourse")
    assert outcome.ids == [7]
    assert outcome.api.notes == ["members of some groups can't be seen: the key has no right to them"]


def test_an_administrator_s_list_is_read_from_page_1_until_it_is_empty(server: StandIn):
    pages = {"1": [{"id": -1}, {"id": 1}], "2": [{"id": 2}]}
    server.on("/admin/users/list/new.json", lambda request: pages.get(request.query["page"], []))
    outcome = read(forum(server, "admin_users"), "discourse")
    assert outcome.ids == [-1, 1, 2]
    asked = server.seen[0]
    assert asked.headers["Api-Key"] == "key" and asked.headers["Api-Username"] == "somebody"
    assert (asked.query["order"], asked.query["asc"], asked.query["show_emails"]) == (
        "created",
        "true",
        "true",
    )


@pytest.mark.parametrize("status", [403, 404])
def test_without_an_administrator_s_key_accounts_are_noted_and_not_concluded(server: StandIn, status: int):
    server.on("/admin/users/list/new.json", Reply({}, status))
    outcome = read(forum(server, "admin_users"), "discourse", {"read_at": "x"})
    assert outcome.pages == [] and outcome.watermark == {"read_at": "x"}
    assert "administrator's key" in outcome.api.notes[0]


def test_a_list_refused_half_way_is_an_error_and_no_end(server: StandIn):
    server.on("/admin/users/list/new.json", Reply({}, 403))
    with pytest.raises(SourceError, match="refused half-way"):
        read(forum(server, "admin_users"), "discourse", None, {"page": 2})


def serve_directory(server: StandIn, pages: int, *, refuses_page_11: bool) -> None:
    def answer(request: Seen) -> Any:
        page = int(request.query["page"])
        if page > 10 and refuses_page_11:
            return Reply({"errors": ["You supplied invalid parameters to the request: page"]}, 400)
        return {"directory_items": [{"id": page * 50 + 1}] if page < pages else []}

    server.on("/directory_items.json", answer)


def test_the_directory_ends_at_page_10_on_current_servers_and_says_so(server: StandIn):
    serve_directory(server, 20, refuses_page_11=True)
    outcome = read(forum(server, "directory_items", login=None, key=None), "discourse")
    assert len(outcome.ids) == 11
    assert outcome.api.notes == ["of the public directory only the first 550 accounts can be seen"]


def test_the_directory_of_an_older_server_is_read_whole(server: StandIn):
    serve_directory(server, 20, refuses_page_11=False)
    outcome = read(forum(server, "directory_items", login=None, key=None), "discourse")
    assert len(outcome.ids) == 20 and outcome.api.notes == []


def test_a_closed_directory_is_noted(server: StandIn):
    server.on("/directory_items.json", Reply({}, 403))
    outcome = read(forum(server, "directory_items", login=None, key=None), "discourse")
    assert outcome.pages == [] and "directory can't be seen" in outcome.api.notes[0]


def serve_badges(server: StandIn, grants: list[dict[str, Any]], *, wrapped: bool = True) -> None:
    server.on("/badges.json", {"badges": [{"id": 5}]})

    def answer(request: Seen) -> dict[str, Any]:
        offset = int(request.query["offset"])
        newest_first = sorted(grants, key=lambda grant: grant["granted_at"], reverse=True)
        shown = {"user_badges": newest_first[offset : offset + 2]}
        return {"user_badge_info": shown} if wrapped else shown

    server.on("/user_badges.json", answer)


@pytest.mark.parametrize("wrapped", [True, False])
def test_grants_are_read_newest_first_down_to_the_known_ones_and_a_week_more(server: StandIn, wrapped: bool):
    grants = [{"id": number, "granted_at": days_ago(100 - number)} for number in range(1, 10)]
    serve_badges(server, grants, wrapped=wrapped)
    first = read(forum(server, "user_badges"), "discourse")
    assert sorted(first.ids) == list(range(1, 10))
    assert first.watermark == {"newest": {"5": "2025-12-30T12:00:00.000000Z"}}
    grants.append({"id": 50, "granted_at": days_ago(1)})
    grants.append({"id": 51, "granted_at": days_ago(96.5)})
    second = read(forum(server, "user_badges"), "discourse", first.watermark)
    assert 50 in second.ids and 51 in second.ids and 1 not in second.ids


def test_interrupted_grants_go_on_with_the_offset_reached(server: StandIn):
    serve_badges(server, [{"id": number, "granted_at": days_ago(100 - number)} for number in range(1, 8)])
    killed = read(forum(server, "user_badges"), "discourse", pages=2)
    rest = read(forum(server, "user_badges"), "discourse", None, killed.pages[-1].resume)
    assert killed.ids + rest.ids == [7, 6, 5, 4, 3, 2, 1]
    assert rest.watermark == {"newest": {"5": "2025-12-28T12:00:00.000000Z"}}


# Credentials and privacy


@pytest.mark.parametrize(
    ("login", "key", "sent"),
    [
        ("system", "k", {"Api-Username": "system", "Api-Key": "k"}),
        (None, "k", {"User-Api-Key": "k"}),
        (None, None, {}),
    ],
    ids=["administrator", "user", "nobody"],
)
def test_the_connection_says_as_whom_a_forum_is_read(
    server: StandIn, login: str | None, key: str | None, sent: dict[str, str]
):
    server.on("/tags.json", {"tags": []})
    read(forum(server, "tags", login=login, key=key), "discourse")
    headers = server.seen[0].headers
    assert {name: headers[name] for name in headers if "Api" in name} == sent


def test_private_data_of_accounts_is_hashed_dropped_or_kept_by_choice():
    cleaner = Cleaner(stream_of("discourse", "admin_users"), {"custom_fields": (3,)}, (("1", b"secret"),))
    line = cleaner.encode(
        {
            "id": 7,
            "username": "ada",
            "name": "Ada",
            "email": " Ada@Example.org",
            "secondary_emails": ["ada@example.net"],
            "ip_address": "192.0.2.7",
            "bio_raw": "call me",
            "user_fields": {"3": "developer", "4": "something private"},
            "single_sign_on_record": {"external_id": "x-1", "external_email": "ada@example.org"},
        }
    ).decode()
    assert '"username":"ada"' in line and '"3":"developer"' in line and '"external_id":"x-1"' in line
    assert "k1:" in line
    for secret in ("example", "192.0.2.7", "call me", "something private"):
        assert secret not in line
