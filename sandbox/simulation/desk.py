"""What happens at the support desk: tickets, replies, status changes, ratings."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from sandbox.simulation import forum as f
from sandbox.simulation.chance import Ints, Rng, generator, office_hours, pareto, pick
from sandbox.simulation.forum import Forum
from sandbox.simulation.options import DAY_MS, HOUR_MS, MINUTE_MS, Options
from sandbox.simulation.people import (
    BOT,
    EVANGELIST,
    EXPERT,
    OUTSIDER,
    REGULAR,
    STAFF,
    SUPERNOVA,
    People,
)

AUTOMATION = -1
"""Who acts when the desk itself does (updater id -1)."""
GROUPS = ("First Line", "Second Line", "Third Line", "Billing")
THIRD_LINE = 2
CLOSE_AFTER = 4 * DAY_MS
ARCHIVE_AFTER = 120 * DAY_MS
EXPECTATIONS = ("confirm_bug", "help_solve", "answer_question")
OUTCOMES = {
    "confirm_bug": ("bug_confirmed", "not_a_bug", "known_bug", "no_answer"),
    "help_solve": ("solved", "workaround", "not_solved", "no_answer"),
    "answer_question": ("answered", "documented", "not_answered", "no_answer"),
}
NEVER = 1 << 61


@dataclass
class Comment:
    """Something written on a ticket."""

    public: bool
    text: int
    topic: int = -1
    """Row of a forum topic it links to, -1 for none."""
    note: str = ""
    """Fixed text in place of a drawn one."""


@dataclass
class Event:
    """One update of a ticket: what changed, and perhaps a comment."""

    at: int
    by: int
    """A person, or AUTOMATION."""
    via: str
    changes: dict[str, Any] = field(default_factory=dict)
    comment: Comment | None = None
    merged: int = -1
    """Row of the ticket that was merged into this one by it, -1 for none."""


@dataclass
class Ticket:
    """A ticket and its whole history; the first event creates it."""

    requester: int
    submitter: int
    kind: str
    """`support` or `bug_report`."""
    channel: str
    text: int
    area: int
    events: list[Event] = field(default_factory=list)
    expectation: str = ""
    outcome: str = ""
    topic: int = -1
    """Row of the forum topic a bug report came from."""
    deleted_at: int = NEVER
    merged_into: int = -1
    """Row of the ticket it was merged into, -1 if not merged."""
    scores: list[tuple[int, str]] = field(default_factory=list)
    """Satisfaction answers: when, and `good` or `bad`."""

    @property
    def at(self) -> int:
        """When it was created (ms)."""
        return self.events[0].at


@dataclass
class Desk:
    """The whole life of a desk."""

    tickets: list[Ticket]
    agents: dict[int, int]
    """Group of each agent, by person."""

    def first_seen(self) -> dict[int, int]:
        """By person: the first moment (ms) they do something at the desk."""
        seen: dict[int, int] = {}
        for ticket in self.tickets:
            for person, at in [(ticket.requester, ticket.at), *((e.by, e.at) for e in ticket.events)]:
                if person >= 0:
                    seen[person] = min(at, seen.get(person, at))
        return seen


def simulate_desk(options: Options, people: People, forum: Forum) -> Desk:
    """Lets customers ask and agents answer, until the tickets are closed or the time is over."""
    rng = generator(options.seed, "desk")
    agents = _agents(people)
    at, requester, is_report = _arrivals(rng, options, people)
    solved = _solved_topics(forum)
    tickets: list[Ticket] = []
    for moment, person, report in zip(at.tolist(), requester.tolist(), is_report.tolist(), strict=True):
        author = _TicketAuthor(rng, options, people, agents, moment)
        tickets.append(author.report(person, forum) if report else author.ticket(person, solved))
    _merge_some(rng, options, tickets)
    for ticket in tickets:
        ticket.events = [event for event in ticket.events if event.at < options.horizon_ms]
        ticket.scores = [score for score in ticket.scores if score[0] < options.horizon_ms]
    return Desk(tickets, agents)


def _agents(people: People) -> dict[int, int]:
    staff = people.having(STAFF).tolist()
    agents = {}
    for place, person in enumerate(p for p in staff if people.department[p] == "support"):
        agents[person] = (0, 1, 0, 3, 0, 1, 2)[place % 7]
    for person in staff:
        if people.department[person] == "engineering":
            agents[person] = THIRD_LINE
    if not agents:
        agents = dict.fromkeys(staff, 0)
    return agents


def _arrivals(rng: Rng, options: Options, people: People) -> tuple[Ints, Ints, Ints]:
    ahead = options.days_ahead / max(1, options.days - options.days_ahead)
    total = round(options.tickets * (1 + ahead))
    span = options.end_ms - options.start_ms
    at = options.start_ms + np.concatenate(
        [
            (rng.random(options.tickets) ** 0.85 * span).astype(np.int64),
            span + (rng.random(total - options.tickets) * options.days_ahead * DAY_MS).astype(np.int64),
        ]
    )
    at = np.where(rng.random(total) < 0.75, office_hours(rng, at, 0), at)
    at = np.minimum(at, options.horizon_ms - HOUR_MS)
    at.sort()
    is_report = rng.random(total) < 0.052
    asks = np.flatnonzero(
        ~np.isin(people.role, (STAFF, BOT)) & ((people.organization >= 0) | (people.role == OUTSIDER))
    )
    asks = asks[rng.random(len(asks)) < np.where(people.role[asks] == OUTSIDER, 0.9, 0.45)]
    weight = pareto(rng, len(asks), 1.4, 40.0) * np.where(people.role[asks] == OUTSIDER, 2.0, 1.0)
    reporters = people.having(EXPERT, EVANGELIST, SUPERNOVA, REGULAR)
    report_weight = np.where(people.role[reporters] == REGULAR, 0.3, 6.0)
    requester = np.full(total, -1, dtype=np.int64)
    for who, weights, rows in (
        (asks, weight, np.flatnonzero(~is_report)),
        (reporters, report_weight, np.flatnonzero(is_report)),
    ):
        waiting = rows
        for _ in range(40):
            person = who[pick(rng, weights, len(waiting))]
            there = people.joined[person] <= at[waiting]
            if who is reporters:
                there &= people.gone[person] > at[waiting]
            requester[waiting[there]] = person[there]
            waiting = waiting[~there]
        # Nobody suitable was found in the first days: whoever came first asks.
        first = who[np.argmin(people.joined[who])]
        requester[waiting] = first
        at[waiting] = np.maximum(at[waiting], people.joined[first] + HOUR_MS)
    order = np.argsort(at, kind="stable")
    return at[order], requester[order], is_report[order].astype(np.int64)


def _solved_topics(forum: Forum) -> tuple[Ints, Ints]:
    """Topics with an accepted answer (rows) and when it was accepted, by time."""
    events = forum.events
    rows = np.flatnonzero(events.kind == f.ACCEPTED)
    topic, at = forum.posts.topic[events.post[rows]], events.at[rows]
    kept = forum.topics.gone_at[topic] >= f.NEVER
    topic, at = topic[kept], at[kept]
    order = np.argsort(at, kind="stable")
    return topic[order], at[order]


class _TicketAuthor:
    """Writes one ticket's history, update by update."""

    def __init__(self, rng: Rng, options: Options, people: People, agents: dict[int, int], at: int) -> None:
        self._rng = rng
        self._options = options
        self._people = people
        self._agents = agents
        self._now = at
        self._status = "new"
        self._group = 0
        self._assignee = -1
        self._ticket: Ticket

    def ticket(self, requester: int, solved: tuple[Ints, Ints]) -> Ticket:
        """An ordinary request for help."""
        rng = self._rng
        channel = ("web", "email", "api", "native_messaging")[int(rng.choice(4, p=[0.5, 0.36, 0.06, 0.08]))]
        area = int(self._people.area[requester])
        self._ticket = Ticket(requester, requester, "support", channel, int(rng.integers(0, 1 << 30)), area)
        self._group = int(rng.choice([0, 3], p=[0.88, 0.12]))
        self._create(
            ("low", "normal", "high", "urgent", None)[int(rng.choice(5, p=[0.14, 0.5, 0.2, 0.06, 0.1]))]
        )
        known = int(np.searchsorted(solved[1], self._now))
        link = int(solved[0][int(rng.integers(0, known))]) if known and rng.random() < 0.09 else -1
        if rng.random() < 0.012:
            self._delete()
        elif rng.random() < 0.98:
            self._work(link)
        return self._ticket

    def report(self, requester: int, forum: Forum) -> Ticket:
        """A bug report that an expert passes on from the forum, on a form that asks what is expected."""
        rng = self._rng
        self._ticket = Ticket(
            requester,
            requester,
            "bug_report",
            "web",
            int(rng.integers(0, 1 << 30)),
            int(self._people.area[requester]),
        )
        expectation = EXPECTATIONS[int(rng.choice(3, p=[0.55, 0.27, 0.18]))]
        self._ticket.expectation = expectation
        good = int(self._rng.choice(4, p=[0.52, 0.22, 0.18, 0.08]))
        self._ticket.outcome = OUTCOMES[expectation][good]
        known = int(np.searchsorted(forum.topics.at, self._now))
        rows = np.flatnonzero(forum.topics.question[max(0, known - 400) : known]) + max(0, known - 400)
        self._ticket.topic = int(rows[int(rng.integers(0, len(rows)))]) if len(rows) else -1
        self._group = THIRD_LINE
        self._create("high" if rng.random() < 0.4 else "normal")
        self._work(-1)
        return self._ticket

    def _create(self, priority: str | None) -> None:
        ticket = self._ticket
        changes = {
            "status": "new",
            "priority": priority,
            "type": ("question", "incident", "problem", "task", None)[
                int(self._rng.choice(5, p=[0.45, 0.35, 0.05, 0.03, 0.12]))
            ],
            "group_id": self._group,
            "tags": ["forum_bug_report", f"expect_{ticket.expectation}"]
            if ticket.kind == "bug_report"
            else [],
        }
        comment = Comment(True, ticket.text, ticket.topic)
        ticket.events.append(Event(self._now, ticket.requester, ticket.channel, changes, comment))

    def _work(self, link: int) -> None:
        rng = self._rng
        self._wait(5 if self._ticket.kind == "support" else 14, 1.2, office=True)
        self._take()
        rounds = 0
        while self._now < self._options.horizon_ms:
            rounds += 1
            self._now += int(rng.integers(2, 40)) * MINUTE_MS
            after = ("solved", "pending", "hold", "open")[int(rng.choice(4, p=[0.46, 0.38, 0.06, 0.1]))]
            if rounds > 5:
                after = "solved"
            self._update(
                self._assignee,
                after,
                Comment(True, int(rng.integers(0, 1 << 30)), link if rounds == 1 else -1),
            )
            if after == "solved":
                if not self._after_solved():
                    return
            elif after == "pending":
                if rng.random() < 0.8:
                    self._wait(14, 1.3)
                    self._update(self._ticket.requester, "open", Comment(True, int(rng.integers(0, 1 << 30))))
                    self._wait(6, 1.1, office=True)
                else:
                    self._now += 7 * DAY_MS
                    self._update(AUTOMATION, "solved", None)
                    if not self._after_solved():
                        return
            else:
                self._wait(60 if after == "hold" else 20, 1.0, office=True)
                if after == "hold":
                    self._update(self._assignee, "open", Comment(False, int(rng.integers(0, 1 << 30))))
            if rng.random() < 0.1:
                self._pass_on()

    def _take(self) -> None:
        """An agent of the group takes the ticket; now and then straight to another group."""
        there = [a for a, g in self._agents.items() if g == self._group and self._people.left[a] > self._now]
        there = there or [a for a in self._agents if self._people.left[a] > self._now] or list(self._agents)
        self._assignee = there[int(self._rng.integers(0, len(there)))]
        self._status = "open"
        changes = {"status": "open", "assignee_id": self._assignee}
        note = Comment(False, int(self._rng.integers(0, 1 << 30))) if self._rng.random() < 0.15 else None
        self._add(Event(self._now, self._assignee, "web", changes, note))

    def _pass_on(self) -> None:
        self._group = min(self._group + 1, THIRD_LINE) if self._group < THIRD_LINE else 1
        self._wait(2, 0.8, office=True)
        giver = self._assignee
        there = [a for a, g in self._agents.items() if g == self._group and self._people.left[a] > self._now]
        if not there:
            return
        self._assignee = there[int(self._rng.integers(0, len(there)))]
        changes: dict[str, Any] = {"group_id": self._group, "assignee_id": self._assignee}
        if self._rng.random() < 0.4:
            changes["priority"] = "urgent" if self._rng.random() < 0.3 else "high"
        self._add(
            Event(self._now, giver, "web", changes, Comment(False, int(self._rng.integers(0, 1 << 30))))
        )
        self._wait(8, 1.0, office=True)

    def _after_solved(self) -> bool:
        """Rating, reopening or closing; True if the ticket is open again."""
        rng, ticket = self._rng, self._ticket
        if ticket.kind == "bug_report":
            tags = ["forum_bug_report", f"expect_{ticket.expectation}", f"outcome_{ticket.outcome}"]
            ticket.events[-1].changes.update({"tags": tags, "outcome": ticket.outcome})
        solved_at = self._now
        if rng.random() < 0.3:
            good = rng.random() < 0.84
            first = solved_at + int(rng.exponential(14) * HOUR_MS) + HOUR_MS
            if first < solved_at + CLOSE_AFTER - HOUR_MS:
                ticket.scores.append((first, "good" if good else "bad"))
                if rng.random() < 0.05:
                    again = min(first + 5 * HOUR_MS, solved_at + CLOSE_AFTER - HOUR_MS // 2)
                    ticket.scores.append((again, "bad" if good else "good"))
        if rng.random() < 0.09:
            self._now = solved_at + int(rng.uniform(0.05, 0.9) * CLOSE_AFTER)
            ticket.scores = [score for score in ticket.scores if score[0] < self._now]
            self._update(ticket.requester, "open", Comment(True, int(rng.integers(0, 1 << 30))))
            self._wait(7, 1.1, office=True)
            return True
        self._now = solved_at + CLOSE_AFTER + int(rng.integers(0, HOUR_MS))
        self._update(AUTOMATION, "closed", None)
        return False

    def _delete(self) -> None:
        if self._rng.random() < 0.5:
            self._wait(4, 1.0, office=True)
            self._take()
        self._wait(20, 1.2)
        self._ticket.deleted_at = self._now
        self._update(next(iter(self._agents)), "deleted", None)

    def _update(self, by: int, status: str, comment: Comment | None) -> None:
        changes = {"status": status} if status != self._status else {}
        self._status = status
        via = "rule" if by == AUTOMATION else "email" if by == self._ticket.requester else "web"
        self._add(Event(self._now, by, via, changes, comment))

    def _add(self, event: Event) -> None:
        last = self._ticket.events[-1].at
        if event.at <= last:
            event.at = self._now = last + 1_000
        self._ticket.events.append(event)

    def _wait(self, median_hours: float, sigma: float, office: bool = False) -> None:
        hours = median_hours * float(np.exp(sigma * self._rng.standard_normal()))
        self._now += int(min(hours, 24 * 400) * HOUR_MS) + MINUTE_MS
        if office:
            self._now = int(office_hours(self._rng, np.array([self._now], dtype=np.int64))[0])


def _merge_some(rng: Rng, options: Options, tickets: list[Ticket]) -> None:
    """A few tickets turn out to be doubles of the one before and are closed by merging."""
    for row in range(1, len(tickets)):
        ticket, into = tickets[row], tickets[row - 1]
        if rng.random() > 0.025 or ticket.kind != "support" or ticket.deleted_at < NEVER:
            continue
        if into.deleted_at < NEVER or into.merged_into >= 0 or into.kind != "support":
            continue
        at = max(ticket.at, into.at) + int(rng.integers(1, 20)) * HOUR_MS
        closed = [e.at for e in into.events if e.changes.get("status") == "closed"]
        if at >= options.horizon_ms or (closed and closed[0] <= at):
            continue
        ticket.events = [event for event in ticket.events if event.at < at]
        ticket.scores = []
        ticket.merged_into = row - 1
        by = next((e.by for e in reversed(into.events) if e.by >= 0 and e.by != into.requester), AUTOMATION)
        if by == AUTOMATION:
            ticket.merged_into = -1
            continue
        note = Comment(False, 0, note="merged away")
        ticket.events.append(Event(at, by, "merge", {"status": "closed", "tags": ["closed_by_merge"]}, note))
        joined = Event(at, by, "merge", {}, Comment(False, 0, note="merged in"), row)
        into.events = sorted([*into.events, joined], key=lambda event: event.at)
