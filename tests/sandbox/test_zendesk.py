"""The Zendesk stand-in: exports, lists, limits, quirks."""

from __future__ import annotations

import base64
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.sandbox.datasets import AGENT, NOW, Client, client, write

API = "/it/api/v2"
EPOCH = int(NOW.timestamp())


def iso(epoch: int) -> str:
    return datetime.fromtimestamp(epoch, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def ticket(number: int, stamp: int, **more: object) -> dict[str, Any]:
    return {
        "id": number,
        "status": "open",
        "created_at": iso(stamp - 1000),
        "updated_at": iso(stamp - 500),
        "generated_timestamp": stamp,
        "requester_id": 1,
        "group_id": None,
        "metric_set": {"id": number * 10, "ticket_id": number, "reopens": 0},
        **more,
    }


def plain(record: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in record.items() if name != "metric_set"}


def export(
    one: Client, stream: str = "tickets", size: int = 3, **params: Any
) -> tuple[list[Any], dict[str, Any]]:
    """A whole cursor export by `after_url`, as pages."""
    pages = []
    first = {"start_time": 0, "per_page": size, **params}
    answer = one.get(f"{API}/incremental/{stream}/cursor.json", first).json()
    while True:
        pages.append(answer[stream])
        if answer["end_of_stream"]:
            return pages, answer
        answer = one.get(answer["after_url"]).json()


TICKETS = [ticket(number, EPOCH - 10_000 + (number // 2) * 10) for number in (5, 3, 1, 2, 4, 8, 7, 6, 9, 10)]


@pytest.fixture
def desk(tmp_path):
    return write(tmp_path, "zendesk", {"tickets": TICKETS})


def test_a_cursor_export_gives_each_ticket_once_in_order_of_its_stamp(desk):
    pages, last = export(client(desk, "zendesk", AGENT))
    assert [[one["id"] for one in page] for page in pages] == [[1, 2, 3], [4, 5, 6], [7, 8, 9], [10]]
    assert base64.b64decode(last["after_cursor"]).decode() == f"{EPOCH - 9_950}.0||10|"


def test_the_cursor_goes_on_from_the_end_when_a_ticket_moves(desk):
    moved = {"id": 3, "_patch": True, "_from": iso(EPOCH + 100), "generated_timestamp": EPOCH + 100}
    write(desk, "zendesk", {"tickets": [*TICKETS, {**moved, "status": "hold"}]})
    _, last = export(client(desk, "zendesk", AGENT))
    later = client(desk, "zendesk", AGENT, now=NOW + timedelta(seconds=200))
    answer = later.get(last["after_url"]).json()
    assert [(one["id"], one["status"]) for one in answer["tickets"]] == [(3, "hold")]
    again = later.get(answer["after_url"]).json()
    assert (again["tickets"], again["end_of_stream"]) == ([], True)
    assert again["after_cursor"] == answer["after_cursor"]


def test_metric_sets_come_only_if_asked_for(desk):
    pages, last = export(client(desk, "zendesk", AGENT), size=100)
    assert pages[0][0] == plain(TICKETS[2])
    pages, last = export(client(desk, "zendesk", AGENT), size=4, include="metric_sets")
    assert sorted((one for page in pages for one in page), key=lambda one: one["id"]) == sorted(
        TICKETS, key=lambda one: one["id"]
    )
    assert "include=metric_sets" in last["after_url"]


def test_the_last_minute_is_withheld_by_the_sandboxs_clock(tmp_path):
    desk = write(tmp_path, "zendesk", {"tickets": [ticket(1, EPOCH - 60), ticket(2, EPOCH - 59)]})
    assert export(client(desk, "zendesk", AGENT))[0] == [[plain(ticket(1, EPOCH - 60))]]
    later = client(desk, "zendesk", AGENT, now=NOW + timedelta(seconds=1))
    assert [one["id"] for one in export(later)[0][0]] == [1, 2]


def test_start_times_have_to_be_60_seconds_old(desk):
    one = client(desk, "zendesk", AGENT)
    refused = one.get(f"{API}/incremental/tickets/cursor.json", {"start_time": EPOCH - 59})
    assert (refused.status, refused.json()["error"]) == (400, "StartTimeTooRecent")
    refused = one.get(f"{API}/incremental/tickets.json", {"start_time": EPOCH - 59})
    assert (refused.status, refused.json()["error"]) == (422, "InvalidValue")
    assert one.get(f"{API}/incremental/tickets/cursor.json", {"start_time": EPOCH - 60}).status == 200
    assert one.get(f"{API}/incremental/tickets/cursor.json").status == 400
    assert one.get(f"{API}/incremental/tickets/cursor.json", {"cursor": "???"}).status == 400


def test_deleted_tickets_stay_in_the_export_unless_left_out(tmp_path):
    gone = {"id": 1, "_delete": True, "_from": iso(EPOCH - 300)}
    desk = write(tmp_path, "zendesk", {"tickets": [ticket(1, EPOCH - 900), ticket(2, EPOCH - 800), gone]})
    one = client(desk, "zendesk", AGENT)
    pages, _ = export(one)
    assert [(each["id"], each["status"], each["generated_timestamp"]) for each in pages[0]] == [
        (2, "open", EPOCH - 800),
        (1, "deleted", EPOCH - 300),
    ]
    assert [each["id"] for each in export(one, exclude_deleted="true")[0][0]] == [2]
    assert [each["id"] for each in one.get(f"{API}/tickets.json").json()["tickets"]] == [2]
    assert one.get(f"{API}/tickets/1.json").status == 404
    assert one.get(f"{API}/tickets/1/audits.json").status == 404


def events(*stamps: int) -> list[dict[str, object]]:
    return [
        {"id": number, "ticket_id": 1, "timestamp": stamp, "child_events": []}
        for number, stamp in enumerate(stamps, 1)
    ]


def time_export(one: Client, size: int) -> list[list[int]]:
    """A whole time export by `next_page`, as pages of ids."""
    pages, url, seen = [], f"{API}/incremental/ticket_events.json?start_time=0&per_page={size}", set()
    while True:
        assert url not in seen, "next_page repeats"
        seen.add(url)
        answer = one.get(url).json()
        assert answer["count"] == len(answer["ticket_events"])
        pages.append([each["id"] for each in answer["ticket_events"]])
        if answer["end_of_stream"]:
            return pages
        url = answer["next_page"]


@pytest.mark.parametrize(
    ("stamps", "pages"),
    [
        ((10, 20, 30, 40, 50), [[1, 2], [2, 3], [3, 4], [4, 5]]),
        ((10, 20, 20, 20, 30), [[1, 2, 3, 4], [2, 3, 4, 5]]),
        ((10, 10, 10, 10, 10, 20, 30), [[1, 2, 3, 4, 5], [1, 2, 3, 4, 5, 6, 7]]),
        ((), [[]]),
    ],
)
def test_a_time_export_repeats_the_last_second_and_never_stalls(tmp_path, stamps, pages):
    desk = write(tmp_path, "zendesk", {"ticket_events": events(*stamps)})
    assert time_export(client(desk, "zendesk", AGENT), 2) == pages


def test_next_page_starts_at_the_end_time_inclusive_under_the_requests_own_host(tmp_path):
    desk = write(tmp_path, "zendesk", {"ticket_events": events(10, 20, 30)})
    one = client(desk, "zendesk", {**AGENT, "Host": "127.0.0.1:4711"})
    answer = one.get("/it.zendesk.com/api/v2/incremental/ticket_events?start_time=0&per_page=2").json()
    expected = (
        "http://127.0.0.1:4711/it.zendesk.com/api/v2/incremental/ticket_events.json?per_page=2&start_time=20"
    )
    assert (answer["next_page"], answer["end_time"]) == (expected, 20)


def test_comment_events_come_only_if_asked_for(tmp_path):
    event = {
        "id": 1,
        "ticket_id": 1,
        "timestamp": 10,
        "child_events": [{"id": 2, "event_type": "Comment", "body": "hi"}, {"id": 3, "event_type": "Change"}],
    }
    desk = write(tmp_path, "zendesk", {"ticket_events": [event]})
    one = client(desk, "zendesk", AGENT)
    path = f"{API}/incremental/ticket_events.json?start_time=0"
    assert [each["id"] for each in one.get(path).json()["ticket_events"][0]["child_events"]] == [3]
    assert one.get(f"{path}&include=comment_events").json()["ticket_events"] == [event]


def test_metric_events_page_by_cursor_once_a_page_size_is_sent(tmp_path):
    records = [{"id": number, "ticket_id": 1, "time": iso(number)} for number in range(1, 251)]
    desk = write(tmp_path, "zendesk", {"ticket_metric_events": records})
    one = client(desk, "zendesk", AGENT)
    found, url = [], f"{API}/incremental/ticket_metric_events?page[size]=100&start_time=51"
    while url:
        answer = one.get(url).json()
        found += answer["ticket_metric_events"]
        url = answer["links"]["next"]
    assert found == records[50:]


GROUPS = [{"id": number, "name": f"Group {number}", "updated_at": None} for number in range(1, 251)]


def cursor_walk(one: Client, path: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    url: str | None = f"{API}/{path}"
    while url:
        answer = one.get(url).json()
        found += answer[path.partition("?")[0].removesuffix(".json")]
        url = answer["links"]["next"]
    return found


def test_lists_page_by_cursor_with_absolute_links(tmp_path):
    one = client(write(tmp_path, "zendesk", {"groups": GROUPS}), "zendesk", AGENT)
    assert cursor_walk(one, "groups.json?page[size]=100") == GROUPS
    answer = one.get(f"{API}/groups.json?page[size]=100").json()
    assert answer["meta"]["has_more"] is True
    assert answer["links"]["next"].startswith(
        "http://forum.example/it/api/v2/groups.json?page%5Bsize%5D=100&"
    )
    assert len(one.get(f"{API}/groups?page[size]=999").json()["groups"]) == 100
    assert one.get(f"{API}/groups?page[size]=0").status == 400
    assert one.get(f"{API}/groups?page[size]=2&page[after]=x").status == 400


def test_has_more_can_be_left_out_unless_boundary_indicators_are_asked_for(tmp_path):
    desk = write(tmp_path, "zendesk", {"groups": GROUPS})
    one = client(desk, "zendesk", AGENT, options={"boundary_indicators": "asked"})
    assert "has_more" not in one.get(f"{API}/groups?page[size]=10").json()["meta"]
    asked = one.get(f"{API}/groups?page[size]=10&include_boundary_indicators=true").json()
    assert asked["meta"]["has_more"] is True
    assert cursor_walk(one, "groups?page[size]=100") == GROUPS


def test_offset_paging_is_refused_beyond_10000_records(tmp_path):
    one = client(write(tmp_path, "zendesk", {"groups": GROUPS}), "zendesk", AGENT)
    first = one.get(f"{API}/groups.json?per_page=100").json()
    assert (first["count"], len(first["groups"]), first["previous_page"]) == (250, 100, None)
    last = one.get(one.get(first["next_page"]).json()["next_page"]).json()
    assert (last["groups"], last["next_page"]) == (GROUPS[200:], None)
    refused = one.get(f"{API}/groups.json?per_page=100&page=101")
    assert (refused.status, refused.json()["errors"][0]["code"]) == (400, "InvalidPaginationDepth")
    assert one.get(f"{API}/groups.json?per_page=100&page=100").status == 200


def test_lists_sort_and_filter(tmp_path):
    users = [
        {"id": 1, "role": "admin", "created_at": iso(30)},
        {"id": 2, "role": "end-user", "created_at": iso(20)},
        {"id": 3, "role": "agent", "created_at": iso(10)},
    ]
    ratings = [
        {"id": 1, "score": "good", "created_at": iso(10)},
        {"id": 2, "score": "bad", "created_at": iso(20)},
    ]
    desk = write(tmp_path, "zendesk", {"users": users, "satisfaction_ratings": ratings})
    one = client(desk, "zendesk", AGENT)
    assert [each["id"] for each in one.get(f"{API}/users?sort=-created_at").json()["users"]] == [1, 2, 3]
    assert [each["id"] for each in one.get(f"{API}/users?role[]=agent&role[]=admin").json()["users"]] == [
        1,
        3,
    ]
    path = f"{API}/satisfaction_ratings.json"
    assert one.get(f"{path}?start_time=15").json()["satisfaction_ratings"] == ratings[1:]
    assert one.get(f"{path}?score=good&page[size]=5").json()["satisfaction_ratings"] == ratings[:1]


def test_deleted_users_are_missing_from_the_list_and_its_count_but_not_from_the_export(tmp_path):
    users = [
        {"id": 1, "active": True, "updated_at": iso(20)},
        {"id": 2, "active": False, "updated_at": iso(10)},
        {"id": 3, "updated_at": iso(30)},
    ]
    one = client(write(tmp_path, "zendesk", {"users": users}), "zendesk", AGENT)
    assert [each["id"] for each in one.get(f"{API}/users").json()["users"]] == [1, 3]
    assert one.get(f"{API}/users/count").json()["count"]["value"] == 2
    assert one.get(f"{API}/users/2").json()["user"]["active"] is False
    exported = one.get(f"{API}/incremental/users/cursor?start_time=0").json()["users"]
    assert sorted(each["id"] for each in exported) == [1, 2, 3]


def test_archived_tickets_are_missing_from_lists_but_not_from_the_export(tmp_path):
    long_ago = EPOCH - 200 * 86_400
    tickets = [
        ticket(1, long_ago, status="closed"),
        ticket(2, long_ago, status="solved"),
        ticket(3, EPOCH - 900, status="closed"),
    ]
    one = client(write(tmp_path, "zendesk", {"tickets": tickets}), "zendesk", AGENT)
    assert [each["id"] for each in one.get(f"{API}/tickets").json()["tickets"]] == [2, 3]
    assert [each["ticket_id"] for each in one.get(f"{API}/ticket_metrics").json()["ticket_metrics"]] == [3, 2]
    assert [each["id"] for each in export(one)[0][0]] == [1, 2, 3]


def test_deleted_tickets_are_listed_for_30_days(tmp_path):
    deleted = [
        {"id": 1, "deleted_at": iso(EPOCH - 31 * 86_400), "previous_state": "open"},
        {"id": 2, "deleted_at": iso(EPOCH - 29 * 86_400), "previous_state": "open"},
    ]
    one = client(write(tmp_path, "zendesk", {"deleted_tickets": deleted}), "zendesk", AGENT)
    assert one.get(f"{API}/deleted_tickets.json").json() == {
        "deleted_tickets": deleted[1:],
        "count": 1,
        "next_page": None,
        "previous_page": None,
    }


def test_a_tickets_audits_are_made_from_its_events(tmp_path):
    event = {
        "id": 9,
        "ticket_id": 1,
        "timestamp": 10,
        "created_at": iso(10),
        "updater_id": 4,
        "via": "Web form",
        "system": {"client": "x"},
        "metadata": {},
        "child_events": [
            {"id": 91, "event_type": "Change", "status": "open", "previous_value": "new", "via": None},
            {"id": 92, "event_type": "Comment", "body": "hi", "public": True},
        ],
    }
    desk = write(tmp_path, "zendesk", {"tickets": [ticket(1, 100)], "ticket_events": [event]})
    one = client(desk, "zendesk", AGENT)
    answer = one.get(f"{API}/tickets/1/audits.json?page[size]=100").json()
    assert answer["meta"]["has_more"] is False
    assert answer["audits"] == [
        {
            "id": 9,
            "ticket_id": 1,
            "created_at": iso(10),
            "author_id": 4,
            "via": {"channel": "web_form"},
            "metadata": {"system": {"client": "x"}, "custom": {}},
            "events": [
                {
                    "id": 91,
                    "type": "Change",
                    "field_name": "status",
                    "value": "open",
                    "previous_value": "new",
                },
                {"id": 92, "type": "Comment", "body": "hi", "public": True},
            ],
        }
    ]
    assert one.get(f"{API}/tickets/1/comments").json()["comments"][0]["body"] == "hi"
    assert one.get(f"{API}/tickets/2/audits").status == 404


def test_related_records_are_side_loaded(tmp_path):
    desk = write(
        tmp_path,
        "zendesk",
        {"tickets": [ticket(1, 100)], "users": [{"id": 1, "name": "Ada"}, {"id": 2, "name": "Bob"}]},
    )
    answer = (
        client(desk, "zendesk", AGENT)
        .get(f"{API}/incremental/tickets/cursor?start_time=0&include=users")
        .json()
    )
    assert answer["users"] == [{"id": 1, "name": "Ada"}]


def test_basic_and_bearer_let_in_and_nothing_else(desk):
    one = client(desk, "zendesk")
    path = f"{API}/account/settings.json"
    assert one.get(path).json() == {"error": "Couldn't authenticate you"}
    assert one.get(path, authorization="Bearer wrong").json()["error"] == "invalid_token"
    assert one.get(path, authorization="Basic d3Jvbmc6d3Jvbmc=").status == 401
    assert one.get(path, authorization="Basic ???").status == 401
    assert one.get(path, authorization="Bearer sandbox-token").status == 200
    assert one.get(path, authorization=AGENT["Authorization"]).status == 200


def test_unknown_paths_and_records_have_the_vendors_error_forms(desk):
    one = client(desk, "zendesk", AGENT)
    assert one.get(f"{API}/riddles.json").json() == {"error": "InvalidEndpoint", "description": "Not found"}
    assert one.get(f"{API}/tickets/999.json").json() == {
        "error": "RecordNotFound",
        "description": "Not found",
    }
    assert one.get(f"{API}/tickets/7.json").json() == {"ticket": plain(ticket(7, EPOCH - 9_970))}


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("brands", "brands"),
        ("macros", "macros"),
        ("tags", "tags"),
        ("slas/policies", "sla_policies"),
        ("channels/voice/phone_numbers", "phone_numbers"),
        ("search", "results"),
    ],
)
def test_streams_without_data_are_empty_lists(desk, path, name):
    answer = client(desk, "zendesk", AGENT).get(f"{API}/{path}.json").json()
    assert (answer[name], answer["count"], answer["next_page"]) == ([], 0, None)


def test_exports_are_limited_to_10_a_minute_and_say_so(desk):
    one = client(desk, "zendesk", AGENT, limited=True)
    answers = [one.get(f"{API}/incremental/tickets/cursor.json?start_time=0") for _ in range(11)]
    assert [answer.status for answer in answers] == [200] * 10 + [429]
    assert answers[0].headers["x-rate-limit"] == "700"
    assert answers[0].headers["zendesk-ratelimit-incremental-exports"] == "total=10; remaining=9; resets=60"
    assert 1 <= int(answers[-1].headers["retry-after"]) <= 60
    assert answers[-1].json()["error"] == "APIRateLimitExceeded"
    assert one.get(f"{API}/groups.json").status == 200
