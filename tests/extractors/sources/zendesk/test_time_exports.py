"""Time exports of a desk: the second on a page's edge comes twice and is kept once."""

from __future__ import annotations

from typing import Any

import pytest

from extractors.errors import SourceError
from tests.extractors.sources.zendesk.desk import EVENTS, METRIC_EVENTS, ORGANIZATIONS, asked, read_stream
from tests.extractors.stand_in import Seen, StandIn


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
