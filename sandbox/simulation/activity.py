"""Who opens topics and who answers when: the plan the forum is filled from."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sandbox.simulation.bursts import Climb, Spurt
from sandbox.simulation.chance import (
    WEEKDAY_FACTOR,
    Floats,
    Ints,
    Rng,
    generator,
    moments,
    off_weekends,
    pareto,
    pick,
    weekday,
)
from sandbox.simulation.options import DAY_MS, Options
from sandbox.simulation.people import (
    CASUAL,
    EXPERT,
    NOT_GONE,
    REGULAR,
    STAFF,
    People,
)
from sandbox.simulation.spaces import Spaces

TOPIC_SHARE = 0.24
"""Topics among posts."""
OWN_SHARE = 0.3
"""Replies in one's own topic among all replies."""


@dataclass(frozen=True)
class Acts:
    """Things people do in the forum, one row each, by time."""

    person: Ints
    at: Ints
    area: Ints


@dataclass(frozen=True)
class Plan:
    """New topics, and replies to other members' topics."""

    topics: Acts
    replies: Acts


def plan(options: Options, people: People, spaces: Spaces) -> Plan:
    """Draws every topic and reply to others, so that about `options.posts` posts fall before the end."""
    rng = generator(options.seed, "activity")
    topic_budget = TOPIC_SHARE * options.posts
    reply_budget = (options.posts - topic_budget) * (1 - OWN_SHARE)
    who, reply_rate, topic_rate = _special_rates(rng, options, people)
    replies_who, replies_at = _from_rates(rng, options, people, who, reply_rate)
    topics_who, topics_at = _from_rates(rng, options, people, who, topic_rate)
    ordinary = _ordinary(
        rng,
        options,
        people,
        max(topic_budget - float((topics_at <= options.end_ms).sum()), 0.08 * topic_budget),
        max(reply_budget - float((replies_at <= options.end_ms).sum()), 0.08 * reply_budget),
    )
    return Plan(
        _acts(rng, people, spaces, np.append(topics_who, ordinary[0]), np.append(topics_at, ordinary[1])),
        _acts(rng, people, spaces, np.append(replies_who, ordinary[2]), np.append(replies_at, ordinary[3])),
    )


def _acts(rng: Rng, people: People, spaces: Spaces, person: Ints, at: Ints) -> Acts:
    order = np.argsort(at, kind="stable")
    person, at = person[order], at[order]
    draw = rng.random(len(person))
    area = np.where(draw < 0.68, people.area[person], people.second_area[person])
    free = (draw >= 0.82) | (people.role[person] == STAFF)
    area[free] = pick(rng, spaces.area_shares, int(free.sum()))
    return Acts(person, at, area)


def _special_rates(rng: Rng, options: Options, people: People) -> tuple[Ints, Floats, Floats]:
    """Replies and topics a day of experts, bursts and staff: arrays (people, days)."""
    days = np.arange(options.days, dtype=np.float64)
    rows: list[tuple[int, Floats, float]] = []
    for person in people.having(EXPERT).tolist():
        level = 22 * np.exp(0.35 * rng.standard_normal()) / 30.4
        rise = (people.joined[person] - options.start_ms) / DAY_MS + rng.uniform(60, 150)
        rate = level / (1 + np.exp(-(days - rise) / 30.0))
        gone = people.gone[person]
        if gone != NOT_GONE:
            fade_from = (gone - options.start_ms) / DAY_MS - 150
            rate = rate * np.where(days > fade_from, np.exp(-(days - fade_from) / 55.0), 1.0)
        rows.append((person, _with_holidays(rng, rate), 0.1))
    for burst in people.bursts:
        rows.append((burst.person, burst.rate(days, options.start_ms, rng), 0.09))
    others: list[Climb | Spurt] = [*people.climbs, *people.spurts]
    for other in others:
        rows.append((other.person, other.rate(days, options.start_ms), 0.04))
    size = options.posts_a_month / 2_500
    staff = people.having(STAFF)
    talkers = [p for p in staff.tolist() if people.department[p] in ("community", "support")]
    seeding = (16 / (1 + np.exp((days - 115) / 22)) + 2.6) * size
    for person in staff.tolist():
        share = (0.85 if people.department[person] == "community" else 0.15) if person in talkers else 0.02
        count = sum(people.department[p] == people.department[person] for p in staff.tolist())
        rows.append((person, seeding * share / max(1, count), 0.28))
    who = np.array([row[0] for row in rows], dtype=np.int64)
    replies = np.array([row[1] for row in rows])
    replies *= WEEKDAY_FACTOR[weekday(options.start_ms // DAY_MS + np.arange(options.days))]
    return who, replies, replies * np.array([[row[2]] for row in rows])


def _with_holidays(rng: Rng, rate: Floats) -> Floats:
    rate = rate.copy()
    for _ in range(1 + len(rate) // 240):
        first = int(rng.integers(0, len(rate)))
        rate[first : first + int(rng.integers(7, 22))] = 0.0
    return rate


def _from_rates(rng: Rng, options: Options, people: People, who: Ints, rates: Floats) -> tuple[Ints, Ints]:
    """Draws acts from daily rates and keeps those within each person's time."""
    counts = rng.poisson(rates)
    row, day = np.nonzero(counts)
    times = counts[row, day]
    person = np.repeat(who[row], times)
    days = np.repeat(day.astype(np.int64), times) + options.start_ms // DAY_MS
    at = moments(rng, days, people.zone[person])
    kept = (at >= np.maximum(people.joined[person], options.start_ms)) & (at < people.gone[person])
    kept &= at < options.horizon_ms
    return person[kept], at[kept]


def _ordinary(
    rng: Rng, options: Options, people: People, topics: float, replies: float
) -> tuple[Ints, Ints, Ints, Ints]:
    """Topics and replies of casual and regular members: heavy-tailed, spread over their time."""
    who = people.having(CASUAL, REGULAR)
    until = np.minimum(people.gone[who], options.horizon_ms)
    months = (until - people.joined[who]) / (30.4 * DAY_MS)
    regular = people.role[who] == REGULAR
    eager = pareto(rng, len(who), 1.7, 12.0)
    tempo = np.where(regular, 2.2, 0.55) * eager
    asks = rng.beta(1.4, 1.6, len(who))
    seen = np.clip((options.end_ms - people.joined[who]) / np.maximum(until - people.joined[who], 1), 0, 1)
    amount = tempo * (months + 0.12) ** 0.85
    made: list[Ints] = []
    starts_with_reply = rng.random(len(who)) < 0.5
    for budget, taste, first in (
        (topics, asks, ~starts_with_reply),
        (replies, 1.15 - asks, starts_with_reply),
    ):
        weight = amount * taste
        left = max(budget - float((first & (people.joined[who] <= options.end_ms)).sum()), 0.25 * budget)
        counts = rng.poisson(left * weight / max(float((weight * seen).sum()), 1e-9))
        person = np.repeat(who, counts)
        share = rng.random(len(person)) ** 1.3
        joined = people.joined[person]
        span = np.minimum(people.gone[person], options.horizon_ms) - joined
        at = off_weekends(rng, joined + (share * span).astype(np.int64))
        at = moments(rng, at // DAY_MS, people.zone[person])
        firsts = who[first]
        at = np.maximum(at, joined)
        kept = (at < np.minimum(people.gone[person], options.horizon_ms)) & (at > options.start_ms)
        made += [
            np.append(firsts, person[kept]),
            np.append(np.maximum(people.joined[firsts], options.start_ms + DAY_MS // 4), at[kept]),
        ]
    return made[0], made[1], made[2], made[3]
