"""Trajectories and flares, worked out once more in Python from posts, contributions and staff periods."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
import pandas as pd
import pytest

from tests.dbt_project.community.conftest import Community

Series = Mapping[int, int]
"""A count by month; months are numbered from year 0, months without any are absent."""


def number(month: pd.Timestamp) -> int:
    """A month as one number."""
    return month.year * 12 + month.month - 1


def total(series: Series, first: int, last: int) -> int:
    """What happened from one month to another, both included."""
    return sum(series.get(month, 0) for month in range(first, last + 1))


@dataclass(frozen=True)
class Person:
    """What one member did: by month authored, answers to others and active days; months as staff."""

    authored: Series
    answers: Series
    days: Series
    staff: frozenset[int]

    @property
    def first(self) -> int:
        """The month of the first contribution."""
        return min(self.authored)


@dataclass(frozen=True)
class Flare:
    """A flare by its months."""

    onset: int
    last: int
    threshold: float


def threshold(people: Sequence[Person], month: int) -> float:
    """H of a month."""
    values = [
        answers
        for person in people
        for each, answers in person.answers.items()
        if month - 12 <= each < month and answers > 0 and each not in person.staff
    ]
    return 20.0 if len(values) < 100 else max(20.0, float(np.percentile(values, 95)))


def flares(person: Person, thresholds: Mapping[int, float], last_month: int) -> list[Flare]:
    """The person's flares in order of time, in the months to `last_month`."""
    found: list[Flare] = []
    for month in range(person.first, last_month + 1):
        if found and month - found[-1].last <= 6:
            continue
        limit = thresholds[month]
        if person.answers.get(month, 0) < limit or person.days.get(month, 0) < 5:
            continue
        if month > person.first + 2:
            begin = max(month - 8, person.first)
            if total(person.answers, begin, month - 3) / (month - 2 - begin) > limit / 4:
                continue
        last = month
        while last < min(last_month, month + 5) and person.answers.get(last + 1, 0) >= Fraction(limit) / 3:
            last += 1
        found.append(Flare(month, last, limit))
    return found


def outcome(person: Person, flare: Flare, last_month: int) -> str:
    """supernova, lasting or open."""
    seen = [person.answers.get(month, 0) for month in range(flare.onset, last_month + 1)]
    peak = max(seen[:3])
    silences = [
        start for start in range(1, 9) if start + 3 <= len(seen) and max(seen[start : start + 3]) * 10 <= peak
    ]
    if silences and peak >= 1.25 * flare.threshold:
        return "supernova"
    return "lasting" if last_month - flare.onset >= 12 else "open"


def trajectory(person: Person, found: Sequence[Flare], last_month: int) -> list[str]:
    """The class of each month from the first contribution to `last_month`."""
    burning = {month for flare in found for month in range(flare.onset, flare.last + 1)}
    classes: list[str] = []
    signal = "steady"
    for month in range(person.first, last_month + 1):
        recent = Fraction(total(person.authored, month - 2, month), 3)
        begin = max(month - 8, person.first)
        if month in burning:
            classes.append("flare")
            continue
        if recent == 0 or month <= person.first + 2:
            classes.append("gone" if recent == 0 else "new")
            signal = "steady"
            continue
        before = Fraction(total(person.authored, begin, month - 3), month - 2 - begin)
        if recent <= before / 2:
            signal = "fading"
        elif recent >= 2 * before and recent >= 2:
            signal = "rising"
        elif before * 4 / 5 <= recent <= before * 5 / 4:
            signal = "steady"
        classes.append(signal)
    return classes


AUTHORED = "'topic', 'reply', 'article', 'feature_request', 'vote', 'comment', 'bug_report', 'activity'"


@dataclass(frozen=True)
class World:
    """Everybody's months, the thresholds and the flares that follow from them."""

    people: Mapping[str, Person]
    thresholds: Mapping[int, float]
    flares: Mapping[str, Sequence[Flare]]
    last_month: int

    @property
    def onsets(self) -> dict[tuple[str, int], Flare]:
        return {(key, flare.onset): flare for key, found in self.flares.items() for flare in found}


@pytest.fixture(scope="module")
def world(community: Community) -> World:
    """Worked out from contributions and posts."""
    acts = community.frame(
        f"select member_key, occurred_at as at from marts.fct_contribution where kind in ({AUTHORED})"
    )
    replies = community.frame(
        """
        select member_key, created_at as at from intermediate.int_posts__classified
        where is_counted and post_number != 1 and member_key is distinct from opener_member_key
        """
    )
    authored: dict[str, dict[int, int]] = {}
    answers: dict[str, dict[int, int]] = {}
    days: dict[str, dict[int, set[object]]] = {}
    for member_key, at in zip(acts["member_key"], acts["at"], strict=True):
        months = authored.setdefault(member_key, {})
        months[number(at)] = months.get(number(at), 0) + 1
        days.setdefault(member_key, {}).setdefault(number(at), set()).add(at.date())
    for member_key, at in zip(replies["member_key"], replies["at"], strict=True):
        months = answers.setdefault(member_key, {})
        months[number(at)] = months.get(number(at), 0) + 1
    last_month = number(community.known_until) - 1
    staff = _staff_months(community, range(min(map(min, authored.values())), last_month + 1))
    people = {
        key: Person(
            authored[key],
            answers.get(key, {}),
            {month: len(seen) for month, seen in days[key].items()},
            frozenset(staff.get(key, ())),
        )
        for key in authored
    }
    thresholds = {
        month: threshold(list(people.values()), month)
        for month in range(min(person.first for person in people.values()), last_month + 1)
    }
    found = {key: flares(person, thresholds, last_month) for key, person in people.items()}
    return World(people, thresholds, found, last_month)


def _staff_months(community: Community, months: range) -> dict[str, set[int]]:
    def begin(month: int) -> pd.Timestamp:
        return pd.Timestamp(year=month // 12, month=month % 12 + 1, day=1, tz="UTC")

    staff: dict[str, set[int]] = {}
    # The far ends of open periods lie beyond what a timestamp in nanoseconds can hold.
    for period in community.rows(
        """
        select member_key, greatest(starts_at, '1900-01-01'::timestamptz) as starts_at,
            least(ends_at, '2200-01-01'::timestamptz) as ends_at
        from intermediate.int_staff_periods__unioned
        """
    ):
        staff.setdefault(period.member_key, set()).update(
            month for month in months if period.starts_at < begin(month + 1) and period.ends_at > begin(month)
        )
    return staff


def test_thresholds_are_numpys_percentiles_of_the_twelve_months_before(
    community: Community, world: World
) -> None:
    found = community.rows("select month, flare_threshold from intermediate.int_flare_thresholds__measured")
    values = {number(row.month): row.flare_threshold for row in found}
    assert max(values.values()) > 20
    for month, value in world.thresholds.items():
        assert values[month] == pytest.approx(value, rel=1e-12)


def test_onsets_peaks_and_outcomes_follow_from_the_monthly_answers(
    community: Community, world: World
) -> None:
    expected = {}
    for (key, month), flare in world.onsets.items():
        person = world.people[key]
        expected[key, month] = (
            flare.last,
            max(person.answers.get(each, 0) for each in range(month, min(month + 3, world.last_month + 1))),
            outcome(person, flare, world.last_month),
            world.last_month - month,
            month in person.staff,
        )
    found = community.rows("select * from marts.burst_outcome")
    assert len(found) >= 8
    assert {row.outcome for row in found} == {"supernova", "lasting", "open"}
    assert {
        (row.member_key, number(row.onset_month)): (
            number(row.last_flare_month),
            row.peak_answers,
            row.outcome,
            row.months_observed,
            row.is_staff,
        )
        for row in found
    } == expected


def test_every_member_month_has_the_class_of_its_numbers(community: Community, world: World) -> None:
    expected = {
        (key, person.first + place): name
        for key, person in world.people.items()
        for place, name in enumerate(trajectory(person, world.flares[key], world.last_month))
    }
    found = community.rows("select member_key, month, trajectory from marts.member_trajectory")
    assert {row.trajectory for row in found} == {"new", "rising", "steady", "fading", "gone", "flare"}
    assert {(row.member_key, number(row.month)): row.trajectory for row in found} == expected


def test_the_backtest_counts_who_was_active_later(community: Community, world: World) -> None:
    frame = pd.DataFrame(
        [
            (name, horizon, person.authored.get(month + horizon, 0) > 0)
            for key, person in world.people.items()
            for month, name in enumerate(
                trajectory(person, world.flares[key], world.last_month), start=person.first
            )
            for horizon in (3, 6)
            if month + horizon <= world.last_month
        ],
        columns=["trajectory", "horizon", "active"],
    )
    shares = frame.groupby(["trajectory", "horizon"])["active"].agg(["size", "mean"])
    old = [
        outcome(world.people[key], flare, world.last_month)
        for (key, month), flare in world.onsets.items()
        if world.last_month - month >= 12
    ]
    found = community.rows("select * from marts.trajectory_backtest")
    assert len(found) == 12
    for row in found:
        size, mean = shares.loc[(row.trajectory, row.horizon_months)]
        assert (row.member_months, row.still_active_ratio) == (size, pytest.approx(mean, rel=1e-12))
        if row.trajectory == "flare":
            assert (row.onsets_year_old, row.onsets_supernova) == (len(old), old.count("supernova"))


def _now_staff(community: Community) -> set[str]:
    rows = community.rows(
        """
        select member_key from intermediate.int_staff_periods__unioned
        where starts_at < greatest('1900-01-01'::timestamptz, $as_of) and ends_at >= $as_of
        """.replace("$as_of", f"'{community.as_of}'::timestamptz")
    )
    return {row.member_key for row in rows}


def _in_program(community: Community) -> set[str]:
    rows = community.rows("select member_key from intermediate.int_program_terms__dated where is_in_term")
    return {row.member_key for row in rows}


def _removed(community: Community) -> set[str]:
    rows = community.rows("select member_key from marts.dim_member where is_deleted")
    return {row.member_key for row in rows}


def test_open_flares_are_the_members_who_flare_in_the_last_complete_month(
    community: Community, world: World
) -> None:
    flaring = {
        key for key, found in world.flares.items() if any(each.last == world.last_month for each in found)
    }
    found = {row.member_key for row in community.rows("select * from marts.open_flares")}
    assert found == flaring - _now_staff(community) - _removed(community)


def test_the_watchlist_holds_the_rising_and_the_new_who_help(community: Community, world: World) -> None:
    last = world.last_month
    expected = set()
    for key, person in world.people.items():
        if person.first > last:
            continue
        name = trajectory(person, world.flares[key], last)[-1]
        begin = max(last - 8, person.first)
        recent = Fraction(total(person.authored, last - 2, last), 3)
        is_up = name == "new" or (
            name == "rising" and recent >= Fraction(total(person.authored, begin, last - 3), last - 2 - begin)
        )
        if is_up and total(person.answers, last - 2, last) >= 6:
            expected.add(key)
    expected -= _now_staff(community) | _in_program(community) | _removed(community)
    rows = community.rows("select * from marts.rising_star_watchlist order by watch_rank")
    assert rows
    assert {row.member_key for row in rows} == expected
    assert [row.answers_to_others for row in rows] == sorted(
        (total(world.people[row.member_key].answers, last - 2, last) for row in rows), reverse=True
    )


def test_lost_experts_were_active_in_six_months_and_are_silent_for_45_days(
    community: Community, world: World
) -> None:
    silent = community.rows(
        f"""
        select member_key, max(occurred_at) as at from marts.fct_contribution
        where kind in ({AUTHORED}) group by member_key
        """
    )
    expected = {}
    staff = _now_staff(community)
    for row in silent:
        months = set(world.people[row.member_key].authored) - world.people[row.member_key].staff
        if len(months) >= 6 and community.as_of - row.at >= pd.Timedelta(days=45):
            expected[row.member_key] = (len(months), (community.as_of - row.at).days)
    found = community.rows("select * from marts.lost_experts order by loss_rank")
    assert len(found) > 10
    assert {row.member_key: (row.active_months, row.silent_days) for row in found} == {
        key: numbers for key, numbers in expected.items() if key not in staff
    }
    worth = [row.last_year_ticket_equivalents for row in found]
    assert worth == sorted(worth, reverse=True)
    for row in found:
        last = number(row.last_active_month)
        assert row.last_year_answers == total(world.people[row.member_key].answers, last - 11, last)
