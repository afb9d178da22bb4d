"""Courses and certificates: who learns what, and what the forum's badges show of it.

Learning goes on beside the forum and changes nothing there: its true effect on contributions is none.
Of people who completed a course, 41 % end up certified; of those who completed one with an exam, half.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from sandbox.simulation import forum as f
from sandbox.simulation.calendar_days import day_of, is_known, year_later
from sandbox.simulation.chance import Rng, generator
from sandbox.simulation.forum import Forum
from sandbox.simulation.forum_badges import CERTIFICATES
from sandbox.simulation.forum_standing import Standing
from sandbox.simulation.options import DAY_MS, DESK, FORUM, Options
from sandbox.simulation.people import BOT, LURKER, STAFF, Account, People

EXAM_COURSES = ("Administrator", "Developer", "Specialist", "Security Essentials")
"""Courses that end with an exam; the forum has badges for the first three."""
BADGE_COURSES = dict(zip(CERTIFICATES, EXAM_COURSES[:3], strict=True))
FIRST_STEPS = "First Steps"
"""The course without an exam."""
STEPS = ("enrolled", "module_completed", "completed", "exam_eligible", "certified")
ENROLLED, MODULE, COMPLETED, ELIGIBLE, CERTIFIED = range(len(STEPS))
CERTIFIED_SHARE = 0.41
"""Certified people among those who completed a course."""
PASSING_SHARE = 0.5
"""Certified people among those who completed a course with an exam."""


@dataclass(frozen=True)
class Step:
    """Something a person did in a course."""

    person: int
    account: Account
    course: str
    event: int
    """Index into STEPS."""
    day: int
    expires_on: int | None = None
    is_declared: bool = True
    """Stands in the learning system's export."""
    has_badge: bool = False
    """The forum shows a badge for it."""


def teach(options: Options, people: People, forum: Forum, reached: Standing) -> list[Step]:
    """All steps known at `end`, by person and day."""
    school = _School(options, people, forum, reached)
    steps = [step for step in school.steps() if is_known(options, step.day)]
    return sorted(steps, key=lambda s: (s.person, s.day, s.event, s.course))


class _School:
    def __init__(self, options: Options, people: People, forum: Forum, reached: Standing) -> None:
        self._rng: Rng = generator(options.seed, "learning")
        self._options = options
        self._people = people
        self._badges = [
            (grant.person, EXAM_COURSES[grant.badge_id - 101], day_of(grant.at))
            for grant in reached.grants
            if grant.badge_id - 101 in range(len(CERTIFICATES)) and grant.at < options.end_ms
        ]
        posts = forum.posts
        written = (posts.at < options.end_ms) & (posts.author >= 0) & (posts.kind != f.SMALL_ACTION)
        self._contributors = np.unique(posts.author[written]).tolist()

    def steps(self) -> Iterator[Step]:
        """Those with a badge first, then others with a certificate, those without one, and beginners."""
        badged = sorted({person for person, _, _ in self._badges})
        for person, course, day in self._badges:
            yield from self._certified(person, course, day, has_badge=True)
        self._free = [p for p in self._learners() if p not in set(badged)]
        for person in badged[::9]:
            second = self._day_for(person)
            if is_known(self._options, second):
                yield from self._certified(person, EXAM_COURSES[3], second)
        without_badge = list(self._enrolling(max(1, round(0.15 * len(badged))), 0))
        for person, day in without_badge:
            yield from self._certified(person, EXAM_COURSES[3], day)
        certified = len(badged) + len(without_badge)
        failed = round(certified / PASSING_SHARE) - certified
        for person, day in self._enrolling(failed, 45):
            yield from self._course(person, self._exam_course(), ELIGIBLE, day, 45)
            if self._rng.random() < 0.4:
                yield from self._course(person, FIRST_STEPS, COMPLETED, day - 3, 12)
        for person, day in self._enrolling(round(certified / CERTIFIED_SHARE) - certified - failed, 20):
            yield from self._course(person, FIRST_STEPS, COMPLETED, day, 20)
        for person, day in self._enrolling(round(0.6 * certified), 0):
            reach = MODULE if self._rng.random() < 0.7 else ENROLLED
            yield from self._course(person, self._exam_course(), reach, day, 40)

    def _enrolling(self, count: int, took: int) -> Iterator[tuple[int, int]]:
        """So many people who enrol on a day that leaves the time to finish before `end`."""
        while count > 0 and self._free:
            person = self._free.pop()
            day = self._day_for(person)
            if is_known(self._options, day + took):
                count -= 1
                yield person, day

    def _exam_course(self) -> str:
        return EXAM_COURSES[int(self._rng.choice(4, p=[0.45, 0.2, 0.15, 0.2]))]

    def _learners(self) -> list[int]:
        """Who may learn, in an order drawn at random: contributors first, four readers to a hundred."""
        people = self._people
        contributors = [
            p for p in self._contributors if people.role[p] not in (STAFF, BOT) and self._is_there(p)
        ]
        readers = [p for p in people.having(LURKER).tolist() if self._is_there(p)]
        self._rng.shuffle(contributors)
        self._rng.shuffle(readers)
        share = len(contributors) // 12
        mixed = contributors + readers[:share]
        self._rng.shuffle(mixed)
        return readers[share:] + mixed

    def _is_there(self, person: int) -> bool:
        account = self._people.accounts[FORUM].get(person)
        return account is not None and account.created_ms < self._options.end_ms - 40 * DAY_MS

    def _day_for(self, person: int) -> int:
        """A day someone may enrol on, or pass: any in two years is equally likely."""
        born = day_of(self._people.accounts[FORUM][person].created_ms)
        return born + 1 + int(self._rng.integers(0, 730))

    def _certified(self, person: int, course: str, day: int, *, has_badge: bool = False) -> Iterator[Step]:
        """A whole course that ended with a certificate on this day; of some only the badge is known."""
        took = int(self._rng.integers(25, 110))
        enrolled = max(day - took, day_of(self._people.accounts[FORUM][person].created_ms))
        passed = max(enrolled, day - int(self._rng.integers(3, 15)))
        declared = not has_badge or self._rng.random() < 0.92
        exported = not has_badge or self._rng.random() < 0.5
        if declared:
            yield from self._course(person, course, ELIGIBLE, enrolled, max(0, passed - enrolled))
        expires = year_later(year_later(day)) if declared and exported else None
        account = self._account(person, enrolled)
        yield Step(person, account, course, CERTIFIED, day, expires, declared and exported, has_badge)

    def _course(self, person: int, course: str, last: int, enrolled: int, took: int) -> Iterator[Step]:
        """The steps of a course up to `last`, over about so many days."""
        account = self._account(person, enrolled)
        yield Step(person, account, course, ENROLLED, enrolled)
        if last == ENROLLED:
            return
        modules = 2 if course == FIRST_STEPS else 4
        done = modules if last > MODULE else int(self._rng.integers(1, modules))
        for module in range(done):
            yield Step(person, account, course, MODULE, enrolled + took * (module + 1) // (modules + 1))
        if last >= COMPLETED:
            yield Step(person, account, course, COMPLETED, enrolled + took)
        if last >= ELIGIBLE:
            yield Step(person, account, course, ELIGIBLE, enrolled + took)

    def _account(self, person: int, day: int) -> Account:
        """The account the learning system knew on the day they enrolled: of some that at the desk."""
        desk = self._people.accounts[DESK].get(person)
        if desk is not None and desk.created_ms < day * DAY_MS and person % 3 == 0:
            return desk
        return self._people.accounts[FORUM][person]
