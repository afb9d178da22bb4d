"""What the company knows of its people and no vendor tells: programs, learning, activities, facts."""

from __future__ import annotations

from dataclasses import dataclass

from sandbox.simulation.chance import generator
from sandbox.simulation.forum import Forum
from sandbox.simulation.forum_standing import Standing
from sandbox.simulation.learning import Step, teach
from sandbox.simulation.options import BOARD, DESK, FORUM, Options
from sandbox.simulation.people import BOT, PERSONAS, REGIONS, STAFF, Account, People
from sandbox.simulation.program import Program, run_program
from sandbox.simulation.sharing import Activity, share_elsewhere


@dataclass(frozen=True)
class Fact:
    """What is known of one account's owner; empty what is not."""

    account: Account
    segment: str
    persona: str
    region: str
    organization: str


@dataclass(frozen=True)
class Recognition:
    """All of it as known at `end`."""

    program: Program
    steps: list[Step]
    activities: list[Activity]
    facts: list[Fact]
    known_organizations: list[int]
    """Rows of organizations whose segment and revenue the company tells by hand."""


def recognize(options: Options, people: People, forum: Forum, reached: Standing) -> Recognition:
    """Works out all that the seeds of recognition hold."""
    program = run_program(options, people, forum, reached)
    return Recognition(
        program,
        teach(options, people, forum, reached),
        share_elsewhere(options, people),
        _facts(options, people, {term.person for term in program.terms}),
        [
            row
            for row, organization in enumerate(people.organizations)
            if organization.segment != "unknown" and row % 4 == 1
        ],
    )


def _facts(options: Options, people: People, served: set[int]) -> list[Fact]:
    """Most program members are known well, a few of the others in part; all of it is true."""
    rng = generator(options.seed, "facts")
    made = []
    for person in range(len(people)):
        accounts = [people.accounts[source].get(person) for source in (FORUM, BOARD, DESK)]
        there = [a for a in accounts if a is not None and a.created_ms < options.end_ms]
        known = rng.random(5)
        wanted = 0.85 if person in served else 0.14
        if not there or people.role[person] in (STAFF, BOT) or known[0] > wanted:
            continue
        segment = people.segment(person)
        row = int(people.organization[person])
        fact = Fact(
            account=there[0],
            segment=segment if segment != "unknown" and known[1] < 0.6 else "",
            persona=PERSONAS[int(people.persona[person])] if known[2] < 0.7 else "",
            region=REGIONS[int(people.region[person])][0] if known[3] < 0.8 else "",
            organization=people.organizations[row].name if row >= 0 and known[4] < 0.6 else "",
        )
        if fact.segment or fact.persona or fact.region or fact.organization:
            made.append(fact)
    return made
