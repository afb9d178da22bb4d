"""pydiscourse 1.7.0 and perceval 1.6.1 read forums, simulated and real."""

import pytest

from sandbox.discourse import ADMIN_KEY
from tests.conformance.stand import Found, Stand, assert_same, keyed

FORUMS = ["forum", "delving", "urho"]
ONLY_WITH_RAW = ("raw",)
ADDED_BY_SERVER = ("subcategory_ids", "subcategory_list")
REGULAR = 1


@pytest.fixture(scope="module", params=FORUMS)
def forum(request, stand):
    stand.url(request.param)
    return request.param


@pytest.fixture(scope="module")
def by_pydiscourse(stand: Stand, forum: str) -> Found:
    return stand.read("pydiscourse", stand.url(forum), "system", ADMIN_KEY)


@pytest.fixture(scope="module")
def by_perceval(stand: Stand, forum: str) -> Found:
    return stand.read("perceval", stand.url(forum), "system", ADMIN_KEY)


@pytest.mark.parametrize(
    ("shown", "stream", "without"),
    [
        ("topics", "topics", ()),
        ("posts", "posts", ONLY_WITH_RAW),
        ("users", "users", ()),
        ("categories", "categories", ADDED_BY_SERVER),
        ("groups", "groups", ()),
        ("badges", "badges", ()),
    ],
)
def test_pydiscourse_gets_the_records(stand, forum, by_pydiscourse, shown, stream, without):
    expected = keyed(stand.records(forum, "discourse", stream), without=without)
    assert keyed(by_pydiscourse[shown], without=without) == expected


def test_pydiscourse_gets_the_newest_posts_with_their_source_text(stand, forum, by_pydiscourse):
    expected = [post for post in stand.records(forum, "discourse", "posts") if post["post_type"] == REGULAR]
    assert keyed(by_pydiscourse["latest_posts"]) == keyed(expected)


def test_pydiscourse_gets_the_members_of_groups_and_their_owners(stand, forum, by_pydiscourse):
    members = stand.records(forum, "discourse", "group_members")
    key, ours = ("_group_id", "id"), ("_is_owner",)
    assert keyed(by_pydiscourse["group_members"], *key) == keyed(members, *key, without=ours)
    owners = [member for member in members if member["_is_owner"]]
    assert keyed(by_pydiscourse["group_owners"], *key) == keyed(owners, *key, without=ours)


def test_perceval_gets_the_posts(stand, forum, by_perceval):
    # Known defects, none of which shows here: a topic whose last_posted_at is null is left out; so are the
    # posts behind the first 20 of a topic that counts 20 or fewer; a scan since a date ends at a topic that
    # was bumped by an edit.
    expected = keyed(stand.records(forum, "discourse", "posts"), without=ONLY_WITH_RAW)
    assert keyed(by_perceval["posts"], without=ONLY_WITH_RAW) == expected


def test_perceval_gets_the_topics(stand, forum, by_perceval):
    fields = ("id", "title", "category_id", "created_at", "last_posted_at", "posts_count")
    shown = [{name: topic.get(name) for name in fields} for topic in by_perceval["topics"]]
    listed = stand.records(forum, "discourse", "topics")
    expected = [{name: topic.get(name) for name in fields} for topic in listed]
    assert_same(keyed(shown), keyed(expected), leaves_out=False)
