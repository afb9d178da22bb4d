"""Zendesk Support: tickets and the people around them, by the incremental exports where there is one.

Documentation: https://developer.zendesk.com/api-reference/ticketing/introduction/

Credentials, in the source's connection: login (an administrator's e-mail address) and password (an API
token); or no login and an OAuth access token as password. Exports are for administrators only.

- Tickets come with their metric sets, from the export alone: lists and per-ticket answers leave out
  archived tickets (closed about 120 days ago), and a deleted one answers 404. No ticket is asked for
  singly.
- Comments and changes come as ticket events, not as one request a ticket; comment texts are dropped, their
  links to the community's own sites stay.
- Deleted tickets show twice: as `status: deleted` in the export, and with the moment in `deleted_tickets`
  (the last 30 days). What is deleted for good just vanishes: the weekly comparison finds it.
- Exports share a limit of 10 requests a minute, whatever the plan allows otherwise.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Mapping
from typing import Any

from extractors.config import SourceConfig
from extractors.http import Api
from extractors.source import People, Private, Record, Source, Stream

from .reading import (
    BUDGET,
    cursor_export,
    cursor_history,
    ratings,
    ratings_history,
    time_export,
    time_history,
    whole_list,
)
from .reconciling import counts, still_there
from .scrubbing import scrub_organization, scrub_ticket, scrub_ticket_event, scrub_user

# Nine tenths of the smallest plan's limits a minute; the vendor's headers say when a plan allows less.
_PACE = 180
_EXPORT_PACE = 9
_DELETED_PACE = 9
_DELETED_BUDGET = "deleted tickets"

# Where a stream is read, and what its records are called there.
_TICKETS = ("/api/v2/incremental/tickets/cursor.json", "tickets")
_USERS = ("/api/v2/incremental/users/cursor.json", "users")
_ORGANIZATIONS = ("/api/v2/incremental/organizations.json", "organizations")
_TICKET_EVENTS = ("/api/v2/incremental/ticket_events.json", "ticket_events")
_METRIC_EVENTS = ("/api/v2/incremental/ticket_metric_events.json", "ticket_metric_events")
_RATINGS = ("/api/v2/satisfaction_ratings.json", "satisfaction_ratings")

_BASIC_DATE = re.compile(r"(\d{4})(\d\d)(\d\d)T")


def connect(config: SourceConfig) -> Api:
    """The client of an account, with an API token or an OAuth token."""
    connection = config.require_connection()
    headers = {}
    if connection.password and connection.login:
        name = connection.login if connection.login.endswith("/token") else f"{connection.login}/token"
        pair = base64.b64encode(f"{name}:{connection.password}".encode()).decode()
        headers["Authorization"] = f"Basic {pair}"
    elif connection.password:
        headers["Authorization"] = f"Bearer {connection.password}"
    budgets = {BUDGET: _EXPORT_PACE, _DELETED_BUDGET: _DELETED_PACE}
    return Api(config, headers=headers, requests_per_minute=_PACE, budgets=budgets)


def scrub_deleted_ticket(record: Record, settings: Mapping[str, Any]) -> Record:
    """Give dates their dashes: the vendor's own example writes `20140704T15:37:04Z`."""
    record["deleted_at"] = _BASIC_DATE.sub(r"\1-\2-\3T", record.get("deleted_at") or "") or None
    return record


def _time_of_change(record: Record) -> tuple[object, object]:
    return record["id"], record.get("updated_at")


def _id(record: Record) -> object:
    return record["id"]


_PEOPLE = People(
    id_fields=frozenset(
        {
            *("requester_id", "submitter_id", "assignee_id", "author_id", "updater_id", "user_id"),
            *("collaborator_ids", "follower_ids", "email_cc_ids", "creator_user_id"),
        }
    ),
    accounts={"users": "id"},
    object_fields=frozenset({"actor"}),
    name_fields=frozenset({"name", "alias"}),
    key_fields=frozenset({"email", "external_id"}),
    profile=frozenset({"user_fields", "tags", "time_zone", "iana_time_zone", "photo"}),
    changed_fields=frozenset({"value", "previous_value"}),
)

SOURCE = Source(
    vendor="zendesk",
    documentation="https://developer.zendesk.com/api-reference/ticketing/introduction/",
    connect=connect,
    people=_PEOPLE,
    streams=(
        # Counted before the rest is read, so that what comes meanwhile is not missed.
        Stream(
            "counts",
            ("stream",),
            counts(("tickets", "users", "organizations", "satisfaction_ratings")),
            snapshot=True,
        ),
        Stream(
            "tickets",
            ("id",),
            cursor_export(*_TICKETS, include="metric_sets"),
            backfill=cursor_history(*_TICKETS, include="metric_sets"),
            ordered=True,
            reconcile=still_there("tickets"),
            private={
                "subject": Private.TEXT,
                "raw_subject": Private.TEXT,
                "description": Private.TEXT,
                "comment": Private.DROP,
                "voice_comment": Private.DROP,
                "satisfaction_rating.comment": Private.TEXT,
                "recipient": Private.HASH,
                "assignee_email": Private.HASH,
                "requester": Private.DROP,
                "collaborators": Private.DROP,
                "followers": Private.DROP,
                "email_ccs": Private.DROP,
                "metadata": Private.DROP,
            },
            scrub=scrub_ticket,
        ),
        Stream(
            "users",
            ("id",),
            cursor_export(*_USERS),
            backfill=cursor_history(*_USERS),
            ordered=True,
            reconcile=still_there("users"),
            private={
                "email": Private.HASH,
                "phone": Private.DROP,
                "photo": Private.DROP,
                "remote_photo_url": Private.DROP,
                "notes": Private.DROP,
                "details": Private.DROP,
                "signature": Private.DROP,
                "identities": Private.DROP,
            },
            scrub=scrub_user,
        ),
        Stream(
            "organizations",
            ("id",),
            time_export(*_ORGANIZATIONS, _time_of_change),
            backfill=time_history(*_ORGANIZATIONS, _time_of_change),
            ordered=True,
            reconcile=still_there("organizations"),
            private={"domain_names": Private.DROP, "notes": Private.DROP, "details": Private.DROP},
            scrub=scrub_organization,
        ),
        Stream(
            "ticket_events",
            ("id",),
            time_export(*_TICKET_EVENTS, _id, include="comment_events"),
            backfill=time_history(*_TICKET_EVENTS, _id, include="comment_events"),
            ordered=True,
            private={
                "system": Private.DROP,
                "metadata": Private.DROP,
                "child_events.body": Private.TEXT,
                "child_events.html_body": Private.TEXT,
                "child_events.plain_body": Private.TEXT,
            },
            scrub=scrub_ticket_event,
        ),
        Stream(
            "ticket_metric_events",
            ("id",),
            time_export(*_METRIC_EVENTS, _id),
            backfill=time_history(*_METRIC_EVENTS, _id),
            ordered=True,
        ),
        Stream("groups", ("id",), whole_list("/api/v2/groups.json", "groups"), snapshot=True),
        Stream("brands", ("id",), whole_list("/api/v2/brands.json", "brands"), snapshot=True),
        Stream(
            "ticket_fields", ("id",), whole_list("/api/v2/ticket_fields.json", "ticket_fields"), snapshot=True
        ),
        Stream(
            "satisfaction_ratings",
            ("id",),
            ratings(*_RATINGS),
            backfill=ratings_history(*_RATINGS),
            private={"comment": Private.TEXT},
        ),
        Stream(
            "deleted_tickets",
            ("id",),
            whole_list("/api/v2/deleted_tickets.json", "deleted_tickets", budget=_DELETED_BUDGET),
            private={"subject": Private.DROP, "description": Private.DROP},
            scrub=scrub_deleted_ticket,
        ),
    ),
)
