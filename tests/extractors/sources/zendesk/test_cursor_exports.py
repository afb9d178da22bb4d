"""Cursor exports of a desk: what they withhold, repeat and refuse."""

from __future__ import annotations

from typing import Any

import pytest

from extractors.errors import SourceError
from tests.extractors.reading import NOW
from tests.extractors.sources.zendesk.desk import NOW_SECOND, TICKETS, TicketExport, asked, read_stream
from tests.extractors.stand_in import Reply, Seen, StandIn


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
