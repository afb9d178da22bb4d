"""What the community spares support and the bugs it brings, counted again from posts, looks and tickets."""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import Any

import pandas as pd
import pytest

from tests.dbt_project.community.conftest import Community
from tests.dbt_project.community.peers import month_of

Row = Any


@pytest.fixture(scope="module")
def topics(community: Community) -> dict[str, Row]:
    """Every topic by key."""
    return {row.topic_key: row for row in community.rows("select * from intermediate.int_topics__unioned")}


@pytest.fixture(scope="module")
def posts_by_topic(community: Community) -> dict[str, list[Row]]:
    """The posts that count, topic by topic, in their order."""
    found: dict[str, list[Row]] = defaultdict(list)
    for post in community.rows(
        "select topic_key, post_number, kind, member_key, created_at, is_accepted, is_in_own_topic,"
        " is_in_question, is_staff_at_time, is_bot from intermediate.int_posts__classified where is_counted"
    ):
        found[post.topic_key].append(post)
    return {key: sorted(posts, key=lambda p: (p.created_at, p.post_number)) for key, posts in found.items()}


@pytest.fixture(scope="module")
def solved_at(posts_by_topic: dict[str, list[Row]]) -> dict[str, pd.Timestamp]:
    """When the first accepted reply of each solved topic was written."""
    return {
        topic: next(post.created_at for post in posts if post.kind == "reply" and post.is_accepted)
        for topic, posts in posts_by_topic.items()
        if any(post.kind == "reply" and post.is_accepted for post in posts)
    }


@pytest.fixture(scope="module")
def rises(
    community: Community, topics: dict[str, Row], solved_at: dict[str, pd.Timestamp]
) -> dict[int, tuple[int, int]]:
    """By month with a look after the first day: rise of all topics' views, and of solved ones'."""
    looks: dict[str, list[tuple[pd.Timestamp, int]]] = defaultdict(list)
    for row in community.rows(
        "select source_name || ':' || topic_id as topic_key, observed_at, value"
        " from staging.stg_discourse__topic_history where field = 'view_count'"
    ):
        looks[row.topic_key].append((row.observed_at, int(row.value)))
    first = min(at for seen in looks.values() for at, _ in seen)
    days = community.frame(
        "select distinct extracted_until as at from staging.stg_operations__loads"
        " where vendor = 'discourse' and stream = 'topics'"
    )["at"]
    found = {month_of(at): [0, 0] for at in days if at.date() > first.date()}
    for topic, seen in looks.items():
        if topic not in topics or topics[topic].is_private_message:
            continue
        before = 0 if topics[topic].opened_at > first else None
        for at, views in sorted(seen):
            rise = 0 if before is None else max(views - before, 0)
            before = views
            if rise:
                found[month_of(at)][0] += rise
                if topic in solved_at and solved_at[topic] <= at:
                    found[month_of(at)][1] += rise
    return {month: (total, solved) for month, (total, solved) in found.items()}


@pytest.fixture(scope="module")
def askers(posts_by_topic: dict[str, list[Row]]) -> dict[int, set[str]]:
    """Who opened a question, month by month, not on the staff."""
    found: dict[int, set[str]] = defaultdict(set)
    for posts in posts_by_topic.values():
        for post in posts:
            if post.kind == "topic" and post.is_in_question:
                found[month_of(post.created_at)].add(post.member_key)
    return found


def test_the_range_of_avoided_tickets(
    community: Community,
    posts_by_topic: dict[str, list[Row]],
    rises: dict[int, tuple[int, int]],
    askers: dict[int, set[str]],
) -> None:
    direct: Counter[int] = Counter()
    for posts in posts_by_topic.values():
        credited = (
            place
            for place, post in enumerate(posts)
            if post.kind == "reply" and post.is_accepted and not post.is_in_own_topic
        )
        place = next(credited, None)
        if place is not None and not any(p.is_staff_at_time and not p.is_bot for p in posts[:place]):
            direct[month_of(posts[place].created_at)] += 1
    segment = {
        row.member_key: row.segment
        for row in community.rows("select * from intermediate.int_member_profiles__merged")
    }
    rules = {row.assumption: row for row in community.rows("select * from seeds.deflection_assumptions")}
    shown = community.rows("select * from marts.deflection_monthly order by month")
    assert sum(row.direct_topics for row in shown) == sum(direct.values()) > 100
    seen = {month_of(row.month) for row in shown if row.solved_topic_views is not None}
    assert seen == set(rises) != set()
    for row in shown:
        month = month_of(row.month)
        segments = Counter(segment[asker] for asker in askers.get(month, ()))
        customers, unknown = segments["customer"], segments["unknown"]
        known = segments.total() - unknown
        for name, share in (
            ("low", customers / segments.total() if segments.total() else None),
            ("base", customers / known if known else None),
            ("high", (customers + unknown) / segments.total() if segments.total() else None),
        ):
            p, v = getattr(rules["p"], name), getattr(rules["v"], name)
            rise = rises[month][1] if month in rises else (0 if v == 0 else None)
            expected = None
            if share is not None and rise is not None:
                expected = share * (direct[month] * p + rise * v)
            found = getattr(row, f"avoided_{name}")
            assert found == (expected if expected is None else pytest.approx(expected, rel=1e-12)), (
                row.month,
                name,
            )


def test_the_self_service_score(
    community: Community, rises: dict[int, tuple[int, int]], askers: dict[int, set[str]]
) -> None:
    members = {
        (row.source_name, row.account_id): row.member_key
        for row in community.rows("select * from intermediate.int_members__resolved")
    }
    tickets: Counter[int] = Counter()
    requesters: dict[int, set[str]] = defaultdict(set)
    for row in community.rows(
        "select source_name, requester_account_id, created_at from staging.stg_zendesk__tickets"
    ):
        if row.created_at > community.as_of:
            continue
        month = month_of(row.created_at)
        tickets[month] += 1
        requesters[month].add(
            members.get((row.source_name, row.requester_account_id), row.requester_account_id)
        )
    shown = community.rows("select * from marts.self_service_monthly order by month")
    assert len(shown) > 20
    assert month_of(shown[0].month) == max(min(tickets), min(askers))
    for row in shown:
        month = month_of(row.month)
        score = len(askers[month]) / len(requesters[month]) if requesters[month] else None
        assert row.self_service_score == score
        views = rises[month][0] if month in rises else None
        per_ticket = None if views is None or not tickets[month] else views / tickets[month]
        assert row.views_per_ticket == per_ticket


def test_answers_that_stood_in_the_forum_are_those_that_agents_linked(
    community: Community, solved_at: dict[str, pd.Timestamp]
) -> None:
    truth = community.truth("tickets")
    gone = {
        row.source_record_id
        for row in community.rows(
            "select source_record_id from intermediate.int_tickets__unioned where is_merged or is_deleted"
        )
    }
    told = community.rows("select * from staging.stg_zendesk__ticket_events")
    seen = {row.ticket_id for row in told if str(row.links) != "[]"}
    expected = set()
    linking: list[Row] = list(truth.dropna(subset="linked_topic_id").itertuples())
    for ticket in linking:
        topic = f"forum:{int(ticket.linked_topic_id)}"
        opened = pd.Timestamp(ticket.created_at).tz_convert("UTC")
        is_answered = topic in solved_at and solved_at[topic] < opened
        if str(ticket.ticket_id) in seen - gone and is_answered:
            expected.add((str(ticket.ticket_id), topic))
    found = {
        (row.source_record_id, row.topic_key)
        for row in community.rows("select * from marts.missed_deflection where is_linked_by_agent")
    }
    assert found == expected
    assert len(expected) > 20


def test_bug_reports_have_the_outcomes_the_simulation_gave_them(community: Community) -> None:
    truth: dict[str, Row] = {
        str(row.ticket_id): row
        for row in community.truth("tickets").astype(object).itertuples()
        if row.kind == "bug_report"
    }
    matches = {
        (row.expected, row.outcome): row.match
        for row in community.rows("select * from seeds.bug_report_matches")
    }
    shown = community.rows("select * from marts.fct_bug_report")
    assert len(shown) > 20
    named = {
        "confirm_bug": "confirm the bug",
        "help_solve": "help to solve",
        "answer_question": "answer the question",
    }
    for row in shown:
        given = truth[row.source_record_id]
        assert row.expected == named[given.expectation]
        if row.outcome is not None:
            assert row.outcome == given.outcome.replace("_", " ")
            assert row.match == matches[row.expected, row.outcome]
        elif row.first_solved_at is None:
            assert row.match == "open"
        if row.topic_key is not None:
            assert row.topic_key == f"forum:{int(given.forum_topic_id)}"


def test_days_to_the_solution_of_bug_reports(community: Community) -> None:
    spans: dict[tuple[str, int | None], list[tuple[int, bool]]] = defaultdict(list)
    outcomes: dict[str, Counter[str | None]] = defaultdict(Counter)
    reporters: dict[str, list[Row]] = defaultdict(list)
    for row in community.rows(
        "select reports.*, solved.first_solved_at from intermediate.int_bug_reports__mapped as reports"
        " left join intermediate.int_ticket_milestones__measured as solved using (ticket_key)"
    ):
        is_solved = row.first_solved_at is not None
        days = ((row.first_solved_at if is_solved else community.as_of) - row.reported_at).days
        for expected in ("all", row.expected or "not told"):
            spans[expected, None].append((days, is_solved))
            spans[expected, month_of(row.reported_at)].append((days, is_solved))
        outcomes["all"][row.outcome] += 1
        if row.member_key is not None:
            reporters[row.member_key].append(row)
    shown = {
        (row.expected, None if row.month is None else month_of(row.month)): row
        for row in community.rows("select * from marts.bug_report_summary")
    }
    assert set(shown) == set(spans)
    for group, each in spans.items():
        assert shown[group].reports == len(each)
        assert shown[group].solution_median_days == reached(each, 0.5), group
        assert shown[group].solution_p90_days == reached(each, 0.9), group
    for row in community.rows("select * from marts.bug_reporter_yield"):
        assert row.reports == len(reporters[row.member_key])
        assert row.confirmed_reports == sum(each.is_confirmed for each in reporters[row.member_key])
    assert sum(row.reports for row in community.rows("select reports from marts.bug_reporter_yield")) == sum(
        map(len, reporters.values())
    )


def reached(spans: list[tuple[int, bool]], share: float) -> int | None:
    """The first day by which a share is estimated to be solved, as Kaplan and Meier estimate it."""
    waiting = 1.0
    for day in sorted({days for days, _ in spans}):
        at_risk = sum(days >= day for days, _ in spans)
        waiting *= 1 - sum(days == day and solved for days, solved in spans) / at_risk
        if 1 - waiting >= share - 1e-12:
            return day
    return None
