"""Topics and posts: pages, chunks, windows, what changes later."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.sandbox.datasets import ADMIN, NOW, USER, client, write
from tests.sandbox.discourse.records import USERS, post, post_ids, stamp, topic


@pytest.mark.parametrize(
    ("number", "public", "admin"), [(3, 403, 200), (4, 403, 200), (5, 200, 200), (6, 404, 200)]
)
def test_opening_a_topic_needs_the_right_to_see_it(forum, number, public, admin):
    assert client(forum, "discourse").get(f"/it/t/{number}.json").status == public
    assert client(forum, "discourse", USER).get(f"/it/t/{number}.json").status == public
    assert client(forum, "discourse", ADMIN).get(f"/it/t/{number}.json").status == admin


def test_a_deleted_topic_is_gone_where_the_site_says_so(forum):
    one = client(forum, "discourse", options={"detailed_404": "on"})
    assert one.get("/it/t/6.json").status == 410


def test_a_topic_gives_20_posts_at_a_time_and_the_ids_of_all(forum):
    one = client(forum, "discourse")
    first = one.get("/it/t/1.json").json()
    assert first["chunk_size"] == 20
    assert [each["id"] for each in first["post_stream"]["posts"]] == list(range(1, 21))
    assert first["post_stream"]["stream"] == list(range(1, 47))
    last = one.get("/it/t/topic-1/1.json?page=3").json()
    assert [each["id"] for each in last["post_stream"]["posts"]] == list(range(41, 47))


def test_a_page_past_the_end_answers_301_to_the_last_one(forum):
    one = client(forum, "discourse")
    answer = one.get("/it/t/1.json?page=4")
    assert (answer.status, answer.headers["location"]) == (301, "/it/t/topic-1/1.json?page=3")
    assert one.get(answer.headers["location"]).status == 200


def test_whispers_are_for_admins_and_deleted_posts_only_where_they_ask(forum):
    one = client(forum, "discourse", ADMIN)
    assert one.get("/it/t/1.json").json()["post_stream"]["stream"][-2:] == [46, 47]
    assert one.get("/it/t/1.json?show_deleted=true").json()["post_stream"]["stream"][-2:] == [47, 48]
    assert (
        client(forum, "discourse").get("/it/t/1.json?show_deleted=true").json()["post_stream"]["stream"][-1]
        == 46
    )


def test_posts_are_read_by_id_and_show_their_source_only_if_asked(forum):
    one = client(forum, "discourse")
    plain = one.get("/it/t/1/posts.json", {"post_ids[]": [44, 2, 48]}).json()
    assert [each["id"] for each in plain["post_stream"]["posts"]] == [2, 44]
    assert all("raw" not in each for each in plain["post_stream"]["posts"])
    with_source = one.get("/it/t/1/posts.json", {"post_ids[]": [2], "include_raw": "true"}).json()
    assert with_source["post_stream"]["posts"] == [post(2)]
    assert one.get("/it/t/1/post_ids.json").json() == {"post_ids": list(range(1, 47))}


def test_the_newest_posts_walk_down_below_before_and_hold_regular_ones_of_public_topics(forum):
    one = client(forum, "discourse")
    first = post_ids(one.get("/it/posts.json"))
    assert first == [*range(69, 59, -1), *range(45, 5, -1)]
    assert post_ids(one.get("/it/posts.json?before=6")) == [5, 4, 3, 2, 1]
    assert post_ids(one.get("/it/posts.json?before=1")) == []
    assert post_ids(client(forum, "discourse", ADMIN).get("/it/posts.json"))[10:13] == [50, 49, 45]


def test_old_servers_give_an_inclusive_window_of_ids(forum):
    one = client(forum, "discourse", options={"posts_window": "inclusive"})
    assert post_ids(one.get("/it/posts.json?before=60")) == [60, *range(45, 10, -1)]
    assert post_ids(one.get("/it/posts.json?before=120")) == []
    assert post_ids(one.get("/it/posts.json"))[-1] == 20


def test_one_post_comes_exactly_as_the_dataset_has_it(forum):
    one = client(forum, "discourse")
    assert one.get("/it/posts/7.json").json() == post(7)
    assert one.get("/it/posts/by_number/1/7", accept="application/json").json() == post(7)
    assert one.get("/it/posts/48.json").status == 404
    assert client(forum, "discourse", ADMIN).get("/it/posts/48.json").json()["deleted_at"] == stamp(80)
    assert one.get("/it/posts/49.json").status == 403


def test_a_topics_page_is_served_from_the_archive_where_there_is_one(tmp_path):
    view = {
        "id": 1,
        "title": "Kept",
        "word_count": 7,
        "post_stream": {"stream": [1]},
        "accepted_answer": None,
    }
    forum = write(tmp_path, "discourse", {"topics": [topic(1)], "posts": [post(1)], "topic_views": [view]})
    shown = client(forum, "discourse").get("/it/t/1.json").json()
    posts = shown.pop("post_stream")
    assert shown == {"id": 1, "title": "Kept", "word_count": 7, "accepted_answer": None, "chunk_size": 20}
    assert posts["stream"] == [1]


def test_a_topics_page_is_made_from_its_entry_and_posts_elsewhere(tmp_path):
    posts = [post(1), post(2, username="bob", user_id=2, accepted_answer=True, name=None, excerpt="so")]
    forum = write(tmp_path, "discourse", {"topics": [topic(1)], "posts": posts, "users": USERS})
    shown = client(forum, "discourse").get("/it/t/1.json").json()
    assert shown["accepted_answer"] == {"post_number": 2, "username": "bob", "name": None, "excerpt": "so"}
    assert shown["details"]["last_poster"]["username"] == "bob"
    assert (shown["participant_count"], "posters" in shown, shown["title"]) == (2, False, "Topic 1")


def test_likes_that_change_later_change_the_post_alone(tmp_path):
    lines = [
        post(1),
        {
            "id": 1,
            "_patch": True,
            "_from": "2026-03-02T00:00:00Z",
            "actions_summary": [{"id": 2, "count": 4}],
        },
    ]
    forum = write(tmp_path, "discourse", {"topics": [topic(1)], "posts": lines})
    before = client(forum, "discourse").get("/it/posts/1.json").json()
    after = client(forum, "discourse", now=NOW + timedelta(days=1)).get("/it/posts/1.json").json()
    assert (before["actions_summary"], after["actions_summary"]) == ([], [{"id": 2, "count": 4}])
    assert before.keys() == after.keys()
