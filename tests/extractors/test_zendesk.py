"""Zendesk: exports that repeat, pause and refuse, lists that don't say if there is more, private text."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest

from extractors.errors import SourceError
from extractors.privacy import Cleaner
from extractors.source import Record
from tests.extractors.reading import NOW, Outcome, client, read, stream_of
from tests.extractors.stand_in import Reply, Seen, StandIn

TICKETS = "/api/v2/incremental/tickets/cursor.json"
ORGANIZATIONS = "/api/v2/incremental/organizations.json"
EVENTS = "/api/v2/incremental/ticket_events.json"
METRIC_EVENTS = "/api/v2/incremental/ticket_metric_events.json"
GROUPS = "/api/v2/groups.json"
NOW_SECOND = int(NOW.timestamp())


def read_stream(
    server: StandIn, stream: str, *args: Any, pages: int | None = None, **options: Any
) -> Outcome:
    return read(client(server, "zendesk", stream, **options), "zendesk", *args, pages=pages)


def asked(server: StandIn, name: str) -> list[str | None]:
    return [request.query.get(name) for request in server.seen]


# Cursor exports


class TicketExport:
    """A cursor export over stamps by id that withholds the minute before `now`; a cursor is `stamp|id`."""

    def __init__(
        self, server: StandIn, stamps: dict[int, int], now: int = NOW_SECOND, per_page: int = 2
    ) -> None:
        self.stamps = stamps
        self.now = now
        self.per_page = per_page
        self.refused: set[str] = set()
        server.on(TICKETS, self.answer)

    def answer(self, request: Seen) -> Any:
        cursor = request.query.get("cursor")
        if cursor in self.refused:
            return Reply({"error": "InvalidValue", "description": "Parameter cursor is invalid"}, 400)
        if cursor:
            stamp, last = map(int, cursor.split("|"))
        else:
            stamp, last = int(request.query["start_time"]), -1
            if stamp > self.now - 60:
                return Reply({"error": "StartTimeTooRecent"}, 422)
        rows = sorted((moment, key) for key, moment in self.stamps.items() if moment <= self.now - 60)
        rest = [row for row in rows if row > (stamp, last)]
        shown = rest[: self.per_page]
        after = shown[-1] if shown else (stamp, last)
        return {
            "tickets": [{"id": key, "generated_timestamp": moment} for moment, key in shown],
            "after_cursor": f"{after[0]}|{after[1]}",
            "end_of_stream": len(rest) <= self.per_page,
        }


def test_an_export_starts_at_the_epoch_and_then_sends_only_the_cursor(server: StandIn):
    TicketExport(server, {1: 100, 2: 200, 3: 300, 4: 300, 5: 300})
    outcome = read_stream(server, "tickets")
    assert outcome.ids == [1, 2, 3, 4, 5]
    assert outcome.watermark == {"cursor": "300|5", "until": 300}
    assert asked(server, "start_time") == ["0", None, None]
    assert asked(server, "cursor") == [None, "200|2", "300|4"]
    assert set(asked(server, "include")) == {"metric_sets"}


def test_an_export_begins_at_the_configured_start_date(server: StandIn):
    TicketExport(server, {1: 100, 2: NOW_SECOND - 500})
    assert read_stream(server, "tickets", start_date=NOW.replace(day=1)).ids == [2]


def test_a_start_date_of_today_keeps_out_of_the_withheld_minute(server: StandIn):
    TicketExport(server, {1: NOW_SECOND - 500})
    assert read_stream(server, "tickets", start_date=NOW).ids == []


def test_the_cursor_kept_at_the_end_brings_what_was_withheld_in_the_last_minute(server: StandIn):
    export = TicketExport(server, {1: 100, 2: NOW_SECOND - 30})
    first = read_stream(server, "tickets")
    assert first.ids == [1]
    export.now += 3600
    second = read_stream(server, "tickets", first.watermark)
    assert second.ids == [2]
    third = read_stream(server, "tickets", second.watermark)
    assert third.ids == [] and third.watermark == second.watermark


def test_only_end_of_stream_ends_an_export_not_an_empty_page(server: StandIn):
    server.on(
        TICKETS,
        {"tickets": [{"id": 1}], "after_cursor": "a", "end_of_stream": False},
        {"tickets": [], "after_cursor": "b", "end_of_stream": False},
        {"tickets": [{"id": 2}], "after_cursor": "c", "end_of_stream": True},
    )
    assert read_stream(server, "tickets").ids == [1, 2]


def test_a_missing_end_of_stream_is_no_end(server: StandIn):
    server.on(
        TICKETS,
        {"tickets": [{"id": 1}], "after_cursor": "a"},
        {"tickets": [{"id": 2}], "after_cursor": "b", "end_of_stream": True},
    )
    assert read_stream(server, "tickets").ids == [1, 2]


def test_a_repeated_cursor_is_an_error(server: StandIn):
    server.on(TICKETS, {"tickets": [{"id": 1}], "after_cursor": "a", "end_of_stream": False})
    with pytest.raises(SourceError, match="same page cursor twice"):
        read_stream(server, "tickets")


def test_a_refused_cursor_restarts_a_day_before_its_time_and_says_so(server: StandIn):
    day = 86_400
    export = TicketExport(server, {1: 1 * day, 2: 8 * day, 3: 10 * day, 4: 11 * day})
    export.refused.add("stale")
    outcome = read_stream(server, "tickets", {"cursor": "stale", "until": 10 * day})
    assert outcome.ids == [3, 4]
    assert outcome.api.notes == [
        "the stored cursor was refused, so it was read again from 1970-01-10T00:00:00.000000Z"
    ]
    assert outcome.watermark == {"cursor": f"{11 * day}|4", "until": 11 * day}


def test_every_page_of_an_export_is_a_watermark(server: StandIn):
    TicketExport(server, {1: 100, 2: 200, 3: 300})
    killed = read_stream(server, "tickets", pages=1)
    assert read_stream(server, "tickets", killed.pages[-1].resume).ids == [3]
    assert read_stream(server, "tickets", None, killed.pages[-1].resume).ids == [3]


def test_tickets_whose_updated_at_lies_before_the_start_are_kept(server: StandIn):
    old = {"id": 1, "generated_timestamp": 900, "updated_at": "1970-01-01T00:01:00Z"}
    server.on(TICKETS, {"tickets": [old], "after_cursor": "a", "end_of_stream": True})
    outcome = read_stream(server, "tickets")
    assert outcome.ids == [1] and outcome.watermark == {"cursor": "a", "until": 900}


def test_users_without_a_stamp_move_the_time_by_updated_at(server: StandIn):
    user = {"id": 1, "updated_at": "1970-01-02T00:00:00Z"}
    server.on(
        "/api/v2/incremental/users/cursor.json", {"users": [user], "after_cursor": "a", "end_of_stream": True}
    )
    assert read_stream(server, "users").watermark == {"cursor": "a", "until": 86_400}


def test_archived_and_deleted_tickets_come_by_the_export_and_none_is_asked_for_singly(server: StandIn):
    server.on(
        TICKETS,
        {
            "tickets": [
                {"id": 1, "status": "closed", "metric_set": {"id": 9}},
                {"id": 2, "status": "deleted"},
            ],
            "after_cursor": "a",
            "end_of_stream": True,
        },
    )
    # Lists and single paths answer 404 here, as they do for archived tickets.
    outcome = read_stream(server, "tickets")
    assert [ticket["status"] for ticket in outcome.records] == ["closed", "deleted"]
    assert {request.path for request in server.seen} == {TICKETS}


def test_a_page_that_times_out_is_asked_for_again_in_a_smaller_size(server: StandIn):
    def answer(request: Seen) -> Any:
        if int(request.query["per_page"]) > 300:
            return Reply({}, 504)
        return {"tickets": [{"id": 1}], "after_cursor": "a", "end_of_stream": True}

    server.on(TICKETS, answer)
    assert read_stream(server, "tickets", page_size=400, retry_minutes=0.2).ids == [1]
    assert asked(server, "per_page")[0] == "400" and asked(server, "per_page")[-1] == "200"


# Time exports


class TimeExport:
    """A time export over seconds by id: the last second of a page comes again with the next."""

    def __init__(
        self, server: StandIn, path: str, rows: str, seconds: dict[int, int], per_page: int = 3
    ) -> None:
        self.seconds = seconds
        self.rows = rows
        self.per_page = per_page
        self.base = server.base_url + path
        server.on(path, self.answer)

    def answer(self, request: Seen) -> dict[str, Any]:
        begin = int(request.query["start_time"])
        rest = sorted((second, key) for key, second in self.seconds.items() if second >= begin)
        shown = rest[: self.per_page]
        end = shown[-1][0] if shown else None
        return {
            self.rows: [{"id": key} for _, key in shown],
            "count": len(shown),
            "end_time": end,
            "next_page": f"{self.base}?start_time={end}" if shown else None,
            "end_of_stream": len(rest) <= self.per_page,
        }


def test_rows_of_a_boundary_second_are_delivered_once(server: StandIn):
    TimeExport(server, EVENTS, "ticket_events", {1: 10, 2: 20, 3: 30, 4: 30, 5: 40, 6: 50})
    outcome = read_stream(server, "ticket_events")
    assert outcome.ids == [1, 2, 3, 4, 5, 6]
    assert outcome.watermark == {"time": 50}
    assert asked(server, "start_time") == ["0", "30", "40"]
    assert set(asked(server, "include")) == {"comment_events"}


def test_a_later_run_begins_five_minutes_earlier(server: StandIn):
    TimeExport(server, EVENTS, "ticket_events", {1: 1000, 2: 1600, 3: 1800, 4: 1800, 5: 2000})
    outcome = read_stream(server, "ticket_events", {"time": 1800})
    # Event 4 became visible after the run that ended at second 1800.
    assert outcome.ids == [2, 3, 4, 5]
    assert asked(server, "start_time")[0] == "1500"


def test_a_resumed_time_export_goes_on_from_its_last_second(server: StandIn):
    TimeExport(server, EVENTS, "ticket_events", {1: 1000, 2: 1600, 3: 1800, 4: 1900})
    killed = read_stream(server, "ticket_events", pages=1)
    assert read_stream(server, "ticket_events", None, killed.pages[-1].resume).ids == [3, 4]


def test_a_time_export_that_can_t_leave_its_second_is_an_error(server: StandIn):
    TimeExport(server, EVENTS, "ticket_events", dict.fromkeys(range(1, 9), 30))
    with pytest.raises(SourceError, match="the next page of an export is the page just read"):
        read_stream(server, "ticket_events")


def test_a_time_export_with_nothing_new_keeps_its_time(server: StandIn):
    TimeExport(server, EVENTS, "ticket_events", {})
    outcome = read_stream(server, "ticket_events", {"time": 5000})
    assert outcome.ids == [] and outcome.watermark == {"time": 5000}
    assert asked(server, "start_time") == ["4700"]


def test_an_organization_changed_again_within_the_boundary_second_is_not_taken_for_a_repeat(server: StandIn):
    first, changed = ({"id": 1, "updated_at": f"1970-01-01T00:00:30.{part}Z"} for part in ("1", "9"))
    server.on(
        ORGANIZATIONS,
        {"organizations": [first], "end_time": 30, "next_page": "x", "end_of_stream": False},
        {"organizations": [first, changed], "end_time": 31, "next_page": "x", "end_of_stream": True},
    )
    assert [record["updated_at"][-2] for record in read_stream(server, "organizations").records] == ["1", "9"]


def test_an_export_that_never_says_end_of_stream_ends_when_nothing_new_comes(server: StandIn):
    page = {"ticket_metric_events": [{"id": 1}], "end_time": 30, "next_page": "x"}
    server.on(METRIC_EVENTS, page)
    outcome = read_stream(server, "ticket_metric_events")
    assert outcome.ids == [1] and outcome.watermark == {"time": 30}


# Lists


def test_a_list_goes_on_by_cursor_while_there_is_more(server: StandIn):
    server.on(
        GROUPS,
        {"groups": [{"id": 1}], "meta": {"has_more": True, "after_cursor": "a"}},
        {
            "groups": [{"id": 2}],
            "meta": {"has_more": False, "after_cursor": "b"},
            "links": {"next": "ignored"},
        },
    )
    assert read_stream(server, "groups").ids == [1, 2]
    assert asked(server, "page[after]") == [None, "a"]
    assert set(asked(server, "include_boundary_indicators")) == {"true"} and set(
        asked(server, "page[size]")
    ) == {"100"}


def test_a_missing_has_more_is_no_end(server: StandIn):
    server.on(
        GROUPS,
        {"groups": [{"id": 1}], "links": {"next": f"{server.base_url}{GROUPS}?page[after]=a&page[size]=100"}},
        {"groups": [{"id": 2}], "next_page": f"{server.base_url}{GROUPS}?page=3"},
        {"groups": [{"id": 3}], "next_page": None},
    )
    assert read_stream(server, "groups").ids == [1, 2, 3]


def test_a_missing_has_more_with_an_empty_page_is_the_end(server: StandIn):
    server.on(
        GROUPS,
        {"groups": [{"id": 1}], "meta": {"after_cursor": "a"}},
        {"groups": [], "meta": {"after_cursor": "b"}},
    )
    assert read_stream(server, "groups").ids == [1]


def test_a_link_to_another_host_is_not_followed(server: StandIn):
    server.on(
        GROUPS,
        {"groups": [{"id": 1}], "links": {"next": "https://elsewhere.example/groups?page%5Bafter%5D=a"}},
        {"groups": [{"id": 2}], "meta": {"has_more": False}},
    )
    assert read_stream(server, "groups").ids == [1, 2]
    assert asked(server, "page[after]") == [None, "a"]


def test_the_same_next_page_twice_is_an_error(server: StandIn):
    server.on(GROUPS, {"groups": [{"id": 1}], "next_page": f"{server.base_url}{GROUPS}?page=2"})
    with pytest.raises(SourceError, match="same page cursor twice"):
        read_stream(server, "groups")


def test_a_list_s_refused_cursor_begins_the_list_again(server: StandIn):
    first = {"groups": [{"id": 1}], "meta": {"has_more": True, "after_cursor": "a"}}
    last = {"groups": [{"id": 2}], "meta": {"has_more": False}}
    server.on(GROUPS, first, Reply({"errors": [{"code": "InvalidPaginationParameter"}]}, 400), first, last)
    outcome = read_stream(server, "groups")
    assert outcome.ids == [1, 1, 2]
    assert "read again from its beginning" in outcome.api.notes[0]


def test_a_list_that_is_forbidden_half_way_is_an_error_and_no_end(server: StandIn):
    server.on(
        GROUPS, {"groups": [{"id": 1}], "meta": {"has_more": True, "after_cursor": "a"}}, Reply({}, 403)
    )
    with pytest.raises(SourceError, match="403"):
        read_stream(server, "groups")


def test_a_feature_the_plan_lacks_is_noted_and_concludes_nothing(server: StandIn):
    server.on("/api/v2/brands.json", Reply({"error": "Forbidden"}, 403))
    outcome = read_stream(server, "brands", {"read_at": "x"})
    assert outcome.pages == [] and outcome.watermark == {"read_at": "x"}
    assert "brands can't be seen" in outcome.api.notes[0]


def test_ratings_are_read_from_the_reread_window_before_the_newest(server: StandIn):
    path = "/api/v2/satisfaction_ratings.json"
    rating = {"id": 5, "created_at": "2026-03-20T00:00:00Z"}
    server.on(path, {"satisfaction_ratings": [rating], "meta": {"has_more": False}})
    first = read_stream(server, "satisfaction_ratings")
    assert asked(server, "start_time") == ["0"]
    assert first.watermark == {"created_at": "2026-03-20T00:00:00.000000Z"}
    read_stream(server, "satisfaction_ratings", first.watermark, reread_days=10)
    # 2026-03-10T00:00:00Z
    assert asked(server, "start_time")[-1] == "1773100800"


# Credentials and privacy


def test_an_api_token_goes_with_the_login(server: StandIn):
    TicketExport(server, {})
    read_stream(server, "tickets")
    scheme, _, pair = server.seen[0].headers["Authorization"].partition(" ")
    assert (scheme, base64.b64decode(pair)) == ("Basic", b"somebody/token:key")


def cleaned(stream: str, record: Record, links: tuple[str, ...] = (), **options: Any) -> Record:
    cleaner = Cleaner(stream_of("zendesk", stream), options, (("1", b"secret"),), links)
    answer: Record = json.loads(cleaner.encode(record))
    return answer


def test_a_ticket_loses_its_text_but_for_links_to_the_community_s_sites():
    ticket = cleaned(
        "tickets",
        {
            "id": 1,
            "subject": "My secret",
            "raw_subject": "My secret",
            "description": "see https://forum.example.com/t/fix/12?u=ada and https://private.example.net/x",
            "recipient": "support@example.com",
            "via": {
                "channel": "email",
                "source": {"from": {"address": "ada@example.org", "ticket_id": 7}, "to": {}},
            },
            "custom_fields": [{"id": 5, "value": "yes"}, {"id": 6, "value": "private"}],
            "fields": [{"id": 6, "value": "private"}],
            "satisfaction_rating": {"score": "good", "comment": "thanks from Ada"},
            "tags": ["vip"],
        },
        ("https://forum.example.com",),
        custom_fields=(5,),
    )
    assert ticket["subject"] is None and ticket["description"] is None
    assert ticket["_links"] == ["https://forum.example.com/t/fix/12"]
    assert ticket["via"]["source"] == {"from": {"ticket_id": 7}, "to": {}}
    assert ticket["custom_fields"] == [{"id": 5, "value": "yes"}]
    assert ticket["satisfaction_rating"] == {"score": "good", "comment": None}
    assert ticket["recipient"].startswith("k1:") and ticket["tags"] == ["vip"]
    assert "private" not in json.dumps(ticket)


USER = {
    "id": 1,
    "name": "Ada Lovelace",
    "alias": "ada",
    "email": "Ada@Example.org",
    "phone": "+15551234567",
    "signature": "Ada",
    "user_fields": {"plan": "gold", "birthday": "1815-12-10"},
}


def test_an_end_user_s_name_goes_and_an_agent_s_stays():
    assert cleaned("users", {**USER, "role": "end-user"})["name"] is None
    assert cleaned("users", {**USER, "role": "end-user"})["alias"] is None
    assert cleaned("users", {**USER, "role": "agent"})["name"] == "Ada Lovelace"
    assert cleaned("users", {**USER, "role": "end-user"}, keep_names=True)["name"] == "Ada Lovelace"


def test_a_user_s_address_is_hashed_and_only_chosen_fields_stay():
    user = cleaned("users", {**USER, "role": "admin"}, custom_fields=("plan",))
    assert user["email"].startswith("k1:") and user["phone"] is None and user["signature"] is None
    assert user["user_fields"] == {"plan": "gold"}


def test_an_address_as_external_id_does_not_become_a_shared_placeholder():
    assert (
        cleaned("users", {**USER, "role": "agent", "external_id": "ada@example.org"})["external_id"] is None
    )
    assert cleaned("users", {**USER, "role": "agent", "external_id": "crm-7"})["external_id"] == "crm-7"


def test_an_audit_keeps_harmless_changes_and_loses_text_and_system():
    event = cleaned(
        "ticket_events",
        {
            "id": 1,
            "ticket_id": 2,
            "system": {"ip_address": "192.0.2.7", "location": "Paris"},
            "child_events": [
                {"id": 3, "event_type": "Change", "status": "open", "previous_value": "new"},
                {"id": 4, "event_type": "Change", "subject": "secret", "previous_value": "older secret"},
                {"id": 5, "event_type": "Change", "custom_ticket_fields": {"5": "a", "6": "secret"}},
                {
                    "id": 6,
                    "event_type": "Comment",
                    "public": True,
                    "author_id": 9,
                    "body": "secret https://f.example/t/1",
                },
                {"id": 7, "event_type": "Create", "requester_id": "11", "something_new": "secret"},
            ],
        },
        ("https://f.example",),
        custom_fields=(5,),
    )
    assert event["system"] is None and event["_links"] == ["https://f.example/t/1"]
    status, subject, custom, comment, create = event["child_events"]
    assert status == {"id": 3, "event_type": "Change", "status": "open", "previous_value": "new"}
    assert subject == {"id": 4, "event_type": "Change", "subject": None, "previous_value": None}
    assert custom["custom_ticket_fields"] == {"5": "a"}
    assert comment == {"id": 6, "event_type": "Comment", "public": True, "author_id": 9, "body": None}
    assert create["requester_id"] == "11" and create["something_new"] is None
    assert "secret" not in json.dumps(event)


def test_deleted_tickets_lose_their_subject_and_get_a_readable_date():
    record = cleaned("deleted_tickets", {"id": 1, "subject": "secret", "deleted_at": "20140704T15:37:04Z"})
    assert record["subject"] is None and record["deleted_at"] == "2014-07-04T15:37:04Z"
    assert (
        cleaned("deleted_tickets", {"id": 1, "deleted_at": "2014-07-04T15:37:04Z"})["deleted_at"][:4]
        == "2014"
    )
