"""The recognition programs: who is nominated, awarded, renewed, and who lets it lapse.

The awards change nothing in what people do: their true effect is none. True experts and lasting stars
come in one by one, as the forum's group of experts shows; every half-year a committee adds
associates by what could be seen of the past year, with errors; students are ambassadors.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np

from sandbox.simulation import forum as f
from sandbox.simulation.calendar_days import day_of, half_years, is_known, year_later
from sandbox.simulation.chance import Ints, Rng, generator
from sandbox.simulation.forum import Forum
from sandbox.simulation.forum_standing import Standing
from sandbox.simulation.options import DAY_MS, Options
from sandbox.simulation.people import (
    CASUAL,
    EVANGELIST,
    EXPERT,
    NOT_GONE,
    PERSONAS,
    REGIONS,
    REGULAR,
    STAFF,
    SUPERNOVA,
    People,
)

EXPERTS, STUDENTS = "experts", "students"
_REGIONS = tuple(dict.fromkeys(region[0] for region in REGIONS))
GRACE_DAYS = 14
"""A term that is not renewed is closed so many days after its last one."""


@dataclass(frozen=True)
class Term:
    """One term of one member, or a nomination that came to none. Days count from 1970."""

    program: str
    person: int
    tier: str
    area: int
    """Index of the product, -1 for all."""
    region: str
    """Empty for all."""
    lead: str
    number: int
    """1 for the first, 0 if never awarded."""
    nominated_by: str
    nominated_on: int | None
    applied_on: int | None
    awarded_on: int | None
    ends_on: int | None
    outcome: str
    """As known at `end`; empty while open."""


@dataclass(frozen=True)
class Program:
    """Everything the programs' file holds at `end`."""

    terms: list[Term]
    cut_offs: list[int]
    published: int | None
    """The cut-off whose shortlist was shown to the committee."""


def run_program(options: Options, people: People, forum: Forum, reached: Standing) -> Program:
    """Works out all terms, in order of their first date."""
    office = _Office(options, people, forum, reached)
    office.experts()
    cut_offs = half_years(options)
    for cut_off in cut_offs:
        office.associates(cut_off)
    office.students()
    office.refusals()
    office.pending()
    office.terms.sort(key=lambda t: (t.program, t.awarded_on or t.nominated_on or 0, t.person))
    judged = [day for day in cut_offs if is_known(options, year_later(day))]
    return Program(office.terms, cut_offs, [*cut_offs[:1], *judged][-1] if cut_offs else None)


@dataclass
class _Office:
    """The people who run the programs, with what they can see."""

    options: Options
    people: People
    forum: Forum
    reached: Standing
    terms: list[Term] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._rng: Rng = generator(self.options.seed, "program")
        posts = self.forum.posts
        rows = np.flatnonzero((posts.kind != f.SMALL_ACTION) & (posts.author >= 0))
        order = np.argsort(posts.author[rows], kind="stable")
        self._rows: Ints = rows[order]
        self._starts = np.searchsorted(posts.author[self._rows], np.arange(len(self.people) + 1))
        events = self.forum.events
        accepts = (events.kind == f.ACCEPTED) & (posts.kind[events.post] == f.REPLY)
        self._accepted_at = np.full(len(posts.at), f.NEVER, dtype=np.int64)
        np.minimum.at(self._accepted_at, events.post[accepts], events.at[accepts])
        staff = self.people.having(STAFF)
        self._team = [p for p in staff.tolist() if self.people.department[p] == "community"]

    def experts(self) -> None:
        """Experts and lasting stars, from the day they joined the forum's group of experts."""
        people = self.people
        for person, at in sorted(self.reached.experts.items()):
            if people.hired[person] < 0:
                self._serve(EXPERTS, person, day_of(at), "expert")
        for person in people.having(EVANGELIST).tolist():
            hired = int(people.hired[person])
            if hired >= 0:
                onset = next(b.onset_ms for b in people.bursts if b.person == person)
                awarded = day_of(onset + (hired - onset) // 2)
                self._serve(EXPERTS, person, awarded, "expert", hired_on=day_of(hired))

    def associates(self, cut_off: int) -> None:
        """The committee's choice of a half-year: who helped all year and still does, seen with errors."""
        known = {term.person for term in self.terms}
        merits: list[tuple[float, int]] = []
        for person in self.people.having(REGULAR, CASUAL, SUPERNOVA).tolist():
            rows = self._posts_of(person, 0, cut_off)
            if person in known or len(rows) == 0 or self._day(rows[0]) > cut_off - 365:
                continue
            year = rows[self.forum.posts.at[rows] >= (cut_off - 365) * DAY_MS]
            bins = (cut_off * DAY_MS - 1 - self.forum.posts.at[year]) // (30 * DAY_MS)
            months = np.unique(bins)
            if len(months) < 6 or (months < 4).sum() < 3:
                continue
            replies = int((self.forum.posts.kind[year] == f.REPLY).sum())
            solved = int((self._accepted_at[year] < cut_off * DAY_MS).sum())
            merit = np.log1p(solved + replies / 6) + 0.5 * np.log(len(months))
            merits.append((float(merit + 0.4 * self._rng.standard_normal()), person))
        merits.sort(reverse=True)
        for _, person in merits[: max(1, round(self.options.members / 250))]:
            # Some wait for a seat.
            wait = self._rng.integers(75, 175) if self._rng.random() < 0.35 else self._rng.integers(20, 75)
            self._serve(EXPERTS, person, cut_off + int(wait), "associate")

    def students(self) -> None:
        """Students who posted a few times become ambassadors for a year, seldom for two."""
        students = self.people.having(REGULAR, CASUAL)
        students = students[self.people.persona[students] == PERSONAS.index("student")]
        taken = {term.person for term in self.terms}
        free = [
            p for p in students.tolist() if p not in taken and len(self._posts_of(p, 0, self._today)) >= 4
        ]
        self._rng.shuffle(free)
        for person in free[: max(2, self.options.members // 100)]:
            fourth = self._day(self._posts_of(person, 0, self._today)[3])
            self._serve(STUDENTS, person, fourth + int(self._rng.integers(30, 120)), "ambassador")

    def refusals(self) -> None:
        """Nominations in a short burst that are declined, and experts who would rather not."""
        people, rng = self.people, self._rng
        taken = {term.person for term in self.terms}
        early = [b for b in people.bursts if b.outcome == "supernova" and b.person not in taken]
        for burst in early[:: max(1, len(early) // max(1, self.options.members // 400))]:
            nominated = day_of(burst.onset_ms) + int(rng.integers(25, 60))
            self._refuse(burst.person, nominated, nominated + int(rng.integers(3, 20)), "declined")
        for person in people.having(EXPERT, EVANGELIST).tolist():
            if person not in self.reached.experts and person not in taken:
                self._refuse(person, day_of(int(people.joined[person])) + 300, None, "withdrawn")

    def pending(self) -> None:
        """Nominations still to be decided: experts about to join, and regulars for the next cycle."""
        joining = sorted(person for person, at in self.reached.experts.items() if at >= self.options.end_ms)
        taken = {term.person for term in self.terms}
        regulars = [
            p
            for p in self.people.having(REGULAR).tolist()
            if p not in taken and len(self._posts_of(p, self._today - 120, self._today)) >= 6
        ]
        for person in [*joining, *regulars[: max(1, self.options.members // 600)]]:
            nominated = self._today - int(self._rng.integers(5, 40))
            if person not in taken and nominated > day_of(int(self.people.joined[person])):
                applied = nominated + 4 if self._rng.random() < 0.5 else None
                self.terms.append(self._term(EXPERTS, person, "", nominated, applied, None, None, 0, ""))

    @property
    def _today(self) -> int:
        return -(-self.options.end_ms // DAY_MS)

    def _day(self, row: int) -> int:
        return day_of(int(self.forum.posts.at[row]))

    def _posts_of(self, person: int, first: int, until: int) -> Ints:
        """Rows of a person's posts from the day `first` up to before the day `until`."""
        mine = self._rows[self._starts[person] : self._starts[person + 1]]
        at = self.forum.posts.at[mine]
        return mine[(at >= first * DAY_MS) & (at < until * DAY_MS)]

    def _serve(self, program: str, person: int, awarded: int, tier: str, hired_on: int | None = None) -> None:
        """Term after term, as long as it is renewed and known at the end."""
        nominated = awarded - int(self._rng.integers(25, 90))
        nominated = max(nominated, day_of(int(self.people.joined[person])) + 1)
        applied = nominated + int(self._rng.integers(0, max(1, (awarded - nominated) // 2)))
        applied_on = applied if self._rng.random() < 0.7 else None
        if not is_known(self.options, awarded):
            if is_known(self.options, nominated) and program == EXPERTS:
                applied_on = applied_on if applied_on and is_known(self.options, applied_on) else None
                self.terms.append(self._term(program, person, "", nominated, applied_on, None, None, 0, ""))
            return
        number, first = 1, awarded
        while is_known(self.options, first):
            ends = year_later(first) - 1
            if hired_on is not None:
                ends = min(ends, hired_on - 1)
            outcome = self._outcome(program, person, tier, number, ends, hired_on)
            rank = "fellow" if tier == "expert" and number > 2 else tier
            once = number == 1
            self.terms.append(
                self._term(
                    program,
                    person,
                    rank,
                    nominated if once else None,
                    applied_on if once else None,
                    first,
                    ends,
                    number,
                    outcome,
                )
            )
            if outcome != "renewed":
                return
            number, first = number + 1, ends + 1

    def _outcome(
        self, program: str, person: int, tier: str, number: int, ends: int, hired_on: int | None
    ) -> str:
        """How a term ended, as known at the end."""
        if hired_on == ends + 1:
            return "hired" if is_known(self.options, ends + 1) else ""
        active = len(self._posts_of(person, ends - 180, ends + 1)) >= (2 if tier == "associate" else 4)
        resigns = number > 1 and (program == STUDENTS or self._rng.random() < 0.12)
        if active and not resigns:
            return "renewed" if is_known(self.options, ends + 1) else ""
        if not is_known(self.options, ends + 1 + GRACE_DAYS):
            return ""
        honoured = number >= 2 and program == EXPERTS
        first = not any(term.outcome == "emeritus" for term in self.terms)
        kept = honoured and (active or first or self._rng.random() < 0.4)
        return "emeritus" if kept else "lapsed"

    def _refuse(self, person: int, nominated: int, applied: int | None, outcome: str) -> None:
        if is_known(self.options, nominated + 45):
            self.terms.append(self._term(EXPERTS, person, "", nominated, applied, None, None, 0, outcome))

    def _term(
        self,
        program: str,
        person: int,
        tier: str,
        nominated: int | None,
        applied: int | None,
        awarded: int | None,
        ends: int | None,
        number: int,
        outcome: str,
    ) -> Term:
        region = REGIONS[int(self.people.region[person])][0]
        area = -1 if program == STUDENTS else int(self.people.area[person])
        when = awarded or nominated or 0
        regional = program == STUDENTS or tier == "associate"
        return Term(
            program=program,
            person=person,
            tier=tier,
            area=area,
            region=region if regional else "",
            lead=self._lead(_REGIONS.index(region) if regional else area, when) if awarded else "",
            number=number,
            nominated_by=self._nominator(person, nominated),
            nominated_on=nominated,
            applied_on=applied,
            awarded_on=awarded,
            ends_on=ends,
            outcome=outcome,
        )

    def _lead(self, place: int, day: int) -> str:
        """One of the community team looks after each area and each region; no one who has left."""
        there = [p for p in self._team if self.people.left[p] > day * DAY_MS] or self._team
        return _name(self.people, there[place % len(there)])

    def _nominator(self, person: int, day: int | None) -> str:
        """A member in term, at times one of the team, at times the member themself."""
        if day is None:
            return ""
        peers = list(_in_term(self.terms, person, day))
        if peers and self._rng.random() < 0.6:
            return _name(self.people, peers[int(self._rng.integers(0, len(peers)))])
        if self._rng.random() < 0.2:
            return _name(self.people, person)
        return self._lead(int(self._rng.integers(0, 8)), day)


def _in_term(terms: list[Term], person: int, day: int) -> Iterator[int]:
    for term in terms:
        if term.person != person and term.awarded_on and term.awarded_on <= day <= (term.ends_on or NOT_GONE):
            yield term.person


def _name(people: People, person: int) -> str:
    return " ".join(people.names[person])
