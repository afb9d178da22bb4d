"""A ticket's life, folded into its record, its audits and its metrics."""

from __future__ import annotations

import html
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from sandbox.simulation import desk as d
from sandbox.simulation.chance import stamp_s
from sandbox.simulation.desk import Event, Ticket
from sandbox.simulation.desk_ids import API, BRANDS, FORMS, GROUP_BASE
from sandbox.simulation.metric_set import MetricSet
from sandbox.simulation.ticket_fields import (
    DUE,
    EXPECTATION,
    MINUTES,
    NODES,
    OUTCOME,
    PRODUCT,
    REPEATABLE,
    TOPIC_URL,
    VERSION,
)
from sandbox.simulation.writer import Change, Record

if TYPE_CHECKING:
    from sandbox.simulation.desk_records import DeskWriter


class TicketLife:
    """Folds a ticket's updates into its record, its audits and its metrics."""

    def __init__(self, desk: DeskWriter, row: int, ticket: Ticket, ratings: list[int]) -> None:
        self._desk = desk
        self._ticket = ticket
        self._number = desk.ticket_id(row)
        self._ratings = ratings
        self._report = ticket.kind == "bug_report"
        self.before_deletion = "new"
        self._state: dict[str, Any] = {}
        self._metrics = MetricSet(self._number, ticket.at)

    def record(self) -> Record:
        """The ticket as created."""
        ticket, desk = self._ticket, self._desk
        first = ticket.events[0]
        requester, submitter, organization = desk.people_of(ticket)
        self._state = {
            "status": "new",
            "priority": first.changes["priority"],
            "type": first.changes["type"],
            "group_id": first.changes["group_id"],
            "assignee_id": None,
            "tags": [*first.changes["tags"], desk.product(ticket)],
            "outcome": None,
        }
        self._metrics.apply(first, self._state, ticket.requester)
        when = stamp_s(ticket.at)
        custom = self._custom_fields()
        subject = desk.subject(ticket)
        source: dict[str, Any] = {"from": {}, "to": {}, "rel": None}
        if ticket.channel == "email":
            source = {
                "from": {"address": "sender@example.com", "name": "Sender"},
                "to": {"address": "help@harbor.example.com"},
                "rel": None,
            }
        return {
            "url": f"{API}/tickets/{self._number}.json",
            "id": self._number,
            "external_id": None,
            "via": {"channel": ticket.channel, "source": source},
            "created_at": when,
            "updated_at": when,
            "type": self._state["type"],
            "subject": subject,
            "raw_subject": subject,
            "description": desk.comment_text(ticket, first),
            "priority": self._state["priority"],
            "status": "new",
            "recipient": "help@harbor.example.com" if ticket.channel == "email" else None,
            "requester_id": requester,
            "submitter_id": submitter,
            "assignee_id": None,
            "organization_id": organization,
            "group_id": GROUP_BASE + self._state["group_id"],
            "collaborator_ids": [],
            "follower_ids": [],
            "email_cc_ids": [],
            "forum_topic_id": None,
            "problem_id": None,
            "has_incidents": False,
            "is_public": True,
            "due_at": None,
            "tags": self._state["tags"],
            "custom_fields": custom,
            "satisfaction_rating": {"score": "unoffered"},
            "sharing_agreement_ids": [],
            "custom_status_id": None,
            "fields": custom,
            "followup_ids": [],
            "ticket_form_id": FORMS[self._report],
            "brand_id": BRANDS[ticket.text % 23 == 0],
            "allow_channelback": False,
            "allow_attachments": True,
            "from_messaging_channel": ticket.channel == "native_messaging",
            "generated_timestamp": ticket.at // 1000,
            "metric_set": self._metrics.record(),
        }

    def _custom_fields(self) -> list[dict[str, Any]]:
        ticket, number = self._ticket, self._ticket.text
        outcome = self._state["outcome"]
        values: dict[int, Any] = {
            PRODUCT: self._desk.product(ticket),
            VERSION: f"{2 + number % 11}.{number % 7}",
            EXPECTATION: f"expect_{ticket.expectation}" if self._report else None,
            OUTCOME: f"outcome_{outcome}" if outcome else None,
            TOPIC_URL: self._desk.topic_url(ticket.topic) if ticket.topic >= 0 else None,
            MINUTES: number % 90 if self._state["status"] in ("solved", "closed") else None,
            REPEATABLE: number % 5 == 0,
            NODES: ["node_a", "node_b"][: number % 3] or None,
            DUE: f"20{24 + number % 3}-0{1 + number % 9}-11T00:00:00+00:00" if number % 8 == 0 else None,
        }
        return [{"id": key, "value": value} for key, value in values.items()]

    def changes(self) -> Iterator[Change]:
        """Every update as the export shows it; ratings and archiving too, in order of time."""
        ticket = self._ticket
        steps: list[tuple[int, int, Any]] = [(e.at, 0, e) for e in ticket.events[1:]]
        steps += [(at, 1, (n, score)) for n, (at, score) in zip(self._ratings, ticket.scores, strict=True)]
        closed = next((e.at for e in ticket.events if e.changes.get("status") == "closed"), None)
        if closed is not None and closed + d.ARCHIVE_AFTER < self._desk.horizon_ms:
            steps.append((closed + d.ARCHIVE_AFTER, 2, None))
        for at, kind, what in sorted(steps, key=lambda step: step[:2]):
            generated = {"generated_timestamp": at // 1000}
            if kind == 2:
                yield at, generated
            elif kind == 1:
                number, score = what
                rating = {"score": score, "id": number, "comment": self._desk.rating_comment(number)}
                yield at, {"satisfaction_rating": rating, "updated_at": stamp_s(at), **generated}
            else:
                yield at, {**self._updated(what), **generated}

    def _updated(self, event: Event) -> dict[str, Any]:
        state, changes = self._state, event.changes
        if changes.get("status") == "deleted":
            self.before_deletion = state["status"]
        for name in ("status", "priority", "group_id", "assignee_id", "outcome"):
            if name in changes:
                state[name] = changes[name]
        fields: dict[str, Any] = {"updated_at": stamp_s(event.at)}
        if "tags" in changes:
            state["tags"] = [*changes["tags"], self._desk.product(self._ticket)]
            fields["tags"] = state["tags"]
        if "status" in changes:
            fields["status"] = state["status"]
            fields["custom_fields"] = fields["fields"] = self._custom_fields()
            if state["status"] == "solved":
                fields["satisfaction_rating"] = {"score": "offered"}
        if "priority" in changes:
            fields["priority"] = state["priority"]
        if "group_id" in changes:
            fields["group_id"] = GROUP_BASE + state["group_id"]
        if "assignee_id" in changes:
            fields["assignee_id"] = self._desk.person_id(state["assignee_id"])
        self._metrics.apply(event, state, self._ticket.requester)
        fields["metric_set"] = self._metrics.record()
        return fields

    def metrics(self) -> list[tuple[int, str, int, str]]:
        """Metric events: (when, metric, instance, type)."""
        return self._metrics.events

    def audit(self, number: int, place: int, event: Event) -> Record:
        """One update as a ticket event with its children."""
        children: list[dict[str, Any]] = []
        before = self._before(place)
        kind = "Create" if place == 0 else "Change"
        first = {"requester_id": str(self._desk.people_of(self._ticket)[0])} if place == 0 else {}
        for name, value in {**first, **self._shown(event.changes)}.items():
            child: dict[str, Any] = {
                "id": number + len(children) + 1,
                "via": event.via,
                "via_reference_id": None,
                "event_type": kind,
                name: value,
            }
            if kind == "Change":
                child["previous_value"] = before.get(name)
            children.append(child)
        if event.comment is not None:
            children.append(self._comment(number + len(children) + 1, event))
        automatic = event.by < 0
        merged = {"merged_ticket_ids": [self._desk.ticket_id(event.merged)]} if event.merged >= 0 else {}
        return {
            "id": number,
            "ticket_id": self._number,
            "timestamp": event.at // 1000,
            "created_at": stamp_s(event.at),
            "updater_id": self._desk.person_id(event.by),
            "event_type": "Audit",
            "via": {
                "web": "Web form",
                "email": "Mail",
                "rule": "Rule",
                "merge": "Ticket merge",
                "api": "Web service",
            }.get(event.via, "Messaging"),
            "via_reference_id": 360_111 if automatic else None,
            "system": {}
            if automatic
            else {
                "client": "Mozilla/5.0 sandbox",
                "ip_address": f"192.0.2.{number % 250 + 1}",
                "location": None,
            },
            "metadata": {},
            **merged,
            "child_events": children,
        }

    def _before(self, place: int) -> dict[str, Any]:
        merged: dict[str, Any] = {}
        for event in self._ticket.events[:place]:
            merged.update(self._shown(event.changes))
        return merged

    def _shown(self, changes: dict[str, Any]) -> dict[str, Any]:
        """Changes as audits show them: ids as text, the outcome as a custom field."""
        shown: dict[str, Any] = {}
        for name, value in changes.items():
            if name == "group_id":
                shown[name] = str(GROUP_BASE + value)
            elif name == "assignee_id":
                shown[name] = str(self._desk.person_id(value))
            elif name == "outcome":
                shown["custom_ticket_fields"] = {str(OUTCOME): f"outcome_{value}"}
            elif value not in (None, []):
                shown[name] = value
        return shown

    def _comment(self, number: int, event: Event) -> dict[str, Any]:
        assert event.comment is not None
        text = self._desk.comment_text(self._ticket, event)
        author = event.by if event.by >= 0 else self._ticket.requester
        return {
            "id": number,
            "via": event.via,
            "via_reference_id": None,
            "type": "Comment",
            "event_type": "Comment",
            "author_id": self._desk.person_id(author),
            "body": text,
            "html_body": f'<div class="zd-comment"><p dir="auto">{html.escape(text, quote=False)}</p></div>',
            "plain_body": text,
            "public": event.comment.public,
            "attachments": [],
            "audit_id": None,
            "created_at": stamp_s(event.at),
        }
