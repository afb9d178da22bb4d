"""What the marts must say about a dataset, counted from its files in plain Python, without SQL or dbt.

Written from the metrics' definitions alone, so that a mistake in the models is not made twice. Where a
definition needs to know who is staff or who is one person with whom, it takes the simplest case: every
account is one person, and staff is who the vendor shows as such. That holds for datasets without seeds.
"""

from __future__ import annotations

import gzip
import json
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from typing import Any

Record = dict[str, Any]
Month = tuple[int, int]

STAGES = {
    "open": "submitted",
    "under review": "responded",
    "planned": "planned",
    "started": "started",
    "completed": "completed",
    "declined": "declined",
}
"""Stages of the statuses that the datasets use."""
WAY = ("submitted", "responded", "planned", "started", "completed")
SOLVED = ("solved", "closed")


def records(
    directory: Path, vendor: str, stream: str, key: str = "id", at: str | None = None
) -> list[Record]:
    """The records of a dataset's stream as they stand at `at` (ISO, UTC), by default at its end."""
    path = directory / vendor / f"{stream}.jsonl.gz"
    if not path.exists():
        return []
    standing: dict[Any, Record] = {}
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        for line in lines:
            record: Record = json.loads(line)
            since = record.pop("_from", None)
            if at is not None and since is not None and _time(since) > _time(at):
                continue
            is_patch, is_removal = record.pop("_patch", False), record.pop("_delete", False)
            if is_removal:
                standing.pop(record[key], None)
            elif is_patch:
                standing[record[key]].update(record)
            else:
                standing[record[key]] = record
    return list(standing.values())


@dataclass
class Person:
    """What one forum account gave."""

    topics: int = 0
    replies: int = 0
    questions: int = 0
    answers: int = 0
    likes_received: int = 0
    accepted_answers: int = 0
    te_thirds: int = 0
    te_thirds_high: int = 0
    days: set[str] = field(default_factory=set)
    months: set[Month] = field(default_factory=set)


@dataclass
class Wait:
    """A topic that counts, and how long it waited for another person than its opener."""

    category: str
    is_question: bool
    hours: float
    """To the first reply by another person, programs apart; to as_of without one."""
    is_answered: bool


@dataclass
class Forum:
    """A forum's counts."""

    people: dict[str, Person]
    posts: int
    """Counted posts: topics and replies."""
    likes: int
    accepted_flags: int
    posts_by_category: dict[str, int]
    staff: set[str]
    authors: dict[tuple[Month, str], Counter[str]]
    """Posts by account, of each month and category."""
    waits: list[Wait]


def count_forum(directory: Path, as_of: str) -> Forum:
    """Counts a Discourse dataset as it stands; questions without an answer wait until `as_of` (ISO, UTC)."""
    posts = records(directory, "discourse", "posts")
    topics = {topic["id"]: topic for topic in records(directory, "discourse", "topics")}
    categories = records(directory, "discourse", "categories")
    users = records(directory, "discourse", "users")
    staff = {str(user["id"]) for user in users if user.get("admin") or user["id"] < 0}
    staff |= {str(post["user_id"]) for post in posts if (post["user_id"] or 0) < 0}
    openers = {post["topic_id"]: post for post in posts if post["post_number"] == 1}
    about = {
        int(found[1])
        for category in categories
        if (found := re.search(r"/(\d+)$", category.get("topic_url") or ""))
    }
    about |= {
        number
        for number, post in openers.items()
        if re.fullmatch(r"About the .* category", topics[number]["title"])
        and (post["user_id"] < 0 or post.get("admin") or post.get("moderator"))
    }
    people: defaultdict[str, Person] = defaultdict(Person)
    total = Counter[str]()
    by_category = Counter[str]()
    authors: defaultdict[tuple[Month, str], Counter[str]] = defaultdict(Counter)
    waits: dict[int, Wait] = {}
    for post in sorted(posts, key=lambda post: (post["post_number"] > 1, _time(post["created_at"]))):
        topic = topics[post["topic_id"]]
        number = post["post_number"]
        if (
            post["post_type"] != 1
            or post.get("hidden")
            or post.get("user_deleted")
            or post.get("deleted_at")
            or topic["archetype"] == "private_message"
            or (number == 1 and topic["id"] in about)
        ):
            continue
        opener = openers.get(topic["id"])
        is_own = opener is not None and opener["user_id"] == post["user_id"]
        is_question = (
            opener is not None and str(opener["user_id"]) not in staff and opener["topic_id"] not in about
        )
        likes = sum(action.get("count", 0) for action in post["actions_summary"] if action["id"] == 2)
        is_credited = bool(post.get("accepted_answer")) and number > 1 and not is_own
        person = people[str(post["user_id"])]
        person.topics += number == 1
        person.replies += number > 1
        person.questions += number == 1 and is_question
        person.answers += number > 1 and is_question and not is_own
        person.likes_received += likes
        person.accepted_answers += is_credited
        person.te_thirds += 3 * is_credited
        person.te_thirds += likes if number > 1 and not is_own and not is_credited else 0
        person.te_thirds_high += 3 * is_credited + likes
        person.days.add(post["created_at"][:10])
        person.months.add(_month(post["created_at"]))
        total["posts"] += 1
        total["likes"] += likes
        total["accepted"] += bool(post.get("accepted_answer"))
        category = str(topic["category_id"])
        by_category[category] += 1
        authors[_month(post["created_at"]), category][str(post["user_id"])] += 1
        if number == 1:
            hours = (_time(as_of) - _time(post["created_at"])).total_seconds() / 3600
            waits[topic["id"]] = Wait(category, is_question, hours, False)
        elif (
            topic["id"] in waits and not waits[topic["id"]].is_answered and not is_own and post["user_id"] > 0
        ):
            assert opener is not None
            hours = (_time(post["created_at"]) - _time(opener["created_at"])).total_seconds() / 3600
            waits[topic["id"]] = Wait(category, waits[topic["id"]].is_question, max(hours, 0), True)
    return Forum(
        dict(people),
        total["posts"],
        total["likes"],
        total["accepted"],
        dict(by_category),
        staff & set(people),
        dict(authors),
        list(waits.values()),
    )


@dataclass
class Request:
    """A feature request."""

    number: str
    month: Month
    stage: str
    votes: int
    first_response_days: int | None
    """Whole days to the first dated answer; None without one."""
    is_answered: bool
    waiting_days: int
    """Whole days from submission to as_of."""
    end_days: dict[str, int]
    """Whole days to planned, started, completed (a later stage implies the earlier ones) and declined."""


def count_board(directory: Path, as_of: str) -> list[Request]:
    """Counts a UserVoice dataset whose staff answer by status updates only."""
    statuses = {status["id"]: status["name"] for status in records(directory, "uservoice", "statuses")}
    updates: defaultdict[int, list[Record]] = defaultdict(list)
    for update in records(directory, "uservoice", "status_updates"):
        updates[update["links"]["suggestion"]].append(update)
    counted = []
    for suggestion in records(directory, "uservoice", "suggestions"):
        submitted = suggestion["created_at"]
        stage = STAGES[statuses[suggestion["links"]["status"]].replace("-", " ")]
        own = sorted(updates[suggestion["id"]], key=lambda update: str(update["created_at"]))
        ends: dict[str, int] = {}
        for update in own:
            reached = STAGES[statuses[update["links"]["new_status"]].replace("-", " ")]
            days = _days(submitted, update["created_at"])
            if reached == "declined":
                ends["declined"] = days
            for earlier in WAY[2 : WAY.index(reached) + 1] if reached in WAY else ():
                ends.setdefault(earlier, days)
        counted.append(
            Request(
                str(suggestion["id"]),
                _month(submitted),
                stage,
                suggestion["votes_count"],
                _days(submitted, own[0]["created_at"]) if own else None,
                bool(own) or stage != "submitted",
                _days(submitted, as_of),
                ends,
            )
        )
    return counted


@dataclass(frozen=True)
class Case:
    """One case of a time-to-event estimate: after how many days (or hours) it got there, left, or waits."""

    days: float
    end: str
    """reached, left or waiting."""


def first_response_cases(requests: Iterable[Request]) -> list[Case]:
    """Open requests wait until as_of; answered ones without a date are no cases."""
    cases = []
    for request in requests:
        if request.first_response_days is not None:
            cases.append(Case(request.first_response_days, "reached"))
        elif not request.is_answered:
            cases.append(Case(request.waiting_days, "waiting"))
    return cases


def stage_cases(requests: Iterable[Request], stage: str) -> list[Case]:
    """Declined requests have left on the day of the decline; ends without a date are no cases."""
    cases = []
    for request in requests:
        place = WAY.index(request.stage) if request.stage in WAY else 0
        if stage in request.end_days:
            cases.append(Case(request.end_days[stage], "reached"))
        elif request.stage == "declined":
            if "declined" in request.end_days:
                cases.append(Case(request.end_days["declined"], "left"))
        elif place < WAY.index(stage):
            cases.append(Case(request.waiting_days, "waiting"))
    return cases


def incidence(cases: Sequence[Case]) -> list[tuple[float, Fraction]]:
    """Aalen–Johansen: (day, share that had got there by then), exactly; 1 − Kaplan–Meier if none left."""
    left_over, reached = Fraction(1), Fraction(0)
    curve = []
    for day in sorted({case.days for case in cases}):
        at_risk = sum(case.days >= day for case in cases)
        ended = Counter(case.end for case in cases if case.days == day)
        reached += left_over * Fraction(ended["reached"], at_risk)
        left_over *= 1 - Fraction(ended["reached"] + ended["left"], at_risk)
        curve.append((day, reached))
    return curve


def quantile(curve: Sequence[tuple[float, Fraction]], share: Fraction) -> float | None:
    """The smallest day by which that share had reached the end; None if never."""
    return next((day for day, reached in curve if reached >= share), None)


def share_within(cases: Sequence[Case], days: int) -> Fraction | None:
    """Share that got there within so many days; None if nobody was watched so long and some still wait."""
    if not cases:
        return None
    if max(case.days for case in cases) < days and any(case.end == "waiting" for case in cases):
        return None
    return max((reached for day, reached in incidence(cases) if day <= days), default=Fraction(0))


@dataclass
class Ticket:
    """A support ticket."""

    number: str
    status: str
    first_resolution_minutes: float | None
    full_resolution_minutes: float | None
    reopens: int


def count_desk(directory: Path) -> list[Ticket]:
    """Counts a Zendesk dataset from its ticket events."""
    changes: defaultdict[int, list[tuple[str, str | None, str]]] = defaultdict(list)
    for event in records(directory, "zendesk", "ticket_events"):
        for child in event["child_events"]:
            if "status" in child:
                changes[event["ticket_id"]].append(
                    (event["created_at"], child.get("previous_value"), child["status"])
                )
    counted = []
    for ticket in records(directory, "zendesk", "tickets"):
        own = changes[ticket["id"]]
        solved = [at for at, before, after in own if after in SOLVED and before not in SOLVED]
        is_solved = ticket["status"] in SOLVED
        counted.append(
            Ticket(
                str(ticket["id"]),
                ticket["status"],
                _minutes(ticket["created_at"], min(solved)) if solved else None,
                _minutes(ticket["created_at"], max(solved)) if solved and is_solved else None,
                sum(before in SOLVED and after not in SOLVED for _, before, after in own),
            )
        )
    return counted


def count_days_of_desk(directory: Path) -> dict[str, tuple[int, int, int, int]]:
    """{day: (tickets created, reopened, solved, waiting when it ended)}, of days with any of it."""
    steps = _statuses_of_desk(directory)
    days: defaultdict[str, list[int]] = defaultdict(lambda: [0, 0, 0])
    for ticket in records(directory, "zendesk", "tickets"):
        days[ticket["created_at"][:10]][0] += 1
        is_waiting = True
        for at, status in steps[ticket["id"]]:
            if is_waiting and status in SOLVED:
                days[(at or ticket["created_at"])[:10]][2] += 1
            elif not is_waiting and status not in SOLVED:
                days[at[:10]][1] += 1
            is_waiting = status not in SOLVED
    waiting, counted = 0, {}
    for day, (opened, reopened, solved) in sorted(days.items()):
        waiting += opened + reopened - solved
        counted[day] = (opened, reopened, solved, waiting)
    return counted


def count_waits_of_desk(directory: Path) -> dict[str, tuple[float, float, float]]:
    """{ticket: minutes in new, open and hold; in pending; in hold}, of tickets that ended."""
    steps = _statuses_of_desk(directory)
    counted = {}
    for ticket in records(directory, "zendesk", "tickets"):
        spent: defaultdict[str, float] = defaultdict(float)
        for (begun, status), (ended, _) in pairwise(steps[ticket["id"]]):
            spent[status] += _minutes(begun or ticket["created_at"], ended)
        counted[str(ticket["id"])] = (
            spent["new"] + spent["open"] + spent["hold"],
            spent["pending"],
            spent["hold"],
        )
    return counted


def _statuses_of_desk(directory: Path) -> defaultdict[int, list[tuple[str, str]]]:
    """{ticket: (time, status) in order}; the creation, first however it is stamped, has no time."""
    steps: defaultdict[int, list[tuple[str, int, str]]] = defaultdict(list)
    for event in records(directory, "zendesk", "ticket_events"):
        for child in event["child_events"]:
            if "status" in child:
                at = "" if child["event_type"] == "Create" else event["created_at"]
                steps[event["ticket_id"]].append((at, event["id"], child["status"]))
    return defaultdict(
        list, {ticket: [(at, status) for at, _, status in sorted(own)] for ticket, own in steps.items()}
    )


def cohorts(months: Mapping[str, set[Month]], last: Month) -> dict[tuple[Month, int], tuple[int, int]]:
    """{(first month, months since): (people, of these active then)}, for every month up to `last`."""
    members: defaultdict[Month, list[set[Month]]] = defaultdict(list)
    for active in months.values():
        members[min(active)].append(active)
    return {
        (first, since): (len(people), sum(month in active for active in people))
        for first, people in members.items()
        for since, month in enumerate(_months(first, last))
    }


def _months(first: Month, last: Month) -> Iterator[Month]:
    year, month = first
    while (year, month) <= last:
        yield year, month
        year, month = (year, month + 1) if month < 12 else (year + 1, 1)


def _time(text: str) -> datetime:
    return datetime.fromisoformat(text)


def _month(text: str) -> Month:
    return int(text[:4]), int(text[5:7])


def _days(earlier: str, later: str) -> int:
    return max((_time(later) - _time(earlier)).days, 0)


def _minutes(earlier: str, later: str) -> float:
    return (_time(later) - _time(earlier)).total_seconds() / 60
