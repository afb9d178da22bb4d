"""Who was like whom: matching done person by person, as one would on paper."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

import pandas as pd

from tests.dbt_project.community.conftest import Community

AUTHORED = "('topic','reply','article','feature_request','vote','comment','bug_report','activity')"
MONTH_OF_AFTER = 6


def month_of(moment: pd.Timestamp) -> int:
    """Months since year 0."""
    return moment.year * 12 + moment.month - 1


def start_of(month: int) -> pd.Timestamp:
    return pd.Timestamp(year=month // 12, month=month % 12 + 1, day=1, tz="UTC")


@dataclass
class Person:
    """What one person did in which month."""

    authored: Counter[int] = field(default_factory=Counter)
    te_thirds: Counter[int] = field(default_factory=Counter)
    areas: dict[int, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    staff_periods: list[tuple[pd.Timestamp, pd.Timestamp]] = field(default_factory=list)

    def wrote(self, months: Iterable[int]) -> int:
        return sum(self.authored[month] for month in months)

    def helped(self, months: Iterable[int]) -> float:
        return sum(self.te_thirds[month] for month in months) / 3

    def area(self, month: int) -> str | None:
        found: Counter[str] = Counter()
        for each in range(month - 12, month):
            found.update(self.areas.get(each, {}))
        return min(found, key=lambda area: (-found[area], area)) if found else None

    def tenure(self, month: int) -> int:
        """Months since the first contribution; negative before it."""
        return month - min(self.authored) if self.authored else -1

    def band(self, month: int) -> int:
        return (self.tenure(month) >= 12) + (self.tenure(month) >= 36)

    def is_staff(self, month: int) -> bool:
        # Months before the first contribution are not looked at.
        first, after = start_of(max(month - 12, min(self.authored))), start_of(month + 7)
        return any(start < after and end > first for start, end in self.staff_periods)


def people(community: Community) -> dict[str, Person]:
    found: dict[str, Person] = defaultdict(Person)
    for row in community.rows(
        f"""
        select member_key, occurred_at, expertise_area, te_thirds, kind in {AUTHORED} as is_authored
        from marts.fct_contribution
        """
    ):
        person, month = found[row.member_key], month_of(row.occurred_at)
        person.te_thirds[month] += row.te_thirds
        if row.is_authored:
            person.authored[month] += 1
            if row.expertise_area is not None:
                person.areas[month][row.expertise_area] += 1
    for row in community.rows(
        """
        select member_key, greatest(starts_at, '1900-01-01'::timestamptz) as starts_at,
            least(ends_at, '2200-01-01'::timestamptz) as ends_at
        from intermediate.int_staff_periods__unioned
        """
    ):
        if row.member_key in found:
            found[row.member_key].staff_periods.append((row.starts_at, row.ends_at))
    return found


@dataclass(frozen=True)
class Turn:
    """A first award or certificate, or the same person a year before."""

    subject: str
    member_key: str
    turned_month: int
    month: int
    is_placebo: bool
    is_first: bool


def turns(first_times: dict[tuple[str, str], pd.Timestamp]) -> list[Turn]:
    """{(subject, member): when} as turning points and their placebos."""
    earliest: dict[str, tuple[pd.Timestamp, str]] = {}
    for (subject, member), when in first_times.items():
        earliest[member] = min(earliest.get(member, (when, subject)), (when, subject))
    return [
        Turn(
            subject,
            member,
            month_of(when),
            month_of(when) - earlier,
            earlier > 0,
            earliest[member][1] == subject,
        )
        for (subject, member), when in first_times.items()
        for earlier in (0, 12)
    ]


def difference(one: Person, other: Person, month: int) -> float:
    halves = (range(month - 12, month - 6), range(month - 6, month))
    return sum(abs(math.log((1 + one.wrote(half)) / (1 + other.wrote(half)))) for half in halves) / 2


def peers_of(turn: Turn, everybody: dict[str, Person], turned: dict[str, int]) -> list[str]:
    """The nearest three of all people, one by one."""
    month = turn.month
    person = everybody.get(turn.member_key)
    if person is None or person.tenure(month) <= 0 or person.is_staff(month):
        return []
    near = []
    for key, other in everybody.items():
        if key == turn.member_key or other.tenure(month) <= 0 or other.band(month) != person.band(month):
            continue
        if turned.get(key, 10**6) <= month + MONTH_OF_AFTER or other.is_staff(month):
            continue
        distance = difference(person, other, month)
        if distance > 0.25 + 1e-9 or other.area(month) != person.area(month):
            continue
        near.append((round(distance, 9), abs(other.tenure(month) - person.tenure(month)), key))
    return [key for _, _, key in sorted(near)[:3]]


@dataclass
class Effect:
    """What one line of a comparison should say."""

    points: int = 0
    open_points: int = 0
    staff: int = 0
    unmatched: int = 0
    activity: list[float] = field(default_factory=list)
    help: list[float] = field(default_factory=list)

    @property
    def matched(self) -> int:
        return len(self.activity)


def effects(
    all_turns: list[Turn],
    matches: dict[Turn, list[str]],
    everybody: dict[str, Person],
    known_until: pd.Timestamp,
) -> dict[tuple[str, bool], Effect]:
    """{(subject or all, is it the placebo): effect}"""
    found: dict[tuple[str, bool], Effect] = defaultdict(Effect)
    for turn in all_turns:
        for subject in {turn.subject} | ({"all"} if turn.is_first else set()):
            effect = found[subject, turn.is_placebo]
            effect.points += 1
            person = everybody.get(turn.member_key)
            after = range(turn.month + 1, turn.month + 7)
            if start_of(turn.month + 7) > known_until:
                effect.open_points += 1
            elif person is not None and person.tenure(turn.month) > 0 and person.is_staff(turn.month):
                effect.staff += 1
            elif person is None or not matches[turn]:
                effect.unmatched += 1
            else:
                peers = [everybody[key] for key in matches[turn]]
                effect.activity.append(
                    math.log(1 + person.wrote(after))
                    - sum(math.log(1 + peer.wrote(after)) for peer in peers) / len(peers)
                )
                effect.help.append(
                    math.log(1 + person.helped(after))
                    - sum(math.log(1 + peer.helped(after)) for peer in peers) / len(peers)
                )
    return found
