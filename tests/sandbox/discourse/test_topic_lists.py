"""Topic lists: order, pages, who sees what."""

from __future__ import annotations

import pytest

from tests.sandbox.datasets import ADMIN, USER, client
from tests.sandbox.discourse.records import topic_ids


def test_the_topic_list_puts_pinned_topics_first_and_pages_without_loss(forum):
    one = client(forum, "discourse")
    pages, page = [], 0
    while shown := topic_ids(one.get("/it/latest.json", {"page": page})):
        pages.append(shown)
        page += 1
    assert [len(shown) for shown in pages] == [30, 30, 7]
    assert pages[0][:3] == [2, 74, 73]
    assert sorted(number for shown in pages for number in shown) == [1, 2, *range(10, 75)]


def test_created_ascending_ignores_pins(forum):
    shown = topic_ids(
        client(forum, "discourse").get("/it/latest.json?order=created&ascending=true&per_page=100")
    )
    assert shown == [1, 2, *range(10, 75)]


def test_more_topics_url_has_the_prefix_lacks_json_and_ends_with_the_list(forum):
    one = client(forum, "discourse")
    more = one.get("/it/latest.json?per_page=50&order=created").json()["topic_list"]["more_topics_url"]
    assert more.startswith("/it/latest?")
    following = one.get(more, accept="application/json")
    assert len(topic_ids(following)) == 17
    assert "more_topics_url" not in following.json()["topic_list"]


def test_the_people_of_a_topic_list_stand_beside_it(forum):
    answer = client(forum, "discourse").get("/it/latest.json?per_page=1").json()
    assert answer["users"] == [{"id": 1, "username": "Ada", "name": "Ada", "avatar_template": None}]


@pytest.mark.parametrize("per_page", ["0", "101", "many"])
def test_a_page_size_out_of_range_is_refused(forum, per_page):
    answer = client(forum, "discourse").get("/it/latest.json", {"per_page": per_page})
    assert answer.status == 400
    assert answer.json()["error_type"] == "invalid_parameters"


@pytest.mark.parametrize(
    ("headers", "listed"),
    [({}, {1, 2}), (USER, {1, 2}), (ADMIN, {1, 2, 3, 5}), ({**ADMIN, "Api-Username": "bob"}, {1, 2})],
)
def test_private_unlisted_and_deleted_topics_are_listed_only_to_those_who_may_see_them(
    forum, headers, listed
):
    shown = topic_ids(client(forum, "discourse", headers).get("/it/latest.json?per_page=100"))
    assert {number for number in shown if number < 10} == listed
