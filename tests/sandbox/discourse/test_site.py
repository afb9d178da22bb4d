"""Categories, groups, badges, and a forum without any."""

from __future__ import annotations

from tests.sandbox.datasets import ADMIN, client, write
from tests.sandbox.discourse.records import CATEGORIES, USERS, post_ids, stamp, topic_ids


def test_categories_nest_their_children_and_the_site_lists_all(forum):
    one = client(forum, "discourse")
    plain = one.get("/it/categories.json").json()["category_list"]["categories"]
    assert [(each["id"], each["subcategory_ids"], "subcategory_list" in each) for each in plain] == [
        (1, [3], False)
    ]
    nested = one.get("/it/categories.json?include_subcategories=true").json()["category_list"]["categories"]
    assert [below["id"] for below in nested[0]["subcategory_list"]] == [3]
    assert one.get("/it/site.json").json()["categories"] == [CATEGORIES[0], CATEGORIES[2]]
    assert client(forum, "discourse", ADMIN).get("/it/site.json").json()["categories"] == CATEGORIES


def test_group_members_page_by_offset_and_owners_stand_apart(tmp_path):
    groups = [
        {"id": 40, "name": "helpers", "visibility_level": 0},
        {"id": 41, "name": "council", "visibility_level": 3},
        {"id": 42, "name": "quiet", "visibility_level": 0, "members_visibility_level": 3},
    ]
    members = [
        {"_group_id": 40, "_is_owner": number == 2, "id": number, "username": f"u{number}"}
        for number in range(1, 61)
    ]
    members.append({"_group_id": 42, "_is_owner": False, "id": 1, "username": "u1"})
    forum = write(tmp_path, "discourse", {"groups": groups, "group_members": members})
    one = client(forum, "discourse")
    assert [each["name"] for each in one.get("/it/groups.json").json()["groups"]] == ["helpers", "quiet"]
    first = one.get("/it/groups/helpers/members.json").json()
    assert first["meta"] == {"total": 60, "limit": 50, "offset": 0}
    assert first["owners"] == [{"id": 2, "username": "u2"}]
    rest = one.get("/it/groups/helpers/members.json?offset=50&limit=1000").json()["members"]
    assert [each["id"] for each in first["members"] + rest] == list(range(1, 61))
    assert one.get("/it/groups/helpers/members.json?limit=1001").status == 400
    assert one.get("/it/groups/quiet/members.json").status == 403
    assert one.get("/it/groups/council/members.json").status == 404
    assert client(forum, "discourse", ADMIN).get("/it/groups/council/members.json").status == 200


def test_badge_grants_come_96_at_a_time_newest_first(tmp_path):
    grants = [
        {"id": number, "badge_id": 9, "user_id": 1, "granted_by_id": 1, "granted_at": stamp(number)}
        for number in range(1, 101)
    ]
    forum = write(
        tmp_path,
        "discourse",
        {"badges": [{"id": 9, "name": "Helper"}], "user_badges": grants, "users": USERS},
    )
    one = client(forum, "discourse")
    first = one.get("/it/user_badges.json?badge_id=9").json()["user_badge_info"]["user_badges"]
    rest = one.get("/it/user_badges.json?badge_id=9&offset=96").json()["user_badge_info"]["user_badges"]
    assert first + rest == grants[::-1]
    assert len(first) == 96
    assert one.get("/it/user_badges.json?badge_id=8").status == 404
    assert one.get("/it/user-badges/ada.json").json()["badges"] == [{"id": 9, "name": "Helper"}]
    assert one.get("/it/badges.json").json()["badges"] == [{"id": 9, "name": "Helper"}]


def test_a_forum_without_streams_serves_empty_lists(tmp_path):
    one = client(write(tmp_path, "discourse", {"topics": []}), "discourse", ADMIN)
    assert topic_ids(one.get("/it/latest.json")) == []
    assert post_ids(one.get("/it/posts.json")) == []
    assert one.get("/it/tags.json").json()["tags"] == []
    assert one.get("/it/groups.json").json()["groups"] == []
    assert one.get("/it/admin/users/list/active.json").json() == []
    assert one.get("/it/categories.json").json()["category_list"]["categories"] == []
