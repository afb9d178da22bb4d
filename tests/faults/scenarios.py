"""What the campaign tries: vendors, kinds of faults, kills and days, dealt from a seed.

Like cards rather than like dice: every pair of vendor and fault is dealt before one comes again, and so is
every place to be killed at. The same seed and number of scenarios give the same scenarios.
"""

from __future__ import annotations

import itertools
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal, TypeVar

from sandbox.faults import KINDS
from tests.faults.kills import EXTRACT, LOAD, PUBLISH, Kill

VENDORS = {"forum": "discourse", "ideas": "uservoice", "desk": "zendesk"}
"""The vendor of each source of the campaign's community."""
UNREACHABLE = ("outage", "locked_out")
"""Nobody answers, or the key is refused, until it is mended: the sandbox does not inject these."""
EVERY_KIND = "every kind"
"""All that the sandbox injects, in turn."""
IMPOSSIBLE = frozenset(
    {("discourse", "expired_cursor"), ("discourse", "expired_token"), ("zendesk", "expired_token")}
)
"""Faults a vendor can't have: it has no cursors, or no tokens."""
SAME_DAY = ((1,), (2,), (4,))
DAYS_APART = ((1, 2), (1, 4), (2, 3), (3, 5))
"""Days after the first load: on the first something happens, on the second it is run until it is well."""
LAST_DAY = 13
"""Days apart end with a calm load so late that everything read weekly is read again."""
STAGES = ("extract", "load", "build", "gate", "publish")

Shape = Literal["read", "publish", "whole"]
T = TypeVar("T")


@dataclass(frozen=True)
class Scenario:
    """One trial.

    read: one vendor's faults and kills, from its API to the raw tables. publish: a killed publish. whole: a
    daily load of all sources with faults in all of them, killed in any stage, to its published release.
    """

    number: int
    shape: Shape
    source: str
    kind: str
    days: tuple[int, ...]
    kills: tuple[Kill, ...]
    seed: int

    @property
    def vendor(self) -> str:
        """Its vendor, or `all`."""
        return VENDORS.get(self.source, "all")

    @property
    def is_days_apart(self) -> bool:
        """Whether it is left as it is on one day and mended on another."""
        return len(self.days) > 1

    @property
    def replays(self) -> bool:
        """Whether the landing files are replayed at the end, too."""
        return self.number % 4 == 0

    def __str__(self) -> str:
        days = ", ".join(str(day) for day in self.days)
        kills = " and ".join(str(kill) for kill in self.kills) or "not killed"
        return f"#{self.number} {self.shape} {self.vendor} {self.kind}, day {days}, {kills}"


def deal(seed: int, count: int) -> list[Scenario]:
    """`count` scenarios: one in 48 whole, one in 10 a publish, the others readings."""
    whole, publish = round(count / 48), round(count / 10)
    numbers: dict[Shape, int] = {"read": count - whole - publish, "publish": publish, "whole": whole}
    shapes = [shape for shape, number in numbers.items() for _ in range(number)]
    chance = random.Random(seed)
    pairs = _cards(
        chance,
        [
            (source, kind)
            for source, vendor in VENDORS.items()
            for kind in (*KINDS, EVERY_KIND, *UNREACHABLE)
            if (vendor, kind) not in IMPOSSIBLE
        ],
    )
    places = _cards(chance, [None, *EXTRACT, *LOAD])
    days = _cards(chance, [*SAME_DAY, *DAYS_APART])
    moves = _cards(chance, PUBLISH)
    stages = itertools.cycle(STAGES)
    dealt = []
    for number, shape in enumerate(shapes):
        own = chance.randrange(2**31)
        if shape == "publish":
            kill = Kill(next(moves), chance.random())
            dealt.append(Scenario(number, shape, "all", "none", (1,), (kill,), own))
        elif shape == "whole":
            kill = Kill(f"{next(stages)} moment", chance.random())
            dealt.append(Scenario(number, shape, "all", EVERY_KIND, (1,), (kill,), own))
        else:
            source, kind = next(pairs)
            first = next(places)
            kills = [Kill(first, chance.random())] if first else []
            if first and chance.random() < 0.3:
                kills.append(Kill(chance.choice((*EXTRACT, *LOAD)), chance.random()))
            dealt.append(Scenario(number, shape, source, kind, next(days), tuple(kills), own))
    return dealt


def _cards(chance: random.Random, cards: Sequence[T]) -> Iterator[T]:
    """The cards in random order, again and again."""
    while True:
        yield from chance.sample(cards, len(cards))
