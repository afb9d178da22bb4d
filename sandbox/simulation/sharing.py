"""What members do for the community elsewhere: articles, talks, events, videos."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sandbox.simulation.calendar_days import day_of, is_known
from sandbox.simulation.chance import generator
from sandbox.simulation.options import FORUM, Options
from sandbox.simulation.people import EVANGELIST, EXPERT, REGULAR, SUPERNOVA, Account, People
from sandbox.simulation.words import PARTS

# Articles, talks, events, videos and others a year.
_KINDS = ("article", "talk", "event", "video", "other")
_YEARLY = {
    EXPERT: (2.2, 0.5, 0.2, 0.2, 0.15),
    EVANGELIST: (4.0, 1.6, 0.9, 0.6, 0.2),
    SUPERNOVA: (0.5, 0.1, 0.0, 0.0, 0.0),
    REGULAR: (0.12, 0.03, 0.0, 0.02, 0.01),
}


@dataclass(frozen=True)
class Activity:
    """Something published or held."""

    activity_id: str
    person: int
    account: Account
    kind: str
    title: str
    day: int
    area: int
    rating: float | None
    """Mean rating from 1 to 5, None without ratings."""
    ratings: int


def share_elsewhere(options: Options, people: People) -> list[Activity]:
    """All activities known at `end`, by day."""
    rng = generator(options.seed, "sharing")
    drawn: list[tuple[int, int, str]] = []
    for person in people.having(*_YEARLY).tolist():
        account = people.accounts[FORUM].get(person)
        if account is None:
            continue
        first = day_of(max(account.created_ms, int(people.joined[person]))) + 60
        until = day_of(int(min(people.gone[person], options.end_ms)))
        years = max(0, until - first) / 365
        for kind, yearly in zip(_KINDS, _YEARLY[int(people.role[person])], strict=True):
            days = rng.integers(first, max(first + 1, until), rng.poisson(yearly * years))
            drawn += [(day, person, kind) for day in days.tolist() if is_known(options, day)]
    drawn.sort()
    made = []
    for number, (day, person, kind) in enumerate(drawn, start=1):
        rated = kind in ("article", "talk", "video") and rng.random() < 0.85
        age = max(1, day_of(options.end_ms) - day)
        ratings = int(rng.poisson(1 + 14 * (1 - np.exp(-age / 120)))) if rated else 0
        quality = 3.4 + 0.35 * float(people.skill[person]) + 0.4 * float(rng.standard_normal())
        part = PARTS[int(rng.integers(0, len(PARTS)))]
        made.append(
            Activity(
                activity_id=f"{kind}-{number}",
                person=person,
                account=people.accounts[FORUM][person],
                kind=kind,
                title=f"{part}, {'explained' if kind == 'article' else 'live'}",
                day=day,
                area=int(people.area[person]) if rng.random() < 0.8 else -1,
                rating=round(min(5.0, max(1.0, quality)), 1) if ratings else None,
                ratings=ratings,
            )
        )
    return made


def activity_url(activity: Activity) -> str:
    """A made-up address."""
    return f"https://community.example.com/{activity.kind}/{activity.activity_id}"
