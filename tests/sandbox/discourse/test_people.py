"""Accounts, the directory, what a member did."""

from __future__ import annotations

from tests.sandbox.datasets import ADMIN, client, write
from tests.sandbox.discourse.records import USERS, post, stamp


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


def test_a_persons_actions_page_by_30_newest_first(forum):
    one = client(forum, "discourse")
    first = one.get("/it/user_actions.json?username=ada&filter=5").json()["user_actions"]
    assert [each["post_id"] for each in first] == list(range(45, 15, -1))
    rest = one.get("/it/user_actions.json?username=ada&filter=5&offset=30").json()["user_actions"]
    assert [each["post_id"] for each in rest] == list(range(15, 1, -1))
    opened = one.get("/it/user_actions.json?username=ada&filter=4").json()["user_actions"]
    assert [each["topic_id"] for each in opened] == [*range(69, 59, -1), 1]
    assert one.get("/it/user_actions.json?username=ada&filter=1").json() == {"user_actions": []}
