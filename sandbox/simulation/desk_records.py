"""The desk as Zendesk's exports show it, at every moment."""

from __future__ import annotations

import html
from collections.abc import Iterator
from typing import Any

from sandbox.simulation import desk as d
from sandbox.simulation.chance import stamp_s
from sandbox.simulation.desk import Desk, Event, Ticket
from sandbox.simulation.forum import Forum
from sandbox.simulation.forum_records import Titles
from sandbox.simulation.options import DAY_MS, DESK, DESK_HOST, FORUM_HOST, Options
from sandbox.simulation.people import NOT_GONE, PERSONAS, REGIONS, STAFF, People
from sandbox.simulation.spaces import Spaces
from sandbox.simulation.words import Prose
from sandbox.simulation.writer import Change, Record, StreamFile

_API = f"{DESK_HOST}/api/v2"
_GROUP_BASE, _ORG_BASE, _BRANDS, _FORMS = 360_004_001, 370_000_101, (366_001, 366_002), (365_001, 365_002)
_TICKET_BASE, _EVENT_BASE, _METRIC_BASE, _SCORE_BASE = 1_001, 910_000_000_001, 930_000_000_001, 940_000_001
PRODUCT, VERSION, EXPECTATION, OUTCOME, TOPIC_URL, MINUTES, REPEATABLE, NODES, DUE = range(364_001, 364_010)
_CUSTOM = (
    # id, type, title, options
    (PRODUCT, "tagger", "Product", None),
    (VERSION, "text", "Version", None),
    (EXPECTATION, "tagger", "What do you expect of us?", d.EXPECTATIONS),
    (OUTCOME, "tagger", "Outcome", tuple(dict.fromkeys(o for each in d.OUTCOMES.values() for o in each))),
    (TOPIC_URL, "text", "Forum topic", None),
    (MINUTES, "integer", "Minutes spent", None),
    (REPEATABLE, "checkbox", "Repeatable", None),
    (NODES, "multiselect", "Nodes", ("node_a", "node_b", "node_c")),
    (DUE, "date", "Maintenance day", None),
)
_SYSTEM_FIELDS = ("subject", "description", "status", "tickettype", "priority", "group", "assignee")
_LIVE = ("new", "open", "pending", "hold")


class DeskWriter:
    """Writes what happened at the desk."""

    def __init__(
        self,
        options: Options,
        people: People,
        desk: Desk,
        forum: Forum,
        spaces: Spaces,
        titles: Titles,
        prose: Prose,
    ) -> None:
        self._options = options
        self._people = people
        self._desk = desk
        self._forum = forum
        self._spaces = spaces
        self._titles = titles
        self._prose = prose
        self._accounts = people.accounts[DESK]
        self._born = options.start_ms - DAY_MS

    def ticket_id(self, row: int) -> int:
        """The id of a ticket by its row."""
        return _TICKET_BASE + row

    def _user(self, person: int) -> int:
        return self._accounts[person].account_id if person >= 0 else -1

    def _organization(self, person: int) -> int | None:
        index = int(self._people.organization[person])
        return _ORG_BASE + 7 * index if index >= 0 else None

    def static(
        self, groups: StreamFile, brands: StreamFile, fields: StreamFile, organizations: StreamFile
    ) -> None:
        """Writes groups, brands, ticket fields and organizations."""
        when = stamp_s(self._born)
        for place, name in enumerate(d.GROUPS):
            number = _GROUP_BASE + place
            groups.write(
                {
                    "url": f"{_API}/groups/{number}.json",
                    "id": number,
                    "is_public": True,
                    "name": name,
                    "description": "",
                    "default": place == 0,
                    "deleted": False,
                    "created_at": when,
                    "updated_at": when,
                },
                self._born,
            )
        for place, number in enumerate(_BRANDS):
            brands.write(
                {
                    "url": f"{_API}/brands/{number}.json",
                    "id": number,
                    "name": ("Harbor", "Harbor Beta")[place],
                    "brand_url": DESK_HOST,
                    "subdomain": ("example", "example-beta")[place],
                    "host_mapping": None,
                    "has_help_center": place == 0,
                    "help_center_state": ("enabled", "disabled")[place],
                    "active": True,
                    "default": place == 0,
                    "is_deleted": False,
                    "logo": None,
                    "ticket_form_ids": list(_FORMS[: 2 - place]),
                    "signature_template": "{{agent.signature}}",
                    "created_at": when,
                    "updated_at": when,
                },
                self._born,
            )
        for position, record in enumerate(self._field_records(when)):
            fields.write({**record, "position": position}, self._born)
        for index, organization in enumerate(self._people.organizations):
            number = _ORG_BASE + 7 * index
            known = organization.segment != "unknown"
            tags = [f"segment_{organization.segment}", f"plan_{organization.plan}"] if known else []
            born = self._born + index * 90_000
            organizations.write(
                {
                    "url": f"{_API}/organizations/{number}.json",
                    "id": number,
                    "name": organization.name,
                    "shared_tickets": False,
                    "shared_comments": False,
                    "external_id": f"crm-{5_000 + index}" if known else None,
                    "created_at": stamp_s(born),
                    "updated_at": stamp_s(born),
                    "domain_names": [organization.domain],
                    "details": "",
                    "notes": "",
                    "group_id": None,
                    "tags": tags,
                    "organization_fields": {
                        "segment": organization.segment if known else None,
                        "plan": organization.plan if known else None,
                        "mrr_usd": organization.mrr_usd if known else None,
                        "region": organization.region,
                    },
                    "deleted_at": None,
                },
                born,
                self._organization_changes(index),
            )

    def _organization_changes(self, index: int) -> list[Change]:
        """Some prospects become customers."""
        organization = self._people.organizations[index]
        span = self._options.horizon_ms - self._options.start_ms
        at = self._options.start_ms + span * (index * 37 % 100) // 100
        if index % 17 != 3 or organization.segment == "unknown":
            return []
        return [(at, {"notes": "Renewed by phone, +1 555 0100", "updated_at": stamp_s(at)})]

    def _field_records(self, when: str) -> Iterator[Record]:
        for place, kind in enumerate(_SYSTEM_FIELDS):
            yield _field(363_001 + place, kind, kind.title(), when, removable=False)
        for number, kind, title, choices in _CUSTOM:
            record = _field(number, kind, title, when, removable=True)
            if kind in ("tagger", "multiselect"):
                names = choices or tuple(name.lower() for name in self._spaces.areas)
                record["custom_field_options"] = [
                    {
                        "id": number * 100 + place,
                        "name": name.replace("_", " ").title(),
                        "raw_name": name.replace("_", " ").title(),
                        "value": _choice(number, name),
                        "default": False,
                    }
                    for place, name in enumerate(names)
                ]
            yield record

    def users(self, out: StreamFile) -> None:
        """Writes end users, agents and admins; some sign in again, some leave."""
        people = self._people
        asked: dict[int, list[int]] = {}
        for ticket in self._desk.tickets:
            for event in ticket.events:
                if event.by >= 0 and event.comment:
                    asked.setdefault(event.by, []).append(event.at)
        for person, account in sorted(self._accounts.items(), key=lambda item: item[1].account_id):
            staff = bool(people.role[person] == STAFF)
            region = REGIONS[int(people.region[person])]
            when = stamp_s(account.created_ms)
            group = self._desk.agents.get(person)
            admin = staff and group == d.THIRD_LINE
            record: Record = {
                "id": account.account_id,
                "url": f"{_API}/users/{account.account_id}.json",
                "name": account.name or account.username,
                "email": account.email,
                "created_at": when,
                "updated_at": when,
                "time_zone": "UTC",
                "iana_time_zone": "Etc/UTC",
                "phone": f"+1 555 01{person % 100:02d}" if person % 9 == 0 else None,
                "shared_phone_number": None,
                "photo": None,
                "locale_id": 1,
                "locale": region[3],
                "organization_id": self._organization(person),
                "role": ("admin" if admin else "agent") if staff else "end-user",
                "verified": account.verified,
                "external_id": account.external_id,
                "tags": [PERSONAS[int(people.persona[person])]] if person % 4 else [],
                "alias": None,
                "active": True,
                "shared": False,
                "shared_agent": False,
                "last_login_at": None,
                "two_factor_auth_enabled": False if staff else None,
                "signature": f"{account.name}, Harbor" if staff else None,
                "details": None,
                "notes": None,
                "role_type": (4 if admin else 0) if staff else None,
                "custom_role_id": None,
                "moderator": staff,
                "ticket_restriction": None if staff else "requested",
                "only_private_comments": False,
                "restricted_agent": not staff,
                "suspended": person % 151 == 0,
                "default_group_id": _GROUP_BASE + group if group is not None else None,
                "report_csv": False,
                "user_fields": {"persona": PERSONAS[int(people.persona[person])]},
            }
            out.write(record, account.created_ms, self._user_changes(person, sorted(asked.get(person, []))))

    def _user_changes(self, person: int, asked: list[int]) -> Iterator[Change]:
        left = int(self._people.left[person])
        for at in asked[::3]:
            if at < min(left, self._options.horizon_ms):
                yield at, {"last_login_at": stamp_s(at), "updated_at": stamp_s(at)}
        if left != NOT_GONE and left < self._options.horizon_ms:
            yield left, {"active": False, "suspended": True, "updated_at": stamp_s(left)}

    def tickets_and_events(
        self,
        tickets: StreamFile,
        events: StreamFile,
        metrics: StreamFile,
        ratings: StreamFile,
        deleted: StreamFile,
    ) -> None:
        """Writes tickets with their updates, metric events, ratings and deletions."""
        numbers = self._event_numbers()
        scores = self._score_numbers()
        metric_rows: list[tuple[int, int, str, int, str]] = []
        for row, ticket in enumerate(self._desk.tickets):
            if not ticket.events or ticket.at >= self._options.horizon_ms:
                continue
            life = _TicketLife(self, row, ticket, [scores[row, place] for place in range(len(ticket.scores))])
            record = life.record()
            tickets.write(record, ticket.at, life.changes())
            for place, event in enumerate(ticket.events):
                number = numbers[row, place]
                events.write(life.audit(number, place, event), event.at)
            metric_rows += [
                (at, row, metric, instance, kind) for at, metric, instance, kind in life.metrics()
            ]
            if ticket.deleted_at < self._options.horizon_ms:
                actor = ticket.events[-1].by
                deleted.write(
                    {
                        "id": self.ticket_id(row),
                        "subject": record["subject"],
                        "description": "",
                        "actor": {"id": self._user(actor), "name": self._accounts[actor].name},
                        "deleted_at": stamp_s(ticket.deleted_at),
                        "previous_state": life.before_deletion,
                    },
                    ticket.deleted_at,
                    self._forgotten(ticket),
                )
        for number, (at, row, metric, instance, kind) in enumerate(sorted(metric_rows), start=_METRIC_BASE):
            line: Record = {
                "id": number,
                "ticket_id": self.ticket_id(row),
                "metric": metric,
                "instance_id": instance,
                "type": kind,
                "time": stamp_s(at),
            }
            metrics.write(line, at)
        for (row, place), number in scores.items():
            at, score = self._desk.tickets[row].scores[place]
            ratings.write(self._rating(number, at, row, score), at)

    def _forgotten(self, ticket: Ticket) -> list[Change]:
        """The list of deleted tickets holds thirty days."""
        at = ticket.deleted_at + 30 * DAY_MS
        return [(at, None)] if at < self._options.horizon_ms else []

    def _event_numbers(self) -> dict[tuple[int, int], int]:
        rows = sorted(
            (event.at, row, place)
            for row, ticket in enumerate(self._desk.tickets)
            for place, event in enumerate(ticket.events)
        )
        return {(row, place): _EVENT_BASE + 17 * order for order, (_, row, place) in enumerate(rows)}

    def _score_numbers(self) -> dict[tuple[int, int], int]:
        rows = sorted(
            (at, row, place)
            for row, ticket in enumerate(self._desk.tickets)
            for place, (at, _) in enumerate(ticket.scores)
        )
        return {(row, place): _SCORE_BASE + 3 * order for order, (_, row, place) in enumerate(rows)}

    def rating_comment(self, number: int) -> str | None:
        """What someone wrote beside a rating, if anything."""
        return self._prose.answers[number % self._prose.size] if number % 4 == 0 else None

    def _rating(self, number: int, at: int, row: int, score: str) -> Record:
        ticket = self._desk.tickets[row]
        assignee = next(
            (e.changes["assignee_id"] for e in reversed(ticket.events) if "assignee_id" in e.changes), -1
        )
        group = next(e.changes["group_id"] for e in reversed(ticket.events) if "group_id" in e.changes)
        return {
            "url": f"{_API}/satisfaction_ratings/{number}.json",
            "id": number,
            "assignee_id": self._user(assignee),
            "group_id": _GROUP_BASE + group,
            "requester_id": self._user(ticket.requester),
            "ticket_id": self.ticket_id(row),
            "score": score,
            "created_at": stamp_s(at),
            "updated_at": stamp_s(at),
            "comment": self.rating_comment(number),
            "reason": None if score == "good" else "The issue took too long to resolve",
            "reason_id": None if score == "good" else 1001,
            "reason_code": None if score == "good" else 6,
        }

    def comment_text(self, ticket: Ticket, event: Event) -> str:
        """The text of a comment, with its link to the forum."""
        comment = event.comment
        if comment is None:
            return ""
        if comment.note:
            return f"This request was {comment.note}."
        first = event is ticket.events[0]
        pool = self._prose.problems if first else self._prose.answers
        text = pool[comment.text % self._prose.size]
        if comment.text % 37 == 0:
            text += " Call me at +1 555 0134 or write to night.shift@example.com, node 192.0.2.17."
        if comment.topic >= 0:
            text += f" See {self.topic_url(comment.topic)}"
        return text

    def topic_url(self, topic: int) -> str:
        """The address of a forum topic."""
        slug = self._titles.of(topic)[1]
        return f"{FORUM_HOST}/t/{slug}/{int(self._forum.topics.topic_id[topic])}"

    def people_of(self, ticket: Ticket) -> tuple[int, int, int | None]:
        """Ids of requester, submitter and the requester's organization."""
        return (
            self._user(ticket.requester),
            self._user(ticket.submitter),
            self._organization(ticket.requester),
        )

    def person_id(self, person: int) -> int:
        """The id of a person, -1 for the desk itself."""
        return self._user(person)

    def subject(self, ticket: Ticket) -> str:
        """The ticket's subject."""
        return self._prose.titles[ticket.text % self._prose.size]

    def product(self, ticket: Ticket) -> str:
        """The product a ticket is about, as its tag."""
        return f"product_{self._spaces.areas[ticket.area % len(self._spaces.areas)].lower()}"

    @property
    def horizon_ms(self) -> int:
        """The last moment of the simulation (ms)."""
        return self._options.horizon_ms


def _choice(number: int, name: str) -> str:
    return {PRODUCT: "product_", EXPECTATION: "expect_", OUTCOME: "outcome_"}.get(number, "") + name


def _field(number: int, kind: str, title: str, when: str, *, removable: bool) -> Record:
    return {
        "url": f"{_API}/ticket_fields/{number}.json",
        "id": number,
        "type": kind,
        "title": title,
        "raw_title": title,
        "description": title,
        "raw_description": title,
        "position": 0,
        "active": True,
        "required": False,
        "collapsed_for_agents": False,
        "regexp_for_validation": None,
        "title_in_portal": title,
        "raw_title_in_portal": title,
        "visible_in_portal": True,
        "editable_in_portal": True,
        "required_in_portal": False,
        "tag": None,
        "created_at": when,
        "updated_at": when,
        "removable": removable,
        "key": None,
        "agent_description": None,
    }


class _TicketLife:
    """Folds a ticket's updates into its record, its audits and its metrics."""

    def __init__(self, desk: DeskWriter, row: int, ticket: Ticket, ratings: list[int]) -> None:
        self._desk = desk
        self._ticket = ticket
        self._number = desk.ticket_id(row)
        self._ratings = ratings
        self._report = ticket.kind == "bug_report"
        self.before_deletion = "new"
        self._state: dict[str, Any] = {}
        self._metrics = _MetricSet(self._number, ticket.at)

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
            "url": f"{_API}/tickets/{self._number}.json",
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
            "group_id": _GROUP_BASE + self._state["group_id"],
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
            "ticket_form_id": _FORMS[self._report],
            "brand_id": _BRANDS[ticket.text % 23 == 0],
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
            fields["group_id"] = _GROUP_BASE + state["group_id"]
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
                shown[name] = str(_GROUP_BASE + value)
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


class _MetricSet:
    """A ticket's metric set and metric events, in whole calendar minutes."""

    def __init__(self, number: int, born: int) -> None:
        self._number = number
        self._born = born
        self._status = "new"
        self._since = born
        self._spent = {"new": 0, "open": 0, "pending": 0, "hold": 0}
        self._values: dict[str, Any] = {
            "group_stations": 0,
            "assignee_stations": 0,
            "reopens": 0,
            "replies": 0,
            "assignee_updated_at": None,
            "requester_updated_at": None,
            "status_updated_at": stamp_s(born),
            "initially_assigned_at": None,
            "assigned_at": None,
            "solved_at": None,
            "latest_comment_added_at": None,
        }
        self._updated = born
        self._first_reply: int | None = None
        self._first_resolution: int | None = None
        self._resolution: int | None = None
        self._running: dict[str, int] = {}
        self._instances: dict[str, int] = {}
        self.events: list[tuple[int, str, int, str]] = []
        for metric in ("agent_work_time", "requester_wait_time", "reply_time"):
            self.events.append((born, metric, 0, "measure"))
            self._start(born, metric)

    def _start(self, at: int, metric: str) -> None:
        if metric not in self._running:
            self._instances[metric] = self._instances.get(metric, 0) + 1
            self._running[metric] = self._instances[metric]
            self.events.append((at, metric, self._instances[metric], "activate"))

    def _stop(self, at: int, metric: str, how: str) -> None:
        instance = self._running.pop(metric, None)
        if instance is not None:
            self.events.append((at, metric, instance, how))

    def apply(self, event: Event, state: dict[str, Any], requester: int) -> None:
        """Takes one update into account; `state` is the ticket after it."""
        at, values = event.at, self._values
        self._updated = at
        changes = event.changes
        if "group_id" in changes:
            values["group_stations"] += 1
        if "assignee_id" in changes:
            values["assignee_stations"] += 1
            values["assigned_at"] = stamp_s(at)
            values["initially_assigned_at"] = values["initially_assigned_at"] or stamp_s(at)
        if event.by == requester:
            values["requester_updated_at"] = stamp_s(at)
        elif event.by >= 0:
            values["assignee_updated_at"] = stamp_s(at)
        if event.comment is not None:
            values["latest_comment_added_at"] = stamp_s(at)
            if event.comment.public and event.by != requester:
                values["replies"] += 1
                if self._first_reply is None:
                    self._first_reply = at
                self._stop(at, "reply_time", "fulfill")
            elif event.by == requester and at > self._born:
                self._start(at, "reply_time")
        if "status" in changes and at > self._born:
            self._move(at, state["status"])

    def _move(self, at: int, status: str) -> None:
        values = self._values
        if self._status in _LIVE:
            self._spent[self._status] += at - self._since
        if status in ("solved", "closed") and self._status in _LIVE:
            self._first_resolution = self._first_resolution or at
            self._resolution = at
            values["solved_at"] = stamp_s(at)
            for metric in ("agent_work_time", "requester_wait_time", "reply_time"):
                self._stop(at, metric, "fulfill")
        elif status in _LIVE and self._status in ("solved", "closed"):
            values["reopens"] += 1
            values["solved_at"] = None
            self._resolution = None
        if status in ("new", "open"):
            self._start(at, "agent_work_time")
        elif status in ("pending", "hold"):
            self._stop(at, "agent_work_time", "pause")
        if status in ("new", "open", "hold"):
            self._start(at, "requester_wait_time")
        elif status == "pending":
            self._stop(at, "requester_wait_time", "pause")
        self._status, self._since = status, at
        values["status_updated_at"] = stamp_s(at)

    def record(self) -> Record:
        """The metric set as side-loaded with the ticket."""

        def minutes(ms: int | None) -> dict[str, int | None]:
            return {"calendar": None if ms is None else ms // 60_000, "business": None}

        def since_birth(at: int | None) -> int | None:
            return None if at is None else at - self._born

        spent = self._spent
        reply = since_birth(self._first_reply)
        return {
            "url": f"{_API}/ticket_metrics/{self._number + 700_000}.json",
            "id": self._number + 700_000,
            "ticket_id": self._number,
            "created_at": stamp_s(self._born),
            "updated_at": stamp_s(self._updated),
            **self._values,
            "reply_time_in_minutes": minutes(reply),
            "reply_time_in_seconds": {"calendar": None if reply is None else reply // 1000},
            "first_resolution_time_in_minutes": minutes(since_birth(self._first_resolution)),
            "full_resolution_time_in_minutes": minutes(since_birth(self._resolution)),
            "agent_wait_time_in_minutes": minutes(spent["pending"]),
            "requester_wait_time_in_minutes": minutes(spent["new"] + spent["open"] + spent["hold"]),
            "on_hold_time_in_minutes": minutes(spent["hold"]),
            "custom_status_updated_at": self._values["status_updated_at"],
        }
