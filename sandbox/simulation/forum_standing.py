"""What members reach in the forum besides posting: levels, badges, the experts' program."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from sandbox.simulation import forum as f
from sandbox.simulation.chance import Ints, Rng, generator
from sandbox.simulation.forum import Forum
from sandbox.simulation.options import DAY_MS, FORUM, HOUR_MS, Options
from sandbox.simulation.people import BOT, EVANGELIST, EXPERT, LURKER, STAFF, People

LEVEL_AT_POSTS = (0, 2, 13, 91)
"""With which of their posts members reach each trust level."""


@dataclass(frozen=True)
class Grant:
    """A badge given to someone."""

    badge_id: int
    person: int
    at: int
    by: int
    """Person number of who gave it, SYSTEM for the forum itself."""
    post: int | None = None


@dataclass(frozen=True)
class Standing:
    """What members reach in the forum besides posting."""

    levels: Ints
    """Trust level of the author at each post."""
    reached: dict[int, list[tuple[int, int]]]
    """By person: when which trust level was reached."""
    grants: list[Grant]
    moderators: frozenset[int]
    experts: dict[int, int]
    """Program members: when they joined the experts' group."""
    suspended: dict[int, tuple[int, int]]
    """From when to when members were locked out."""


def standing(options: Options, people: People, forum: Forum) -> Standing:
    """Works out levels, badges, moderators and the experts' program from what people did."""
    rng = generator(options.seed, "standing")
    posts = forum.posts
    counted = (posts.kind != f.SMALL_ACTION) & (posts.author >= 0)
    rank = f.running_number(posts.author) * counted
    levels = np.searchsorted(np.array(LEVEL_AT_POSTS), rank, side="right") - 1
    staff = np.isin(people.role, (STAFF, BOT))
    levels[counted & staff[posts.author]] = 4
    levels[posts.author < 0] = 4
    reached: dict[int, list[tuple[int, int]]] = {}
    for level, threshold in enumerate(LEVEL_AT_POSTS[1:], start=1):
        for row in np.flatnonzero(counted & (rank == threshold)).tolist():
            person = int(posts.author[row])
            if not staff[person]:
                reached.setdefault(person, []).append((int(posts.at[row]), level))
    for person in people.having(LURKER).tolist():
        if person % 3:
            reached[person] = [(int(people.joined[person]) + (2 + person % 9) * DAY_MS, 1)]
    experts = _program(rng, options, people)
    volunteers = [p for p in experts if people.role[p] == EXPERT][:3]
    community = [p for p in people.having(STAFF).tolist() if people.department[p] == "community"]
    grants = list(_grants(rng, options, people, forum, rank, reached, experts))
    grants.sort(key=lambda g: (g.at, g.person, g.badge_id))
    suspended = {}
    members = people.having(LURKER, LURKER + 1)
    for person in rng.choice(
        members, min(len(members), max(2, options.members // 180)), replace=False
    ).tolist():
        first = max(int(people.joined[person]), options.start_ms) + int(rng.integers(1, 40)) * DAY_MS
        if first < options.horizon_ms:
            suspended[person] = (first, first + int(rng.choice([7, 30, 36_500])) * DAY_MS)
    return Standing(levels, reached, grants, frozenset(volunteers + community[:1]), experts, suspended)


def _program(rng: Rng, options: Options, people: People) -> dict[int, int]:
    """Experts enter the program some months after they came, lasting stars too."""
    members: dict[int, int] = {}
    for person in people.having(EXPERT, EVANGELIST).tolist():
        joins = int(people.joined[person]) + int(rng.integers(240, 420)) * DAY_MS
        if rng.random() < 0.85 and joins < min(int(people.gone[person]), options.horizon_ms):
            members[person] = joins
    return members


def _grants(
    rng: Rng,
    options: Options,
    people: People,
    forum: Forum,
    rank: Ints,
    reached: dict[int, list[tuple[int, int]]],
    experts: dict[int, int],
) -> Iterator[Grant]:
    posts = forum.posts
    for row in np.flatnonzero(rank == 1).tolist():
        yield Grant(16, int(posts.author[row]), int(posts.at[row]) + 60_000, f.SYSTEM, row)
    for person, steps in reached.items():
        for at, level in steps:
            if at < options.horizon_ms:
                yield Grant(level, person, at + HOUR_MS // 2, f.SYSTEM)
    liked = forum.events.kind == f.LIKED
    nth = f.running_number(forum.events.post[liked])
    for badge_id, needed in ((6, 5), (7, 12)):
        for row, at in zip(
            forum.events.post[liked][nth == needed].tolist(),
            forum.events.at[liked][nth == needed].tolist(),
            strict=True,
        ):
            if posts.author[row] >= 0 and posts.number[row] > 1:
                yield Grant(badge_id, int(posts.author[row]), at, f.SYSTEM, row)
    active = np.unique(posts.author[posts.author >= 0])
    for person in active.tolist():
        born = people.accounts[FORUM][person].created_ms
        for year in range(1, 1 + options.months // 12):
            day = born + year * 365 * DAY_MS
            if day < options.horizon_ms and people.gone[person] > day - 90 * DAY_MS:
                yield Grant(20, person, day, f.SYSTEM)
    community = [p for p in people.having(STAFF).tolist() if people.department[p] == "community"]
    learners = active[rng.random(len(active)) < 0.19]
    for person in learners.tolist():
        # Any day of two years is equally likely, so that certified members are as long here as others.
        at = int(people.joined[person]) + int(rng.integers(0, 730)) * DAY_MS + HOUR_MS
        if options.start_ms < at < options.horizon_ms and people.role[person] not in (STAFF, BOT):
            yield Grant(101 + int(rng.choice(3, p=[0.6, 0.25, 0.15])), person, at, community[0])
    for person, at in experts.items():
        yield Grant(110, person, at + HOUR_MS, community[0])
    for person in rng.choice(active, min(len(active), 25), replace=False).tolist():
        at = int(rng.integers(options.start_ms, options.horizon_ms))
        if at > people.joined[person] and people.role[person] not in (STAFF, BOT):
            yield Grant(111, person, at, community[0])
