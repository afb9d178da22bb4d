"""Shapes of activity that stand out: bursts that vanish, bursts that last, and what only looks like one."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from sandbox.simulation.chance import Floats, Ints, Rng, generator
from sandbox.simulation.options import DAY_MS, Options


@dataclass(frozen=True)
class Burst:
    """A flare of activity: a supernova's, or the start of someone who lasts."""

    person: int
    onset_ms: int
    """The day the burst begins."""
    monthly_peak: float
    """Expected replies to others in 30 days at the height."""
    plateau_days: int
    strength: str
    """`strong` or `weak`."""
    outcome: str
    """`supernova` or `lasting`, as it will turn out."""
    fall_days: float = 8.0
    """After so many days more a supernova's rate is down to 37 %."""
    stays: float = 0.62
    """Share of the height at which one that lasts settles; about 1 for those who are hired."""
    gap: tuple[int, int] = (0, 0)
    """Days after the onset between which nothing is written: a week away from the desk."""
    echo: tuple[int, int] = (0, 0)
    """Days after the onset between which a supernova is back, at a fifth of the height."""

    def rate(self, days: Floats, start_ms: int, rng: Rng) -> Floats:
        """Replies a day: a quick rise, a plateau, then a fall or a level that stays."""
        onset = (self.onset_ms - start_ms) / DAY_MS
        level = self.monthly_peak / 30.4
        since = days - onset
        height = level * np.clip((since + 1) / 8.0, 0.0, 1.0)
        before = np.where(since < 0, rng.uniform(0.3, 1.2) / 30.4, 0.0)
        if self.outcome == "lasting":
            height = height * (self.stays + (1 - self.stays) * np.exp(-np.clip(since - 75, 0, None) / 60.0))
        else:
            fallen = np.clip(since - self.plateau_days, 0, None)
            tail = np.where(fallen > 0, 0.018 * level, 0.0)
            height = height * np.exp(-fallen / self.fall_days) + tail
            height = np.where((since >= self.echo[0]) & (since < self.echo[1]), 0.2 * level, height)
        height = np.where((since >= self.gap[0]) & (since < self.gap[1]), 0.0, height)
        made: Floats = before + np.where(since >= 0, height, 0.0)
        return made


@dataclass(frozen=True)
class Climb:
    """Someone who comes to help more and more over most of a year: no burst."""

    person: int
    start_ms: int
    days: int
    monthly_top: float

    def rate(self, days: Floats, start_ms: int) -> Floats:
        """Replies a day: a straight line up, then the top."""
        since = days - (self.start_ms - start_ms) / DAY_MS
        made: Floats = self.monthly_top / 30.4 * np.clip(since / self.days, 0.0, 1.0)
        return made


@dataclass(frozen=True)
class Spurt:
    """One to three days of many replies, then things are as before: no burst."""

    person: int
    start_ms: int
    days: int
    replies: int

    def rate(self, days: Floats, start_ms: int) -> Floats:
        """Replies a day."""
        since = days - (self.start_ms - start_ms) // DAY_MS
        made: Floats = np.where((since >= 0) & (since < self.days), self.replies / self.days, 0.0)
        return made


def vary(options: Options, bursts: list[Burst], hired: Ints) -> list[Burst]:
    """The same bursts with shapes of their own: lower, slower, with a gap, with an echo.

    None is lower than twice a steady expert's 22 replies a month: less would strike nobody.
    Who is `hired` (by person, -1 for never) keeps the height, since helping becomes their work.
    """
    rng = generator(options.seed, "burst shapes")
    made = []
    for burst in bursts:
        draw = rng.random(4)
        lower, fall, away, back = (float(x) for x in rng.random(4))
        peak = burst.monthly_peak
        if burst.strength == "weak" and draw[0] < 0.4:
            peak *= 0.85 + 0.12 * lower
        slow = burst.outcome == "supernova" and draw[1] < 0.3
        week = 14 + int(20 * away)
        later = burst.plateau_days + 170 + int(90 * back)
        made.append(
            replace(
                burst,
                monthly_peak=peak,
                stays=0.85 + 0.25 * lower if hired[burst.person] >= 0 else burst.stays,
                fall_days=15 + 12 * fall if slow else 5 + 6 * fall,
                gap=(week, week + 7) if draw[2] < 0.25 and peak > 60 else (0, 0),
                echo=(later, later + 28) if draw[3] < 0.2 and burst.outcome == "supernova" else (0, 0),
            )
        )
    return made


def lasting_members(
    options: Options, people: Ints, joined: Ints, gone: Ints, count: int
) -> tuple[list[Burst], list[Climb], list[Spurt]]:
    """Ordinary members who begin with a burst and stay, who climb, or who spurt for a few days.

    `people` are who may; the first two are taken from those who stay for more than a year.
    """
    rng = generator(options.seed, "members who stand out")
    stay = people[(gone[people] - joined[people] > 430 * DAY_MS) & (joined[people] >= options.start_ms)]
    chosen = rng.permutation(stay)[: 2 * count]
    bursts = []
    for person in chosen[:count].tolist():
        peak = float(rng.uniform(45, 85))
        bursts.append(
            Burst(
                person=person,
                onset_ms=int(joined[person]) + int(rng.integers(0, 20)) * DAY_MS,
                monthly_peak=peak,
                plateau_days=options.days,
                strength="strong" if peak > 65 else "weak",
                outcome="lasting",
                stays=float(rng.uniform(0.25, 0.6)),
            )
        )
    climbs = [
        Climb(person, int(joined[person]), int(rng.integers(270, 400)), float(rng.uniform(25, 45)))
        for person in chosen[count:].tolist()
    ]
    spurts = []
    for person in rng.permutation(np.setdiff1d(people, chosen))[: 2 * count].tolist():
        room = max(1, int(min(gone[person], options.horizon_ms) - joined[person]))
        at = int(joined[person]) + int(rng.random() * room)
        spurts.append(Spurt(person, at, int(rng.integers(1, 4)), int(rng.integers(15, 45))))
    return bursts, climbs, spurts
