"""The Discourse stand-in: who sees what, paging, quirks and error forms."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from tests.sandbox.datasets import ADMIN, NOW, USER, Answer, client, write

START = datetime(2025, 1, 1, tzinfo=UTC)


def stamp(minutes: int) -> str:
    return (START + timedelta(minutes=minutes)).strftime("%Y-%m-%dT%H:%M:%S.000Z")


def topic(number: int, **more: object) -> dict[str, object]:
    return {
        "id": number,
        "title": f"Topic {number}",
        "slug": f"topic-{number}",
        "created_at": stamp(number),
        "bumped_at": stamp(number),
        "last_posted_at": stamp(number),
        "posts_count": 1,
        "category_id": 1,
        "visible": True,
        "archetype": "regular",
        "pinned": False,
        "pinned_globally": False,
        "posters": [{"user_id": 1}],
        "user_id": 1,
        **more,
    }


def post(number: int, topic_id: int = 1, post_number: int | None = None, **more: object) -> dict[str, object]:
    return {
        "id": number,
        "topic_id": topic_id,
        "post_number": post_number or number,
        "post_type": 1,
        "created_at": stamp(number),
        "deleted_at": None,
        "user_id": 1,
        "username": "ada",
        "raw": f"text {number}",
        "cooked": f"<p>text {number}</p>",
        "actions_summary": [],
        **more,
    }


USERS = [
    {
        "id": 1,
        "username": "Ada",
        "name": "Ada",
        "email": "ada@example.org",
        "admin": True,
        "created_at": stamp(1),
    },
    {
        "id": 2,
        "username": "bob",
        "name": None,
        "email": "bob@example.org",
        "admin": False,
        "created_at": stamp(2),
    },
]
CATEGORIES = [
    {"id": 1, "name": "Open", "slug": "open", "parent_category_id": None, "read_restricted": False},
    {"id": 2, "name": "Staff", "slug": "staff", "parent_category_id": None, "read_restricted": True},
    {"id": 3, "name": "Below", "slug": "below", "parent_category_id": 1, "read_restricted": False},
]


@pytest.fixture
def forum(tmp_path):
    return write(
        tmp_path,
        "discourse",
        {
            "users": USERS,
            "categories": CATEGORIES,
            "topics": [
                topic(1, posts_count=45),
                topic(2, pinned=True, pinned_globally=True),
                topic(3, category_id=2),
                topic(4, archetype="private_message", category_id=None),
                topic(5, visible=False),
                topic(6, deleted_at=stamp(90)),
                *(topic(number) for number in range(10, 75)),
            ],
            "posts": [
                *(post(number) for number in range(1, 46)),
                post(46, post_number=46, post_type=3),
                post(47, post_number=47, post_type=4),
                post(48, post_number=48, deleted_at=stamp(80)),
                post(49, 3, 1),
                post(50, 5, 1),
                post(51, 6, 1),
                post(52, 4, 1),
                *(post(number, number, 1) for number in range(60, 70)),
            ],
        },
    )


def topic_ids(answer: Answer) -> list[int]:
    return [one["id"] for one in answer.json()["topic_list"]["topics"]]


def post_ids(answer: Answer) -> list[int]:
    return [one["id"] for one in answer.json()["latest_posts"]]


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


def test_content_type_is_the_one_clients_insist_on(forum):
    one = client(forum, "discourse")
    for path in ("/it/latest.json", "/it/t/999.json", "/it/nothing.json"):
        assert one.get(path).headers["content-type"] == "application/json; charset=utf-8"


def test_a_path_without_json_is_a_web_page_unless_json_is_accepted(forum):
    one = client(forum, "discourse")
    assert one.get("/it/latest").headers["content-type"].startswith("text/html")
    assert (
        one.get("/it/latest", accept="application/json")
        .headers["content-type"]
        .startswith("application/json")
    )


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Api-Key": "wrong", "Api-Username": "system"}, 403),
        ({"Api-Key": ADMIN["Api-Key"], "Api-Username": "nobody"}, 403),
        ({"Api-Key": ADMIN["Api-Key"]}, 403),
        ({"User-Api-Key": "wrong"}, 403),
        ({**ADMIN, "Api-Username": "ADA"}, 200),
    ],
)
def test_keys_are_checked(forum, headers, status):
    answer = client(forum, "discourse", headers).get("/it/latest.json")
    assert answer.status == status
    if status == 403:
        assert answer.json()["error_type"] == "invalid_access"


@pytest.mark.parametrize(
    "path", ["/it/admin/users/list/active.json", "/it/admin/badges.json", "/it/u/bob/emails.json"]
)
def test_admin_paths_are_404_without_a_key_and_403_with_a_user_key(forum, path):
    assert client(forum, "discourse").get(path).status == 404
    assert client(forum, "discourse", USER).get(path).status == 403
    assert client(forum, "discourse", {**ADMIN, "Api-Username": "bob"}).get(path).status == 404
    assert client(forum, "discourse", ADMIN).get(path).status == 200


def test_the_admin_list_is_a_bare_array_with_emails_only_if_asked(forum):
    one = client(forum, "discourse", ADMIN)
    plain = one.get("/it/admin/users/list/active.json?order=created&asc=true").json()
    assert [each["id"] for each in plain] == [1, 2]
    assert all("email" not in each for each in plain)
    shown = one.get("/it/admin/users/list/active.json?order=created&asc=true&show_emails=true").json()
    assert shown == USERS


def test_the_admin_list_gives_100_a_page_and_pages_0_and_1_are_the_same(tmp_path):
    people = [
        {"id": number, "username": f"u{number}", "created_at": stamp(number)} for number in range(1, 151)
    ]
    people += [{"id": 200, "username": "unknown", "created_at": None}]
    one = client(write(tmp_path, "discourse", {"users": people}), "discourse", ADMIN)
    path = "/it/admin/users/list/active.json?order=created&asc=true"
    assert one.get(f"{path}&page=0").json() == one.get(f"{path}&page=1").json() == people[:100]
    assert one.get(f"{path}&page=2").json() == people[100:]
    assert one.get(f"{path}&page=3").json() == []


def test_nobody_elses_email_is_in_a_public_profile(forum):
    user = client(forum, "discourse", ADMIN).get("/it/u/BOB.json").json()["user"]
    assert user == {"id": 2, "username": "bob", "name": None, "admin": False, "created_at": stamp(2)}


def test_the_directory_ends_at_page_10_and_counts_likes_received(forum):
    write(
        forum, "discourse", {"posts": [post(1, actions_summary=[{"id": 2, "count": 3}]), post(2, user_id=2)]}
    )
    one = client(forum, "discourse")
    items = one.get("/it/directory_items.json?period=all&order=likes_received&page=0").json()
    assert [
        (each["id"], each["likes_received"], each["post_count"]) for each in items["directory_items"]
    ] == [
        (1, 3, 1),
        (2, 0, 1),
    ]
    assert items["meta"]["total_rows_directory_items"] == 2
    assert one.get("/it/directory_items.json?period=all&page=10").json()["directory_items"] == []
    assert one.get("/it/directory_items.json?period=all&page=11").status == 400
    assert one.get("/it/directory_items.json").status == 400
    off = client(forum, "discourse", options={"directory": "off"})
    assert off.get("/it/directory_items.json?period=all").status == 403


def test_the_directory_puts_the_callers_own_row_first_once_it_is_far_down(tmp_path):
    people = [{"id": number, "username": f"u{number}"} for number in range(1, 31)]
    forum = write(tmp_path, "discourse", {"users": people})
    one = client(forum, "discourse", {**ADMIN, "Api-Username": "u25"})
    shown = one.get("/it/directory_items.json?period=all&order=post_count").json()["directory_items"]
    assert [each["id"] for each in shown].count(25) == 2
    assert shown[0]["id"] == 25


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


def test_a_persons_actions_page_by_30_newest_first(forum):
    one = client(forum, "discourse")
    first = one.get("/it/user_actions.json?username=ada&filter=5").json()["user_actions"]
    assert [each["post_id"] for each in first] == list(range(45, 15, -1))
    rest = one.get("/it/user_actions.json?username=ada&filter=5&offset=30").json()["user_actions"]
    assert [each["post_id"] for each in rest] == list(range(15, 1, -1))
    opened = one.get("/it/user_actions.json?username=ada&filter=4").json()["user_actions"]
    assert [each["topic_id"] for each in opened] == [*range(69, 59, -1), 1]
    assert one.get("/it/user_actions.json?username=ada&filter=1").json() == {"user_actions": []}


def test_a_forum_without_streams_serves_empty_lists(tmp_path):
    one = client(write(tmp_path, "discourse", {"topics": []}), "discourse", ADMIN)
    assert topic_ids(one.get("/it/latest.json")) == []
    assert post_ids(one.get("/it/posts.json")) == []
    assert one.get("/it/tags.json").json()["tags"] == []
    assert one.get("/it/groups.json").json()["groups"] == []
    assert one.get("/it/admin/users/list/active.json").json() == []
    assert one.get("/it/categories.json").json()["category_list"]["categories"] == []


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


def test_the_address_limit_is_plain_text_and_the_key_limit_json(forum):
    one = client(forum, "discourse", USER, limited=True)
    answers = [one.get("/it/latest.json") for _ in range(21)]
    assert [answer.status for answer in answers] == [200] * 20 + [429]
    refused = answers[-1]
    wait = refused.json()["extras"]["wait_seconds"]
    assert refused.json()["error_type"] == "rate_limit"
    assert refused.headers["discourse-rate-limit-error-code"] == "user_api_key_limiter_60_secs"
    assert refused.headers["retry-after"] == str(wait)
    assert 1 <= wait <= 60
    anyone = client(forum, "discourse", limited=True)
    refused = [anyone.get("/it/latest.json") for _ in range(51)][-1]
    assert (refused.status, refused.headers["content-type"]) == (429, "text/plain; charset=utf-8")
    assert refused.headers["discourse-rate-limit-error-code"] == "ip_10_secs_limit"
    assert 1 <= int(refused.headers["retry-after"]) <= 10


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
