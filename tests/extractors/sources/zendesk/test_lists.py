"""Lists of a desk that don't say if there is more."""

from __future__ import annotations

import pytest

from extractors.errors import SourceError
from tests.extractors.sources.zendesk.desk import GROUPS, asked, read_stream
from tests.extractors.stand_in import Reply, StandIn


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
