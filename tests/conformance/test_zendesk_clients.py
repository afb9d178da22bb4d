"""zenpy 2.0.57 and tap-zendesk 2.8.2 read desks, simulated and real."""

from typing import Any

import pytest

from sandbox.zendesk import EMAIL, TOKEN
from tests.conformance.stand import Found, Record, Stand, assert_same, keyed
from tests.conformance.taps import Sync, sync

DESKS = ["desk", "uci"]
TAPPED = (
    "tickets", "ticket_audits", "ticket_comments", "ticket_metrics", "users", "organizations",
    "satisfaction_ratings", "ticket_metric_events",
)  # fmt: skip
LISTS = ("groups", "ticket_fields")


@pytest.fixture(scope="module", params=DESKS)
def desk(request, stand):
    stand.url(request.param)
    return request.param


@pytest.fixture(scope="module")
def by_zenpy(stand: Stand, desk: str) -> Found:
    return stand.read("zenpy", stand.host(desk), desk, EMAIL, TOKEN)


@pytest.fixture(scope="module")
def by_tap(stand: Stand, desk: str, tmp_path_factory: pytest.TempPathFactory) -> Sync:
    streams = TAPPED + (LISTS if desk == "desk" else ())
    done = sync(stand, "tap-zendesk", _config(stand, desk), tmp_path_factory.mktemp(desk), streams)
    assert done.exit_code == 0, done.log[-2000:]
    return done


def _config(stand: Stand, desk: str) -> dict[str, str]:
    return {
        "subdomain": f"{stand.host(desk)}/{desk}",
        "access_token": TOKEN,
        "start_date": "2015-01-01T00:00:00Z",
    }


@pytest.mark.parametrize(
    ("shown", "stream"),
    [
        ("tickets", "tickets"),
        ("users", "users"),
        ("users in a list", "users"),
        ("organizations in a list", "organizations"),
        ("satisfaction_ratings", "satisfaction_ratings"),
        ("groups", "groups"),
        ("brands", "brands"),
        ("ticket_fields", "ticket_fields"),
    ],
)
def test_zenpy_gets_the_records_once(stand, desk, by_zenpy, shown, stream):
    # It shows as null what its classes know and the wire doesn't have, and calls `from` `from_`.
    found = [_with_from(record) for record in by_zenpy[shown]]
    assert_same(keyed(found), keyed(stand.records(desk, "zendesk", stream)), leaves_out=False)


@pytest.mark.parametrize(
    ("shown", "stream"),
    [
        ("tickets by time", "tickets"),
        ("organizations", "organizations"),
        ("ticket_events", "ticket_events"),
        ("ticket_metric_events", "ticket_metric_events"),
    ],
)
def test_zenpy_gets_the_records_of_time_exports_again_at_page_boundaries(
    stand, desk, by_zenpy, shown, stream
):
    found = [_with_from(record) for record in by_zenpy[shown]]
    expected = stand.records(desk, "zendesk", stream)
    assert_same(keyed(found, repeats=True), keyed(expected), leaves_out=False)


def _with_from(value: Any) -> Any:
    if isinstance(value, dict):
        return {"from" if name == "from_" else name: _with_from(inner) for name, inner in value.items()}
    return [_with_from(inner) for inner in value] if isinstance(value, list) else value


@pytest.mark.parametrize("stream", ["tickets", "users", "organizations", "satisfaction_ratings"])
def test_tap_zendesk_gets_the_records(stand, desk, by_tap, stream):
    # Known defects: a null boolean comes out as false; fields missing in the tap's schema are left out.
    found = by_tap.records[stream]
    assert_same(keyed(found), keyed(stand.records(desk, "zendesk", stream)), leaves_out=True)


def test_tap_zendesk_gets_the_metric_events_again_at_page_boundaries(stand, desk, by_tap):
    found = keyed(by_tap.records["ticket_metric_events"], repeats=True)
    assert_same(found, keyed(stand.records(desk, "zendesk", "ticket_metric_events")), leaves_out=True)


def test_tap_zendesk_gets_the_metric_sets_of_tickets_that_are_not_deleted(stand, desk, by_tap):
    expected = [ticket["metric_set"] for ticket in _undeleted(stand, desk)]
    assert_same(keyed(by_tap.records["ticket_metrics"]), keyed(expected), leaves_out=True)


def test_tap_zendesk_gets_the_changes_and_comments_of_tickets_that_are_not_deleted(stand, desk, by_tap):
    kept = {ticket["id"] for ticket in _undeleted(stand, desk)}
    events = [
        event for event in stand.records(desk, "zendesk", "ticket_events") if event["ticket_id"] in kept
    ]
    audits = keyed(by_tap.records["ticket_audits"])
    assert {place: audit["ticket_id"] for place, audit in audits.items()} == {
        (event["id"],): event["ticket_id"] for event in events
    }
    comments = [
        child for event in events for child in event["child_events"] if child["event_type"] == "Comment"
    ]
    found = {place: comment["body"] for place, comment in keyed(by_tap.records["ticket_comments"]).items()}
    assert found == {(comment["id"],): comment["body"] for comment in comments}


def _undeleted(stand: Stand, desk: str) -> list[Record]:
    return [ticket for ticket in stand.records(desk, "zendesk", "tickets") if ticket["status"] != "deleted"]


@pytest.mark.parametrize("desk", ["desk"], indirect=True)
@pytest.mark.parametrize("stream", LISTS)
def test_tap_zendesk_gets_the_lists(stand, by_tap, desk, stream):
    found = by_tap.records[stream]
    assert_same(keyed(found), keyed(stand.records(desk, "zendesk", stream)), leaves_out=True)


def test_known_defect_tap_zendesk_ends_at_a_group_without_updated_at(stand, tmp_path):
    config = _config(stand, "uci")
    groups = stand.records("uci", "zendesk", "groups")
    assert any(group["updated_at"] is None for group in groups)
    done = sync(stand, "tap-zendesk", config, tmp_path, ["groups"])
    assert done.exit_code == 1
    assert "NoneType" in done.log
