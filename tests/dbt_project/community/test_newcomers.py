"""Newcomers' way in, and members who fall silent, worked out once more person by person in plain Python."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np
import pandas as pd
import pytest
from scipy.stats import binomtest  # type: ignore[import-untyped]

from tests.dbt_project.community.conftest import Community

AUTHORED = {"topic", "reply", "article", "feature_request", "vote", "comment", "bug_report", "activity"}
DAY = pd.Timedelta(days=1)
HALF_YEAR = 180 * DAY


@dataclass
class Person:
    """What one member did and heard, in order of time."""

    joined_at: pd.Timestamp | None = None
    acts: list[tuple[pd.Timestamp, str, str, str]] = field(default_factory=list)
    """Instant, key, kind and the vendor's id of everything authored."""
    heard: list[pd.Timestamp] = field(default_factory=list)
    """Replies by others, likes and accepts on what they wrote."""
    liked: list[pd.Timestamp] = field(default_factory=list)
    is_staff_at: list[tuple[pd.Timestamp, pd.Timestamp]] = field(default_factory=list)

    @property
    def first(self) -> pd.Timestamp | None:
        return self.acts[0][0] if self.acts else None

    @property
    def start(self) -> pd.Timestamp:
        return min(at for at in (self.joined_at, self.first) if at is not None)

    def was_staff(self, at: pd.Timestamp) -> bool:
        return any(begin <= at < end for begin, end in self.is_staff_at)

    def nth(self, count: int, unit: str) -> pd.Timestamp | None:
        """The first contribution in the `count`-th distinct week or month."""
        seen: set[object] = set()
        for at, *_ in self.acts:
            seen.add(at.isocalendar()[:2] if unit == "week" else (at.year, at.month))
            if len(seen) == count:
                return at
        return None


def month(at: pd.Timestamp) -> pd.Timestamp:
    """The first day of the month."""
    return pd.Timestamp(at.year, at.month, 1)


def by(limit: pd.Timestamp, instants: Iterable[pd.Timestamp | None]) -> bool:
    """Whether one of the instants came in time."""
    return any(at is not None and at <= limit for at in instants)


@dataclass(frozen=True)
class World:
    """Everybody but programs, and the first reply by another to each topic."""

    people: dict[str, Person]
    first_replies: dict[str, tuple[pd.Timestamp, bool]]
    questions: set[str]


@pytest.fixture(scope="module")
def world(community: Community) -> World:
    people: dict[str, Person] = defaultdict(Person)
    for row in community.rows(
        """
        select members.member_key, min(accounts.created_at) as joined_at
        from intermediate.int_accounts__unioned as accounts
        inner join intermediate.int_members__resolved as members using (account_key)
        where accounts.source_name != 'desk'
        group by 1
        """
    ):
        people[row.member_key].joined_at = row.joined_at
    programs = set()
    for row in community.rows(
        """
        select member_key, role, greatest(starts_at, '1900-01-01'::timestamptz) as starts_at,
            least(ends_at, '2200-01-01'::timestamptz) as ends_at
        from intermediate.int_staff_periods__unioned
        """
    ):
        people[row.member_key].is_staff_at.append((row.starts_at, row.ends_at))
        if row.role == "bot":
            programs.add(row.member_key)
    for row in community.rows(
        "select member_key, kind, contribution_key, source_record_id, occurred_at from marts.fct_contribution"
    ):
        person = people[row.member_key]
        if row.kind in AUTHORED:
            person.acts.append((row.occurred_at, row.contribution_key, row.kind, row.source_record_id))
        elif row.kind in ("like_received", "accepted_answer"):
            person.liked.append(row.occurred_at)
            person.heard.append(row.occurred_at)
    posts = community.rows(
        """
        select posts.post_key, posts.topic_id, posts.post_number, posts.member_key, posts.created_at,
            posts.is_staff_at_time, posts.is_question,
            said.reply_to_post_number as addressed
        from intermediate.int_posts__classified as posts
        inner join staging.stg_discourse__posts as said using (source_name, post_id)
        where posts.is_counted
        order by posts.created_at, posts.post_number, posts.post_key
        """
    )
    authors = {(post.topic_id, post.post_number): post.member_key for post in posts}
    first_replies: dict[str, tuple[pd.Timestamp, bool]] = {}
    for post in posts:
        if post.member_key in programs or post.post_number == 1:
            continue
        opener = authors.get((post.topic_id, 1))
        addressee = authors.get((post.topic_id, post.addressed))
        if opener is not None and opener != post.member_key:
            first_replies.setdefault(post.topic_id, (post.created_at, bool(post.is_staff_at_time)))
        for key in {opener, addressee}:
            if key is not None and key != post.member_key:
                people[key].heard.append(post.created_at)
    for row in community.rows(
        """
        select requests.member_key, comments.member_key as commenter, comments.commented_at
        from intermediate.int_request_comments__unioned as comments
        inner join intermediate.int_requests__unioned as requests using (request_key)
        """
    ):
        if row.member_key is not None and row.commenter not in {row.member_key, *programs}:
            people[row.member_key].heard.append(row.commented_at)
    for person in people.values():
        person.acts.sort()
    return World(
        {
            key: person
            for key, person in people.items()
            if key not in programs and (person.joined_at is not None or person.acts)
        },
        first_replies,
        {post.topic_id for post in posts if post.is_question},
    )


def steps(person: Person, world: World) -> Counter[str]:
    """The steps a newcomer took in 180 days."""
    limit = person.start + HALF_YEAR
    taken = Counter(joined=1)
    if person.first is None or person.first > limit:
        return taken
    taken["posted"] = 1
    _, _, kind, record = person.acts[0]
    if kind == "topic":
        taken["topic_starters"] = 1
        if by(person.first + DAY, [world.first_replies.get(record, (None,))[0]]):
            taken["answered_in_a_day"] = 1
    taken["liked_or_accepted"] = int(by(limit, person.liked))
    if by(min(limit, person.first + 14 * DAY), person.heard):
        taken["acknowledged"] = 1
        if by(limit, [person.nth(2, "week")]):
            taken["second_week"] = 1
            taken["regular"] = int(by(limit, [person.nth(3, "month")]))
    return taken


def test_the_onboarding_funnel_counts_the_steps_of_every_newcomer(community: Community, world: World) -> None:
    segments = {row.member_key: row.segment for row in community.rows("select * from marts.dim_member")}
    expected: dict[tuple[pd.Timestamp, str], Counter[str]] = defaultdict(Counter)
    for key, person in world.people.items():
        taken = steps(person, world)
        for group in ("all", "staff" if person.was_staff(person.start) else segments[key]):
            expected[month(person.start), group].update(taken)
    found = community.rows("select * from marts.onboarding_funnel")
    assert {(pd.Timestamp(row.join_month), row.member_group) for row in found} == set(expected)
    observed = 0
    for row in found:
        counts = expected[pd.Timestamp(row.join_month), row.member_group]
        assert row.joined == counts["joined"]
        names = ("posted", "acknowledged", "second_week", "regular", "topic_starters", "answered_in_a_day")
        values = tuple(getattr(row, name) for name in (*names, "liked_or_accepted"))
        is_over = pd.Timestamp(row.join_month, tz="UTC") + pd.DateOffset(months=7) <= community.known_until
        assert values == (
            tuple(counts[name] for name in (*names, "liked_or_accepted"))
            if is_over
            else (None,) * len(values)
        )
        if is_over and row.member_group == "all":
            observed += counts["regular"]
            assert row.joined_to_regular_ratio == counts["regular"] / counts["joined"]
    assert observed > 20


def test_what_became_of_newcomers_by_their_first_answer(community: Community, world: World) -> None:
    expected: dict[tuple[str, str, str], Counter[str]] = defaultdict(Counter)
    for person in world.people.values():
        if person.first is None or person.acts[0][2] != "topic" or person.acts[0][3] not in world.questions:
            continue
        if person.was_staff(person.start) or person.first + HALF_YEAR > community.known_until:
            continue
        limit = person.first + HALF_YEAR
        replied_at, is_by_staff = world.first_replies.get(person.acts[0][3], (None, False))
        if replied_at is None or replied_at > person.first + 7 * DAY:
            who, when = "nobody", "not in time"
        else:
            who = "staff" if is_by_staff else "member"
            when = "a day" if replied_at <= person.first + DAY else "a week"
        taken = Counter(
            newcomers=1,
            second_week=int(by(limit, [person.nth(2, "week")])),
            regular=int(by(limit, [person.nth(3, "month")])),
            here=int(any(person.first + 90 * DAY < at <= limit for at, *_ in person.acts)),
        )
        for year in (str(person.first.year), "all"):
            for answerer in (who, "all"):
                for speed in (when, "all"):
                    expected[year, answerer, speed].update(taken)
    found = community.rows("select * from marts.newcomer_answer_outcomes")
    assert expected["all", "all", "all"]["newcomers"] > 50
    assert {(row.question_year, row.answered_by, row.answered_within) for row in found} == set(expected)
    for row in found:
        counts = expected[row.question_year, row.answered_by, row.answered_within]
        assert (row.newcomers, row.second_week, row.regular, row.here_after_90_days) == (
            counts["newcomers"],
            counts["second_week"],
            counts["regular"],
            counts["here"],
        )
        interval = binomtest(row.regular, row.newcomers).proportion_ci(method="wilson")
        assert (row.regular_low_ratio, row.regular_high_ratio) == pytest.approx(
            (interval.low, interval.high), abs=1e-12
        )


def test_newcomers_come_back_week_by_week(community: Community, world: World) -> None:
    expected: dict[tuple[str, int], Counter[str]] = defaultdict(Counter)
    for person in world.people.values():
        if person.first is None or person.was_staff(person.start):
            continue
        begin = person.first.normalize()
        active = {(at.normalize() - begin).days // 7 for at, *_ in person.acts}
        for week in range(min(13, (community.known_until - begin).days // 7)):
            taken = Counter(
                newcomers=1,
                active=int(week in active),
                returned=int(any(0 < each <= week for each in active)),
            )
            for year in (str(begin.year), "all"):
                expected[year, week].update(taken)
    found = community.rows("select * from marts.newcomer_first_weeks")
    assert {(row.first_year, row.weeks_since) for row in found} == set(expected)
    for row in found:
        counts = expected[row.first_year, row.weeks_since]
        assert (row.newcomers, row.active_members, row.returned_members) == (
            counts["newcomers"],
            counts["active"],
            counts["returned"],
        )
        assert row.active_ratio == counts["active"] / counts["newcomers"]


def _away(community: Community) -> set[str]:
    rows = community.rows("select member_key from marts.dim_member where is_staff or is_deleted")
    return {row.member_key for row in rows}


def test_the_list_of_newcomers_holds_the_last_30_days(community: Community, world: World) -> None:
    begin = community.as_of - 30 * DAY
    expected = {
        key for key, person in world.people.items() if person.first is not None and person.first >= begin
    } - _away(community)
    found = community.rows("select * from marts.newcomer_list order by welcome_rank")
    assert {row.member_key for row in found} == expected
    assert len(found) > 2
    for row in found:
        person = world.people[row.member_key]
        first, _, kind, record = person.acts[0]
        assert (row.first_kind, row.authored) == (kind, len(person.acts))
        if kind == "topic":
            replied_at = world.first_replies.get(record, (None,))[0]
            assert row.first_reply_at == replied_at
            waited = max((community.known_until - first) / pd.Timedelta(hours=1), 0)
            assert row.waiting_hours == (None if replied_at is not None else pytest.approx(waited))
    waiting = [row.waiting_hours for row in found if row.waiting_hours is not None]
    assert waiting == sorted(waiting, reverse=True)
    assert all(row.waiting_hours is not None for row in found[: len(waiting)])


def test_drifting_members_are_late_by_their_own_rhythm(community: Community, world: World) -> None:
    this_month = month(community.known_until).tz_localize("UTC")
    expected = {}
    away = _away(community)
    for key, person in world.people.items():
        if key in away or not person.acts:
            continue
        last = person.acts[-1][0]
        silent = (community.as_of - last).days
        begin = month(last).tz_localize("UTC") - pd.DateOffset(months=11)
        days = sorted({at.normalize() for at, *_ in person.acts if at >= begin and not person.was_staff(at)})
        if silent >= 90 or len({(day.year, day.month) for day in days}) < 3:
            continue
        gaps = [(after - day).days for day, after in pairwise(days)]
        long_gap = float(np.percentile(gaps, 90))
        is_late = silent >= 14 and silent > long_gap
        has_missed = last < this_month - pd.DateOffset(months=1)
        if is_late or has_missed:
            expected[key] = (silent, float(np.median(gaps)), long_gap, is_late, has_missed)
    found = community.rows("select * from marts.drifting_members order by act_rank")
    assert len(found) > 2
    assert {row.member_key for row in found} == set(expected)
    for row in found:
        assert (
            row.silent_days,
            row.usual_gap_days,
            row.long_gap_days,
            row.is_beyond_rhythm,
            row.has_missed_a_month,
        ) == pytest.approx(expected[row.member_key], rel=1e-12)
    worth = [row.last_year_ticket_equivalents for row in found]
    assert worth == sorted(worth, reverse=True)
