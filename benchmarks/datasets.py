"""Large datasets of one shape, made in seconds: what a benchmark needs of a community is its size.

Same arguments, same bytes. The simulation (`python -m sandbox simulate`) makes the communities whose
content matters.
"""

from __future__ import annotations

import gzip
import random
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import orjson

Record = dict[str, Any]

SPAN = timedelta(days=2 * 365)
"""From the oldest record to the newest."""
_DESK = "https://example.zendesk.com/api/v2"
_WORDS = (
    "after", "again", "backup", "before", "cluster", "config", "console", "copy", "export", "fails", "file",
    "import", "index", "limit", "login", "memory", "migrate", "missing", "node", "old", "panel", "query",
    "quota", "replica", "report", "restore", "slow", "snapshot", "sync", "token", "update", "upgrade", "user",
    "version", "volume", "warning", "where", "with",
)  # fmt: skip


def write_desk(directory: Path, tickets: int, users: int, until: datetime) -> Path:
    """A Zendesk account: tickets of about 1.7 kB each, metric set included, and users; gives `directory`."""
    folder, chance = directory / "zendesk", random.Random(1)
    _write(folder / "tickets.jsonl.gz", _tickets(tickets, until, chance))
    _write(folder / "users.jsonl.gz", _desk_users(users, until, chance))
    return directory


def write_board(directory: Path, suggestions: int, until: datetime) -> Path:
    """A UserVoice board: suggestions with ten votes and two comments each, and their people."""
    folder, chance = directory / "uservoice", random.Random(1)
    users = max(suggestions // 2, 10)
    ids = range(1, suggestions + 1), range(1, users + 1)
    _write(folder / "forums.jsonl.gz", _named("forum", 3, until))
    _write(folder / "statuses.jsonl.gz", _named("status", 6, until))
    _write(folder / "categories.jsonl.gz", _named("category", 8, until))
    _write(folder / "users.jsonl.gz", _board_users(users, until, chance))
    _write(folder / "suggestions.jsonl.gz", _suggestions(*ids, until, chance))
    _write(folder / "supporters.jsonl.gz", _supporters(10 * suggestions, *ids, until, chance))
    _write(folder / "comments.jsonl.gz", _comments(2 * suggestions, *ids, until, chance))
    return directory


def _write(path: Path, records: Iterable[Record]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as raw, gzip.GzipFile("", "wb", 1, raw, mtime=0) as file:
        file.writelines(orjson.dumps(record) + b"\n" for record in records)


def _moments(count: int, until: datetime, chance: random.Random) -> Iterator[tuple[str, str, int]]:
    """Rising (created, updated, updated as epoch seconds), spread over SPAN before `until`."""
    start = until - SPAN
    step = (SPAN - timedelta(days=7)) / max(count, 1)
    for number in range(count):
        created = start + number * step
        updated = created + timedelta(seconds=chance.randrange(600, 6 * 86_400))
        yield _iso(created), _iso(updated), int(updated.timestamp())


def _iso(moment: datetime) -> str:
    return f"{moment:%Y-%m-%dT%H:%M:%SZ}"


def _text(chance: random.Random, words: int) -> str:
    return " ".join(chance.choices(_WORDS, k=words)).capitalize() + "."


def _tickets(count: int, until: datetime, chance: random.Random) -> Iterator[Record]:
    for number, (created, updated, stamp) in enumerate(_moments(count, until, chance), 1):
        status = chance.choice(("open", "pending", "solved", "closed", "closed", "closed"))
        solved = updated if status in ("solved", "closed") else None
        minutes = chance.randrange(5, 9_000)
        subject = _text(chance, 6)
        values = [
            {"id": 364_001, "value": f"product_{chance.choice(_WORDS)}"},
            {"id": 364_002, "value": f"{chance.randrange(1, 9)}.{chance.randrange(10)}"},
            {"id": 364_004, "value": chance.random() < 0.2},
        ]
        yield {
            "url": f"{_DESK}/tickets/{number}.json",
            "id": number,
            "external_id": None,
            "via": {"channel": "web", "source": {"from": {}, "to": {}, "rel": None}},
            "created_at": created,
            "updated_at": updated,
            "type": chance.choice(("question", "incident", "problem", None)),
            "subject": subject,
            "raw_subject": subject,
            "description": _text(chance, 16),
            "priority": chance.choice(("low", "normal", "high", "urgent", None)),
            "status": status,
            "recipient": None,
            "requester_id": 9_200_400_000 + chance.randrange(20_000),
            "submitter_id": 9_200_400_000 + chance.randrange(20_000),
            "assignee_id": 9_200_300_000 + chance.randrange(40),
            "organization_id": 370_000_000 + chance.randrange(900),
            "group_id": 360_004_000 + chance.randrange(5),
            "collaborator_ids": [],
            "follower_ids": [],
            "email_cc_ids": [],
            "forum_topic_id": None,
            "problem_id": None,
            "has_incidents": False,
            "is_public": True,
            "due_at": None,
            "tags": [f"product_{chance.choice(_WORDS)}", chance.choice(_WORDS)],
            "custom_fields": values,
            "satisfaction_rating": {"score": "unoffered"},
            "sharing_agreement_ids": [],
            "custom_status_id": None,
            "fields": values,
            "followup_ids": [],
            "ticket_form_id": 365_001,
            "brand_id": 366_001,
            "allow_channelback": False,
            "allow_attachments": True,
            "from_messaging_channel": False,
            "generated_timestamp": stamp,
            "metric_set": {
                "url": f"{_DESK}/ticket_metrics/{7_000_000 + number}.json",
                "id": 7_000_000 + number,
                "ticket_id": number,
                "created_at": created,
                "updated_at": updated,
                "group_stations": 1,
                "assignee_stations": 1,
                "reopens": 0,
                "replies": chance.randrange(6),
                "status_updated_at": updated,
                "solved_at": solved,
                "reply_time_in_minutes": {"calendar": minutes, "business": minutes // 3},
                "full_resolution_time_in_minutes": {"calendar": minutes * 2, "business": minutes},
            },
        }


def _named(kind: str, count: int, until: datetime) -> Iterator[Record]:
    for number in range(1, count + 1):
        yield {
            "id": number,
            "name": f"{kind} {number}",
            "created_at": _iso(until - SPAN),
            "updated_at": _iso(until - SPAN),
            "links": {},
        }


def _board_users(count: int, until: datetime, chance: random.Random) -> Iterator[Record]:
    for number, (created, updated, _) in enumerate(_moments(count, until, chance), 1):
        yield {
            "id": number,
            "guid": f"guid-{number}",
            "name": f"Member {number}",
            "email_address": f"member{number}@example.com",
            "created_at": created,
            "updated_at": updated,
            "state": "active",
            "is_admin": False,
            "is_owner": False,
            "email_confirmed": True,
            "supported_suggestions_count": chance.randrange(20),
            "links": {"teams": [], "external_users": []},
        }


def _suggestions(ids: range, users: range, until: datetime, chance: random.Random) -> Iterator[Record]:
    for number, (created, updated, _) in zip(ids, _moments(len(ids), until, chance), strict=True):
        votes = chance.randrange(200)
        yield {
            "id": number,
            "title": _text(chance, 7),
            "body": _text(chance, 60),
            "body_mime_type": "text/plain",
            "state": "published",
            "channel": "web_portal",
            "portal_url": f"https://example.uservoice.com/forums/1/suggestions/{number}",
            "admin_url": f"https://example.uservoice.com/admin/v3/suggestions/{number}",
            "created_at": created,
            "updated_at": updated,
            "approved_at": created,
            "closed_at": None,
            "votes_count": votes,
            "supporters_count": votes,
            "comments_count": 2,
            "notes_count": 0,
            "requests_count": 0,
            "inappropriate_flags_count": 0,
            "links": {
                "forum": chance.randrange(1, 4),
                "category": chance.randrange(1, 9),
                "status": chance.randrange(1, 7),
                "created_by": chance.choice(users),
                "labels": [],
            },
        }


def _supporters(
    count: int, suggestions: range, users: range, until: datetime, chance: random.Random
) -> Iterator[Record]:
    for number, (created, _, _) in enumerate(_moments(count, until, chance), 1):
        user = chance.choice(users)
        yield {
            "id": number,
            "channel": "web_portal",
            "how": "portal",
            "is_subscribed": True,
            "comments_count": 0,
            "requests_count": 0,
            "created_at": created,
            "updated_at": created,
            "links": {
                "suggestion": chance.choice(suggestions),
                "user": user,
                "created_by": user,
                "updated_by": user,
            },
        }


def _comments(
    count: int, suggestions: range, users: range, until: datetime, chance: random.Random
) -> Iterator[Record]:
    for number, (created, _, _) in enumerate(_moments(count, until, chance), 1):
        yield {
            "id": number,
            "body": _text(chance, 25),
            "body_mime_type": "text/plain",
            "state": "published",
            "is_admin_comment": False,
            "channel": "web_portal",
            "inappropriate_flags_count": 0,
            "created_at": created,
            "updated_at": created,
            "links": {
                "suggestion": chance.choice(suggestions),
                "created_by": chance.choice(users),
            },
        }


def _desk_users(count: int, until: datetime, chance: random.Random) -> Iterator[Record]:
    for number, (created, updated, _) in enumerate(_moments(count, until, chance), 9_200_400_000):
        yield {
            "id": number,
            "url": f"{_DESK}/users/{number}.json",
            "name": f"Member {number}",
            "email": f"member{number}@example.com",
            "created_at": created,
            "updated_at": updated,
            "time_zone": "UTC",
            "iana_time_zone": "Etc/UTC",
            "phone": None,
            "shared_phone_number": None,
            "photo": None,
            "locale_id": 1,
            "locale": "en-US",
            "organization_id": 370_000_000 + chance.randrange(900),
            "role": "end-user",
            "verified": True,
            "external_id": None,
            "tags": [chance.choice(_WORDS)],
            "alias": "",
            "active": True,
            "shared": False,
            "shared_agent": False,
            "last_login_at": updated,
            "two_factor_auth_enabled": None,
            "signature": None,
            "details": "",
            "notes": "",
            "role_type": None,
            "custom_role_id": None,
            "moderator": False,
            "ticket_restriction": "requested",
            "only_private_comments": False,
            "restricted_agent": True,
            "suspended": False,
            "default_group_id": None,
            "report_csv": False,
            "user_fields": {},
        }
