"""Scorecards, months, groups, trophies and thanks, counted again one contribution at a time."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from statistics import median
from typing import Any

import pandas as pd
import pytest

from tests.dbt_project.community.conftest import Community

OWN_KINDS = {"topic", "reply", "article", "feature_request", "vote", "comment", "bug_report", "activity"}
COLUMNS = {
    "topic": "topics",
    "reply": "replies",
    "article": "articles",
    "feature_request": "feature_requests",
    "vote": "votes",
    "comment": "comments",
    "bug_report": "bug_reports",
    "activity": "activities",
    "like_received": "likes_received",
    "accepted_answer": "accepted_answers",
    "article_rating": "article_ratings",
    "certification": "certifications",
}
VOTES_A_DAY = 10
Month = tuple[int, int]


@dataclass(frozen=True)
class Given:
    """One contribution, with what its day's rules say and what its author was then."""

    member: str
    kind: str
    at: datetime
    day: date
    quantity: int
    is_question: bool
    is_answer: bool
    thirds: tuple[int, int, int]
    """Base, low, high."""
    price: Fraction
    points: Fraction
    group: tuple[str, str | None, str]
    """Standing, program, group."""

    @property
    def month(self) -> Month:
        return self.day.year, self.day.month


@pytest.fixture(scope="module")
def given(community: Community) -> list[Given]:
    """Every contribution in the order of time."""
    weights = _rules(community, "select kind, weight, valid_from, valid_to from seeds.contribution_weights")
    prices = _rules(community, "select '' as kind, price_usd, valid_from, valid_to from seeds.ticket_prices")
    standing_of = _standings(community)
    votes: Counter[tuple[str, date]] = Counter()
    rows = community.rows("select * from marts.fct_contribution order by occurred_at, contribution_key")
    result = []
    for row in rows:
        at = row.occurred_at.to_pydatetime()
        day = at.date()
        earning = row.quantity
        if row.kind == "vote":
            votes[row.member_key, day] += 1
            earning = int(votes[row.member_key, day] <= VOTES_A_DAY)
        result.append(
            Given(
                row.member_key,
                row.kind,
                at,
                day,
                row.quantity,
                row.is_question,
                row.is_answer,
                (row.te_thirds, row.te_thirds_low, row.te_thirds_high),
                _rule_of(prices, "", day),
                earning * _rule_of(weights, row.kind, day),
                standing_of(row.member_key, at),
            )
        )
    assert len(result) > 10_000
    return result


def test_months_hold_what_their_contributions_sum_to(community: Community, given: list[Given]) -> None:
    sums: dict[tuple[str, date], dict[str, Fraction]] = defaultdict(lambda: defaultdict(Fraction))
    days = defaultdict(set)
    for each in given:
        key = each.member, date(*each.month, 1)
        counts = sums[key]
        counts[COLUMNS[each.kind]] += each.quantity
        counts["questions"] += each.is_question
        counts["answers"] += each.is_answer
        counts["points"] += each.points
        if each.kind in OWN_KINDS:
            counts["authored"] += each.quantity
            days[key].add(each.day)
        for name, thirds in zip(("", "_low", "_high"), each.thirds, strict=True):
            counts["te_thirds" + name] += thirds
            counts[f"value{name}_usd"] += thirds * each.price / 3
    rows = community.rows("select * from marts.member_contribution_monthly")
    assert len(rows) == len(sums)
    for row in rows:
        key = row.member_key, row.month.date()
        expected = sums[key]
        for name in (*COLUMNS.values(), "questions", "answers", "authored", "points"):
            assert getattr(row, name) == expected[name], (key, name)
        for name in ("te_thirds", "te_thirds_low", "te_thirds_high"):
            assert getattr(row, name) == expected[name], (key, name)
        for name in ("value_usd", "value_low_usd", "value_high_usd"):
            assert getattr(row, name) == pytest.approx(float(expected[name])), (key, name)
        assert row.ticket_equivalents == pytest.approx(float(expected["te_thirds"] / 3))
        assert row.active_days == len(days[key]), key
        over = pd.Timestamp(row.month, tz="UTC") + pd.DateOffset(months=1)
        assert row.is_complete == (over <= community.known_until)
        assert row.is_settled == (over + pd.Timedelta(days=30) <= community.known_until)


def test_scorecards_agree_with_each_persons_contributions(community: Community, given: list[Given]) -> None:
    as_of = community.as_of.to_pydatetime()
    year_ago = (community.as_of - pd.DateOffset(months=12)).to_pydatetime()
    windows: dict[str, Callable[[datetime], bool]] = {
        "": lambda at: True,
        "_12_months": lambda at: at >= year_ago,
        "_90_days": lambda at: at >= as_of - timedelta(days=90),
    }
    people: dict[str, list[Given]] = defaultdict(list)
    for each in given:
        people[each.member].append(each)
    answers = defaultdict(list)
    for post in community.rows("select * from intermediate.int_posts__classified where is_answer"):
        answers[post.member_key].append(post)
    ratings: dict[str, list[float]] = defaultdict(list)
    for row in community.rows(
        """
        select accounts.member_key, activities.rating, activities.rating_count
        from seeds.declared_activities as activities
        inner join marts.dim_member_account as accounts using (source_name, account_id)
        where activities.kind = 'article' and activities.rating is not null
        """
    ):
        ratings[row.member_key] += [row.rating] * int(row.rating_count or 0)
    staff = {row.member_key for row in community.rows("select * from marts.dim_member where is_staff")}
    year_points = {
        member: sum((each.points for each in own if each.at >= year_ago), Fraction())
        for member, own in people.items()
        if member not in staff and any(each.kind in OWN_KINDS and each.at >= year_ago for each in own)
    }
    ladder = sorted(year_points.values())
    trajectories = {
        row.member_key: row.trajectory
        for row in community.rows("select * from marts.member_trajectory order by month")
    }
    tiers = {
        row.member_key: row.tier for row in community.rows("select member_key, tier from marts.dim_member")
    }
    programs: dict[str, tuple[bool, date, str]] = {}
    for row in community.rows(
        """
        select accounts.member_key, terms.*
        from seeds.program_members as terms
        inner join marts.dim_member_account as accounts using (source_name, account_id)
        where terms.awarded_on < $now and (terms.ends_on is null or terms.ends_on >= $now - 1)
        """.replace("$now", f"date '{as_of.date()}'")
    ):
        rank = row.tier == tiers[row.member_key], row.awarded_on.date(), row.program
        programs[row.member_key] = max(rank, programs.get(row.member_key, rank))
    rows = community.rows("select * from marts.member_scorecard")
    assert {row.member_key for row in rows} == set(people)
    last_week = _monday((as_of - timedelta(microseconds=1)).date()) - timedelta(days=7)
    for row in rows:
        own = people[row.member_key]
        made = [each for each in own if each.kind in OWN_KINDS]
        theirs = answers[row.member_key]
        old = [
            post
            for post in theirs
            if post.is_solved_enabled and post.created_at <= community.as_of - pd.Timedelta(days=30)
        ]
        helped = [post for post in theirs if post.is_credited_accept or post.likes > 0]
        streaks = _streaks({_monday(each.day) for each in made})
        expected: dict[str, Any] = {
            "first_contribution_at": made[0].at if made else None,
            "last_contribution_at": made[-1].at if made else None,
            "authored": len(made),
            "active_days": len({each.day for each in made}),
            "active_days_12_months": len({each.day for each in made if each.at >= year_ago}),
            "longest_streak_weeks": max((length for _, length in streaks), default=0),
            "current_streak_weeks": max((length for end, length in streaks if end >= last_week), default=0),
            "questions": sum(each.is_question for each in own),
            "answers": sum(each.is_answer for each in own),
            "likes_received": sum(each.quantity for each in own if each.kind == "like_received"),
            "accepted_answers": sum(each.kind == "accepted_answer" for each in own),
            "liked_answers": sum(post.likes > 0 for post in theirs),
            "liked_answers_ratio": _share(sum(post.likes > 0 for post in theirs), len(theirs)),
            "acceptable_answers": len(old),
            "acceptable_answers_accepted": sum(post.is_credited_accept for post in old),
            "accepted_ratio": _share(sum(post.is_credited_accept for post in old), len(old)),
            "articles": sum(each.kind == "article" for each in own),
            "article_rating": _share(sum(ratings[row.member_key]), len(ratings[row.member_key])),
            "certificates": sum(each.kind == "certification" for each in own),
            "people_helped": len({post.opener_member_key for post in helped}),
            "people_helped_12_months": len(
                {post.opener_member_key for post in helped if post.created_at >= year_ago}
            ),
            "percentile": _percent_rank(ladder, year_points.get(row.member_key)),
            "program": programs[row.member_key][-1] if row.member_key in programs else None,
            "tier": tiers[row.member_key],
            "trajectory": trajectories.get(row.member_key),
            "is_staff": row.member_key in staff,
        }
        for name, within in windows.items():
            recent = [each for each in own if within(each.at)]
            expected["points" + name] = float(sum(each.points for each in recent))
            expected["ticket_equivalents" + name] = sum(each.thirds[0] for each in recent) / 3
            expected[f"value{name}_usd"] = float(sum(each.thirds[0] * each.price / 3 for each in recent))
        for name, value in expected.items():
            found = getattr(row, name)
            if isinstance(value, float):
                value = pytest.approx(value, rel=1e-12)
            assert found == value, (row.member_key, name)


def test_groups_are_worth_what_their_people_gave(community: Community, given: list[Given]) -> None:
    months = _months(given, community)
    values: dict[tuple[Any, Month, str], list[Fraction]] = defaultdict(lambda: [Fraction()] * 3)
    active: dict[tuple[Any, Month], set[str]] = defaultdict(set)
    for each in given:
        if each.group[0] == "bot":
            continue
        key = each.group, each.month, each.member
        values[key] = [
            value + thirds * each.price / 3 for value, thirds in zip(values[key], each.thirds, strict=True)
        ]
        if each.kind in OWN_KINDS:
            active[each.group, each.month].add(each.member)
    rows = community.rows("select * from marts.contribution_value_by_group")
    assert {row.standing for row in rows} == {"evangelist", "staff", "program", "other"}
    found = {
        ((row.standing, row.program, row.member_group), (row.month.year, row.month.month)) for row in rows
    }
    assert {(group, month) for group, month, _ in values} <= found
    for row in rows:
        group, month = (row.standing, row.program, row.member_group), (row.month.year, row.month.month)
        at = months.index(month)
        members = {member for each, when, member in values if each == group and when == month}
        sums = [sum((values[group, month, member][i] for member in members), Fraction()) for i in range(3)]
        assert row.people == len(active[group, month]), row
        assert (row.value_usd, row.value_low_usd, row.value_high_usd) == pytest.approx(
            [float(value) for value in sums]
        ), row
        over = pd.Timestamp(row.month, tz="UTC") + pd.DateOffset(months=1)
        assert row.is_complete == (over <= community.known_until)
        assert row.months_observed == min(at + 1, 12)
        if not row.is_complete:
            assert row.value_12_months_usd is None and row.value_per_person_year_usd is None
            continue
        year = months[max(at - 11, 0) : at + 1]
        worth: dict[str, Fraction] = defaultdict(Fraction)
        for each, when, member in values:
            if each == group and when in year:
                worth[member] += values[each, when, member][0]
        busy = Counter(member for when in year for member in active[group, when])
        total = sum(worth.values(), Fraction())
        assert row.value_12_months_usd == pytest.approx(float(total))
        assert row.people_12_months == len(busy)
        assert row.member_months_12_months == sum(busy.values())
        if busy:
            assert row.value_per_person_year_usd == pytest.approx(float(total * 12 / sum(busy.values())))
            assert row.median_value_per_person_year_usd == pytest.approx(
                float(median(worth[member] * 12 / busy[member] for member in busy))
            )
        else:
            assert row.value_per_person_year_usd is None


def test_the_clubs_worth_stands_beside_the_staffs(community: Community, given: list[Given]) -> None:
    months = _months(given, community)
    seats = _seats(community, months)
    club: dict[tuple[str, Month], Fraction] = defaultdict(Fraction)
    active: dict[tuple[str, Month], set[str]] = defaultdict(set)
    for each in given:
        standing, program, _ = each.group
        name = program or standing
        club[name, each.month] += each.thirds[0] * each.price / 3
        if each.kind in OWN_KINDS:
            active[name, each.month].add(each.member)
    held: dict[tuple[str, Month], set[str]] = defaultdict(set)
    for (group, month), members in seats.items():
        held[group[1] or group[0], month] |= members
    for row in community.rows("select * from marts.contribution_value_by_group where standing != 'other'"):
        key = (row.standing, row.program, row.member_group), (row.month.year, row.month.month)
        assert row.seats == len(seats[key]), row

    rows = community.rows("select * from marts.expert_club_worth")
    assert {row.program for row in rows} == {group[1] for group, _ in seats if group[1]}
    for row in rows:
        month = row.month.year, row.month.month
        assert row.seats == len(held[row.program, month]), row
        assert row.people == len(active[row.program, month]), row
        assert row.value_usd == pytest.approx(float(club[row.program, month]))
        if not row.is_complete:
            assert row.club_to_staff_ratio is None and row.evangelist_to_seat_ratio is None
            continue
        year = months[max(months.index(month) - 11, 0) : months.index(month) + 1]
        value = {
            name: sum(club[name, when] for when in year) for name in (row.program, "staff", "evangelist")
        }
        busy = {name: sum(len(active[name, when]) for when in year) for name in value}
        full = {name: sum(len(held[name, when]) for when in year) for name in value}
        assert row.value_12_months_usd == pytest.approx(float(value[row.program]))
        assert row.club_to_staff_ratio == _quotient(value[row.program], value["staff"])
        assert row.value_per_person_year_usd == _quotient(value[row.program] * 12, busy[row.program])
        assert row.value_per_seat_year_usd == _quotient(value[row.program] * 12, full[row.program])
        assert row.evangelist_to_member_ratio == _quotient(
            value["evangelist"] * busy[row.program], busy["evangelist"] * value[row.program]
        )
        assert row.evangelist_to_seat_ratio == _quotient(
            value["evangelist"] * full[row.program], full["evangelist"] * value[row.program]
        )


def test_trophies_are_earned_on_the_day_the_count_got_there(community: Community, given: list[Given]) -> None:
    steps: dict[tuple[str, str], list[tuple[date, float]]] = defaultdict(list)
    weeks: dict[str, dict[date, date]] = defaultdict(dict)
    years: set[tuple[str, int]] = set()
    for each in given:
        steps[each.member, COLUMNS[each.kind]].append((each.day, each.quantity))
        if each.is_answer:
            steps[each.member, "answers"].append((each.day, 1))
        steps[each.member, "ticket_equivalents"].append((each.day, each.thirds[0]))
        if each.kind in OWN_KINDS:
            weeks[each.member].setdefault(_monday(each.day), each.day)
            if (each.member, each.day.year) not in years:
                years.add((each.member, each.day.year))
                steps[each.member, "years"].append((each.day, 1))
    for member, first_days in weeks.items():
        longest = length = 0
        for week in sorted(first_days):
            length = length + 1 if week - timedelta(days=7) in first_days else 1
            if length > longest:
                longest = length
                steps[member, "streak_weeks"].append((first_days[week], 1))
    seen = set()
    first: dict[str, Any] = {}
    for post in community.rows(
        """
        select * from intermediate.int_posts__classified
        where is_answer order by created_at, post_number, post_key
        """
    ):
        pair = post.member_key, post.opener_member_key
        if (post.is_credited_accept or post.likes > 0) and pair not in seen:
            seen.add(pair)
            steps[post.member_key, "people_helped"].append((post.created_at.date(), 1))
        if not post.is_bot:
            first.setdefault(post.topic_key, post)
    for post in first.values():
        steps[post.member_key, "first_answers"].append((post.created_at.date(), 1))
    for row in community.rows(
        """
        select * from intermediate.int_requests__staged
        where has_been_completed and not is_merged and member_key is not null
        """
    ):
        known = (row.submitted_at, row.first_response_at, row.reached_planned_at, row.reached_started_at)
        at = row.reached_completed_at or row.closed_at or max(each for each in known if each is not None)
        steps[row.member_key, "completed_requests"].append((at.date(), 1))
    for row in community.rows("select * from intermediate.int_bug_reports__mapped where is_confirmed"):
        if row.member_key is not None:
            steps[row.member_key, "confirmed_bug_reports"].append((row.reported_at.date(), 1))

    bots = {row.member_key for row in community.rows("select * from marts.dim_member where role = 'bot'")}
    trophies = community.rows("select * from seeds.trophies")
    expected = {}
    for (member, metric), days in steps.items():
        for trophy in trophies:
            if trophy.metric != metric or member in bots:
                continue
            needed = trophy.threshold * (3 if metric == "ticket_equivalents" else 1)
            total = 0.0
            for day, quantity in sorted(days):
                total += quantity
                if total >= needed:
                    expected[member, trophy.trophy] = day
                    break
    found = community.rows("select member_key, trophy, earned_on from marts.member_trophies")
    assert len(found) > 500
    assert {(row.member_key, row.trophy): row.earned_on.date() for row in found} == expected
    assert len({trophy for _, trophy in expected}) > 20


def test_this_weeks_firsts_and_returns_are_thanked_for(community: Community, given: list[Given]) -> None:
    today = (community.as_of - pd.Timedelta(microseconds=1)).date()
    since = today - timedelta(days=6)
    known = {
        row.member_key
        for row in community.rows("select * from marts.dim_member where not is_staff and not is_deleted")
    }
    thanked = {"topic", "answer", "accepted_answer", "article", "activity"} | {
        "feature_request",
        "bug_report",
        "certification",
    }
    first: dict[tuple[str, str], date] = {}
    last: dict[str, datetime] = {}
    expected: set[tuple[str, str, str, date]] = set()
    for each in given:
        subject = "answer" if each.is_answer else each.kind
        if each.member in known:
            first.setdefault((each.member, subject), each.day)
            silence = each.at - last.get(each.member, each.at)
            if each.kind in OWN_KINDS and each.day >= since and silence >= timedelta(days=90):
                expected.add((each.member, "return", subject, each.day))
        if each.kind in OWN_KINDS:
            last[each.member] = each.at
    expected |= {
        (member, "first", subject, day)
        for (member, subject), day in first.items()
        if day >= since and subject in thanked
    }
    firsts = {"topics", "answers", "accepted_answers", "articles", "activities"} | {
        "feature_requests",
        "bug_reports",
        "certifications",
    }
    for row in community.rows("select * from marts.member_trophies"):
        is_first = row.threshold == 1 and row.metric in firsts
        if row.member_key in known and row.earned_on.date() >= since and not is_first:
            expected.add((row.member_key, "milestone", row.trophy, row.earned_on.date()))
    rows = community.rows("select * from marts.thank_you_list")
    assert {(row.member_key, row.occasion, row.subject, row.happened_on.date()) for row in rows} == expected
    assert len(rows) == len(expected) > 0
    assert all(row.sentence.endswith(".") for row in rows)


def _rules(community: Community, query: str) -> dict[str, list[tuple[date, date, Fraction]]]:
    rules = defaultdict(list)
    for kind, value, valid_from, valid_to in community.rows(query):
        rules[kind].append(
            (
                valid_from.date() if valid_from else date.min,
                valid_to.date() if valid_to else date.max,
                Fraction(str(value)),
            )
        )
    return rules


def _rule_of(rules: dict[str, list[tuple[date, date, Fraction]]], kind: str, day: date) -> Fraction:
    return next((value for start, end, value in rules.get(kind, ()) if start <= day <= end), Fraction())


def _standings(community: Community) -> Callable[[str, datetime], tuple[str, str | None, str]]:
    """What a person was at an instant: the first that matches."""
    roles = defaultdict(list)
    for row in community.rows(
        """
        select member_key, role, greatest(starts_at, '1900-01-01'::timestamptz) as starts_at,
            least(ends_at, '2200-01-01'::timestamptz) as ends_at
        from intermediate.int_staff_periods__unioned
        """
    ):
        roles[row.member_key].append((row.starts_at, row.ends_at, row.role))
    terms = defaultdict(list)
    for row in community.rows(
        """
        select accounts.member_key, terms.program, terms.tier, terms.awarded_on, terms.ends_on
        from seeds.program_members as terms
        inner join marts.dim_member_account as accounts using (source_name, account_id)
        where terms.awarded_on is not null
        order by terms.awarded_on desc, terms.program desc, terms.tier desc
        """
    ):
        ends_on = row.ends_on.date() if row.ends_on else date.max
        terms[row.member_key].append((row.awarded_on.date(), ends_on, row.program, row.tier or row.program))

    def standing_of(member: str, at: datetime) -> tuple[str, str | None, str]:
        held = {role for start, end, role in roles.get(member, ()) if start <= at < end}
        for role in ("bot", "evangelist"):
            if role in held:
                return role, None, role
        if held:
            return "staff", None, "staff"
        for awarded_on, ends_on, program, tier in terms.get(member, ()):
            if awarded_on <= at.date() <= ends_on:
                return "program", program, tier
        return "other", None, "other"

    return standing_of


def _months(given: Sequence[Given], community: Community) -> list[Month]:
    """From the first seat or contribution to the running month."""
    start = min(each.month for each in given if each.group[0] != "bot")
    last = (community.as_of - pd.Timedelta(microseconds=1)).to_pydatetime()
    count = (last.year - start[0]) * 12 + last.month - start[1] + 1
    return [((start[1] - 1 + step) // 12 + start[0], (start[1] - 1 + step) % 12 + 1) for step in range(count)]


def _seats(
    community: Community, months: Sequence[Month]
) -> dict[tuple[tuple[str, str | None, str], Month], set[str]]:
    """Who stood where on at least one day of a month, asked at the first and the last second of each day."""
    standing_of = _standings(community)
    joined = {
        row.member_key: row.joined_at
        for row in community.rows(
            """
            select member_key, joined_at from marts.dim_member
            where member_key in (select member_key from intermediate.int_staff_periods__unioned)
                or member_key in (select member_key from intermediate.int_program_terms__dated)
            """
        )
    }
    seats: dict[tuple[tuple[str, str | None, str], Month], set[str]] = defaultdict(set)
    day = datetime(*months[0], 1, tzinfo=UTC)
    while day < community.as_of:
        for member, since in joined.items():
            for at in (day, day + timedelta(days=1, seconds=-1)):
                group = standing_of(member, at)
                if group[0] not in ("bot", "other") and (group[0] == "program" or since <= at):
                    seats[group, (day.year, day.month)].add(member)
        day += timedelta(days=1)
    return seats


def _quotient(part: float | Fraction, whole: float | Fraction) -> Any:
    return pytest.approx(float(Fraction(part) / Fraction(whole))) if whole else None


def _monday(day: date) -> date:
    return day - timedelta(days=day.weekday())


def _streaks(weeks: Iterable[date]) -> list[tuple[date, int]]:
    """Each unbroken run of weeks: its last Monday and its length."""
    runs: list[tuple[date, int]] = []
    for week in sorted(weeks):
        if runs and runs[-1][0] == week - timedelta(days=7):
            runs[-1] = (week, runs[-1][1] + 1)
        else:
            runs.append((week, 1))
    return runs


def _share(part: float, whole: int) -> float | None:
    return part / whole if whole else None


def _percent_rank(ladder: list[Fraction], value: Fraction | None) -> float | None:
    """Share of the others that have fewer."""
    if value is None:
        return None
    assert bisect_right(ladder, value) > bisect_left(ladder, value)
    return bisect_left(ladder, value) / (len(ladder) - 1) if len(ladder) > 1 else 0.0
