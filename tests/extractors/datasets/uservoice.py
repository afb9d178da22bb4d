"""A feedback board: 45 suggestions, 65 votes, 41 comments."""

from __future__ import annotations

from typing import Any

from extractors.source import Record

Keys = set[tuple[Any, ...]]


def _record(number: int, **fields: Any) -> Record:
    day = 1 + number % 28
    times = {
        "created_at": f"2026-01-{day:02}T08:00:00Z",
        "updated_at": f"2026-02-{day:02}T09:{number % 60:02}:00Z",
    }
    return {"id": number, **times, **fields}


def records() -> dict[str, list[Record]]:
    """Wire records by stream."""
    return {
        "forums": [_record(1, name="Ideas", links={})],
        "statuses": [
            _record(n, name=name, is_open=n < 3, links={})
            for n, name in enumerate(["new", "open", "done"], 1)
        ],
        "categories": [_record(n, name=f"Area {n}", links={"forum": 1}) for n in range(1, 24)],
        "labels": [_record(n, name=f"Label {n}", links={}) for n in range(1, 22)],
        "users": [
            _record(n, name=f"Person {n}", email_address=f"person{n}@example.org", links={})
            for n in range(1, 34)
        ],
        "suggestions": [
            _record(
                n,
                title=f"Idea {n}",
                body="Please",
                state="published",
                votes_count=n % 4,
                supporters_count=n % 4,
                links={"forum": 1, "category": 1, "status": 1, "created_by": 1 + n % 30, "labels": []},
            )
            for n in range(1, 46)
        ],
        "supporters": [
            _record(n, channel="web", links={"suggestion": 1 + n % 45, "user": 1 + n % 30})
            for n in range(1, 66)
        ],
        "comments": [
            _record(n, body="Yes", links={"suggestion": 1 + n % 45, "created_by": 1 + n % 30})
            for n in range(1, 42)
        ],
        "status_updates": [
            _record(n, body="Soon", links={"suggestion": n, "user": 1, "old_status": 1, "new_status": 2})
            for n in range(1, 25)
        ],
        "nps_ratings": [_record(n, rating=n % 11, links={"user": 1 + n % 30}) for n in range(1, 27)],
        "external_accounts": [
            _record(n, name=f"Firm {n}", external_id=f"crm-{n}", plan="business", mrr_cents=100 * n, links={})
            for n in range(1, 24)
        ],
        "external_users": [
            _record(
                n,
                external_id=f"app-{n}",
                name=f"Person {n}",
                email=f"person{n}@example.org",
                ip="203.0.113.9",
                type="User",
                links={"user": n, "external_account": 1 + n % 23},
            )
            for n in range(1, 26)
        ],
    }


def expected() -> dict[str, Keys]:
    """Keys by stream: every record of its list."""
    keys: dict[str, Keys] = {
        stream: {(record["id"],) for record in content} for stream, content in records().items()
    }
    return keys | {"counts": {(stream,) for stream in keys}}
