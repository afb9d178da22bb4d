"""The desk as Zendesk's exports show it, at every moment."""

from __future__ import annotations

from collections.abc import Iterator

from sandbox.simulation import desk as d
from sandbox.simulation.chance import stamp_s
from sandbox.simulation.desk import Desk, Event, Ticket
from sandbox.simulation.desk_ids import (
    API,
    BRANDS,
    FORMS,
    GROUP_BASE,
    ORGANIZATION_BASE,
    ORGANIZATION_STEP,
)
from sandbox.simulation.forum import Forum
from sandbox.simulation.forum_records import Titles
from sandbox.simulation.options import DAY_MS, DESK, DESK_HOST, FORUM_HOST, Options
from sandbox.simulation.people import NOT_GONE, PERSONAS, REGIONS, STAFF, People
from sandbox.simulation.spaces import Spaces
from sandbox.simulation.ticket_fields import CUSTOM, SYSTEM_FIELDS, choice, field
from sandbox.simulation.ticket_life import TicketLife
from sandbox.simulation.words import Prose
from sandbox.simulation.writer import Change, Record, StreamFile

_TICKET_BASE, _EVENT_BASE, _METRIC_BASE, _SCORE_BASE = 1_001, 910_000_000_001, 930_000_000_001, 940_000_001


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
        return ORGANIZATION_BASE + ORGANIZATION_STEP * index if index >= 0 else None

    def static(
        self, groups: StreamFile, brands: StreamFile, fields: StreamFile, organizations: StreamFile
    ) -> None:
        """Writes groups, brands, ticket fields and organizations."""
        when = stamp_s(self._born)
        for place, name in enumerate(d.GROUPS):
            number = GROUP_BASE + place
            groups.write(
                {
                    "url": f"{API}/groups/{number}.json",
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
        for place, number in enumerate(BRANDS):
            brands.write(
                {
                    "url": f"{API}/brands/{number}.json",
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
                    "ticket_form_ids": list(FORMS[: 2 - place]),
                    "signature_template": "{{agent.signature}}",
                    "created_at": when,
                    "updated_at": when,
                },
                self._born,
            )
        for position, record in enumerate(self._field_records(when)):
            fields.write({**record, "position": position}, self._born)
        for index, organization in enumerate(self._people.organizations):
            number = ORGANIZATION_BASE + ORGANIZATION_STEP * index
            known = organization.segment != "unknown"
            tags = [f"segment_{organization.segment}", f"plan_{organization.plan}"] if known else []
            born = self._born + index * 90_000
            organizations.write(
                {
                    "url": f"{API}/organizations/{number}.json",
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
        for place, kind in enumerate(SYSTEM_FIELDS):
            yield field(363_001 + place, kind, kind.title(), when, removable=False)
        for number, kind, title, choices in CUSTOM:
            record = field(number, kind, title, when, removable=True)
            if kind in ("tagger", "multiselect"):
                names = choices or tuple(name.lower() for name in self._spaces.areas)
                record["custom_field_options"] = [
                    {
                        "id": number * 100 + place,
                        "name": name.replace("_", " ").title(),
                        "raw_name": name.replace("_", " ").title(),
                        "value": choice(number, name),
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
                "url": f"{API}/users/{account.account_id}.json",
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
                "default_group_id": GROUP_BASE + group if group is not None else None,
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
            life = TicketLife(self, row, ticket, [scores[row, place] for place in range(len(ticket.scores))])
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
            "url": f"{API}/satisfaction_ratings/{number}.json",
            "id": number,
            "assignee_id": self._user(assignee),
            "group_id": GROUP_BASE + group,
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
