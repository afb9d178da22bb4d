"""A support desk: 45 tickets with four events each."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from extractors.source import Record

Keys = set[tuple[Any, ...]]
_FIRST = datetime(2026, 2, 1, tzinfo=UTC)


def _at(hours: float) -> str:
    return (_FIRST + timedelta(hours=hours)).strftime("%Y-%m-%dT%H:%M:%SZ")


def _epoch(hours: float) -> int:
    return int((_FIRST + timedelta(hours=hours)).timestamp())


def _record(number: int, **fields: Any) -> Record:
    return {"id": number, "created_at": _at(number), "updated_at": _at(number + 5), **fields}


def _ticket(number: int) -> Record:
    return _record(
        number,
        status="deleted" if number == 7 else "solved",
        subject=f"Help {number}",
        description="It broke",
        requester_id=100 + number % 30,
        group_id=1,
        via={"channel": "web"},
        tags=[],
        custom_fields=[],
        fields=[],
        metric_set=_record(9000 + number, ticket_id=number, reopens=0),
        generated_timestamp=_epoch(number + 5),
    )


def _event(number: int) -> Record:
    hours = number / 4
    return {
        "id": number,
        "ticket_id": 1 + number % 45,
        "timestamp": _epoch(hours),
        "created_at": _at(hours),
        "updater_id": 100,
        "event_type": "Audit",
        "via": "Web form",
        "system": {"ip_address": "203.0.113.9"},
        "child_events": [
            {"id": number * 10, "event_type": "Change", "status": "open", "previous_value": "new"}
        ],
    }


def records() -> dict[str, list[Record]]:
    """Wire records by stream."""
    return {
        "tickets": [_ticket(n) for n in range(1, 46)],
        "users": [
            _record(n, name=f"Person {n}", email=f"person{n}@example.org", role="end-user", active=True)
            for n in range(100, 145)
        ],
        "organizations": [_record(n, name=f"Customer {n}") for n in range(300, 325)],
        "ticket_events": [_event(n) for n in range(1, 181)],
        "ticket_metric_events": [
            {
                "id": n,
                "ticket_id": 1 + n % 45,
                "metric": "reply_time",
                "instance_id": 0,
                "type": "measure",
                "time": _at(n),
            }
            for n in range(1, 91)
        ],
        "groups": [_record(n, name=f"Group {n}", deleted=False) for n in range(1, 24)],
        "brands": [_record(n, name=f"Brand {n}", active=True) for n in range(400, 421)],
        "ticket_fields": [_record(n, type="text", title=f"Field {n}", active=True) for n in range(500, 523)],
        "satisfaction_ratings": [
            _record(n, score="good", ticket_id=n - 599, requester_id=100) for n in range(600, 625)
        ],
        "deleted_tickets": [
            {
                "id": 7,
                "subject": "SCRUBBED",
                "actor": {"id": 100, "name": "Agent"},
                "deleted_at": _at(1300),
                "previous_state": "open",
            }
        ],
    }


def expected() -> dict[str, Keys]:
    """Keys by stream: every record of its list."""
    counted = ("tickets", "users", "organizations", "satisfaction_ratings")
    keys: dict[str, Keys] = {
        stream: {(record["id"],) for record in content} for stream, content in records().items()
    }
    return keys | {"counts": {(stream,) for stream in counted}}
