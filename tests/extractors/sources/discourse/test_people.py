"""People of a forum: groups, accounts, the directory, badges; what a key may not see."""

from __future__ import annotations

from typing import Any

import pytest

from extractors.errors import SourceError
from tests.extractors.reading import read
from tests.extractors.sources.discourse.forum import days_ago, forum
from tests.extractors.stand_in import Reply, Seen, StandIn


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
