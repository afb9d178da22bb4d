"""How far requests come, how long they stay where, what is stuck: against a walk through each life."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np
import pandas as pd
import pytest
from lifelines import AalenJohansenFitter, KaplanMeierFitter

from tests.dbt_project.community.conftest import Community
from tests.dbt_project.independent_counts import Case, incidence, quantile, share_within

END_OF_TIME = pd.Timestamp("2200-01-01", tz="UTC")
OPEN = ("submitted", "responded", "planned", "started")
RANK = {stage: rank for rank, stage in enumerate((*OPEN, "completed"))}
REACHED = {
    "first_response": "has_been_answered",
    "planned": "has_been_planned",
    "started": "has_been_started",
    "completed": "has_been_completed",
}


@dataclass(frozen=True)
class Spell:
    """A stay in an open stage; `days` is None if it began or ended on an unknown day."""

    request: str
    segment: str
    stage: str
    entered: pd.Timestamp | None
    left: pd.Timestamp | None
    way: str
    days: int | None


@pytest.fixture(scope="module")
def requests(community: Community) -> list[Any]:
    return community.rows(
        """
        select requests.*, coalesce(profiles.segment, 'unknown') as segment
        from intermediate.int_requests__staged as requests
        left join intermediate.int_member_profiles__merged as profiles using (member_key)
        """
    )


@pytest.fixture(scope="module")
def spells(community: Community, requests: list[Any]) -> list[Spell]:
    changes = defaultdict(list)
    for change in community.rows(
        """
        select request_key, changed_at, new_stage from intermediate.int_request_status_changes__unioned
        where new_stage is not null order by changed_at, change_key
        """
    ):
        changes[change.request_key].append((change.changed_at, change.new_stage))
    return [spell for each in requests for spell in _walk(each, changes[each.request_key], community.as_of)]


def _walk(request: Any, changes: Iterable[tuple[Any, str]], as_of: pd.Timestamp) -> Iterator[Spell]:
    """One request's stays: the status stands at submitted, and moves at each change and at its end."""
    moments = [(request.submitted_at, "submitted"), *changes]
    if request.stage in ("completed", "declined", "merged"):
        end = request.exit_merged_at or request.exit_declined_at or request.reached_completed_at
        if end is not None:
            moments.append((end, request.stage))
    if request.first_response_at is not None:
        moments.append((request.first_response_at, "an answer"))
    moments = [(max(at, request.submitted_at), what) for at, what in moments]
    answered_at = request.first_response_at
    status = "submitted"
    stays: list[tuple[str, Any]] = [("submitted", request.submitted_at)]
    # Sorting is stable: of one instant, statuses stand in the order of their changes.
    for at in sorted({at for at, _ in moments}):
        for when, what in sorted(moments, key=lambda moment: moment[0]):
            if when == at and what != "an answer":
                status = what
        stage = status
        if status == "submitted" and answered_at is not None and at >= answered_at:
            stage = "responded"
        if stays[-1][0] != stage:
            stays.append((stage, at))
    standing = request.stage
    if standing == "submitted" and request.has_been_answered:
        standing = "responded"
    ends: list[tuple[str | None, Any]] = [*stays[1:]]
    if stays[-1][0] != standing:
        stays.append((standing, None))
        ends.append((standing, None))
    ends.append((None, None))
    for (stage, entered), (following, left) in zip(stays, ends, strict=True):
        if stage not in OPEN:
            continue
        if following is None:
            way, days = "waiting", None if entered is None else (as_of - entered).days
        else:
            days = None if left is None or entered is None else (left - entered).days
            way = following
            if following in RANK:
                way = "advanced" if RANK[following] > RANK[stage] else "returned"
        yield Spell(request.request_key, request.segment, stage, entered, left, way, days)


def _groups(spells: Iterable[Spell]) -> dict[tuple[str, str, str], list[Spell]]:
    groups = defaultdict(list)
    for spell in spells:
        years = ["all"] if spell.entered is None else ["all", str(spell.entered.year)]
        for segment in ("all", spell.segment):
            for year in years:
                groups[spell.stage, segment, year].append(spell)
    return groups


def test_every_stay_in_a_stage(community: Community, spells: list[Spell]) -> None:
    found = community.rows("select * from intermediate.int_request_stage_spells__dated")
    assert Counter(
        (row.request_key, row.segment, row.stage, row.entered_at, row.left_at, row.outcome, row.duration_days)
        for row in found
    ) == Counter(
        (one.request, one.segment, one.stage, one.entered, one.left, one.way, one.days) for one in spells
    )
    ways = Counter(spell.way for spell in spells)
    assert min(ways[way] for way in ("waiting", "advanced", "declined", "merged")) > 0
    assert any(spell.days is None for spell in spells)


def test_how_long_each_stage_takes_by_lifelines(community: Community, spells: list[Spell]) -> None:
    groups = _groups(spells)
    found = community.rows("select * from marts.feedback_stage_times")
    assert {(row.stage, row.segment, row.period) for row in found} == set(groups)
    for row in found:
        group = groups[row.stage, row.segment, row.period]
        ways = Counter(spell.way for spell in group)
        assert row.spells == len(group)
        assert (row.waiting_spells, row.advanced_spells, row.returned_spells) == (
            ways["waiting"],
            ways["advanced"],
            ways["returned"],
        )
        assert (row.declined_spells, row.merged_spells) == (ways["declined"], ways["merged"])
        dated = [spell for spell in group if spell.days is not None]
        assert row.undated_count == len(group) - len(dated)
        if not dated:
            assert row.median_days is None and row.longest_left_days is None
            continue
        days = [spell.days for spell in dated if spell.days is not None]
        has_left = [spell.way != "waiting" for spell in dated]
        curve = KaplanMeierFitter().fit(days, has_left).survival_function_["KM_estimate"]
        for share, value in ((0.5, row.median_days), (0.1, row.p90_days)):
            reached = curve.index[curve <= share + 1e-12]
            assert value == (None if reached.empty else int(reached[0]))
        for limit, value in ((90, row.left_within_90d_ratio), (365, row.left_within_1y_ratio)):
            if max(days) < limit and not all(has_left):
                assert value is None
            else:
                assert value == pytest.approx(1 - curve[curve.index <= limit].iloc[-1], abs=1e-9)
        left = [spell.days for spell in dated if spell.way != "waiting" and spell.days is not None]
        assert row.longest_left_days == max(left, default=None)


def test_what_is_stuck(community: Community, spells: list[Spell]) -> None:
    limits = {
        row.stage: row.p90_days if row.p90_days is not None else row.longest_left_days
        for row in community.rows(
            "select * from marts.feedback_stage_times where segment = 'all' and period = 'all'"
        )
    }
    found = community.rows("select * from marts.stuck_requests order by demand_rank")
    stuck = {
        spell.request: (spell.stage, spell.days)
        for spell in spells
        if spell.way == "waiting" and spell.days is not None and spell.days > limits[spell.stage]
    }
    assert {row.request_key: (row.stage, row.days_in_stage) for row in found} == stuck
    assert len(stuck) > 5
    assert [row.demand_rank for row in found] == list(range(1, len(found) + 1))
    votes = [row.votes for row in found]
    assert votes == sorted(votes, reverse=True)
    supporters = community.frame(
        """
        select request_key, segment, is_program_member_then
        from intermediate.int_request_supporters__rooted where not is_staff_then
        """
    )
    for row in found:
        own = supporters[supporters.request_key == row.request_key]
        assert row.customer_votes == (own.segment == "customer").sum()
        assert row.unknown_votes == (own.segment == "unknown").sum()
        assert row.program_member_votes == own.is_program_member_then.sum()


def test_stages_month_by_month(community: Community, spells: list[Spell]) -> None:
    limits = {
        row.stage: row.p90_days if row.p90_days is not None else row.longest_left_days
        for row in community.rows(
            "select * from marts.feedback_stage_times where segment = 'all' and period = 'all'"
        )
    }
    found = community.rows("select * from marts.stuck_requests_monthly where segment = 'all'")
    dated = [
        (spell.stage, spell.entered, spell.left or END_OF_TIME)
        for spell in spells
        if spell.days is not None and spell.entered is not None
    ]
    seen = 0
    for row in found:
        begin = pd.Timestamp(row.month).tz_localize("UTC")
        end = min(begin + pd.DateOffset(months=1), community.as_of)
        own = [(entered, left) for stage, entered, left in dated if stage == row.stage]
        ages = [(end - entered).days for entered, left in own if entered < end <= left]
        assert row.entered == sum(begin <= entered < end for entered, _ in own)
        assert row.moved_on == sum(begin <= left < end for _, left in own)
        assert row.standing == len(ages)
        assert row.stuck == sum(age > limits[row.stage] for age in ages)
        assert row.oldest_age_days == max(ages, default=None)
        assert row.median_age_days == (sorted(ages)[(len(ages) - 1) // 2] if ages else None)
        assert row.is_complete == (begin + pd.DateOffset(months=1) <= community.known_until)
        seen += row.entered
    assert seen == len(dated)


def _cases(requests: Iterable[Any], stage: str, as_of: pd.Timestamp) -> list[Case]:
    """Merged requests are no cases of an answer; for later stages they and declined ones have left."""
    cases = []
    for each in requests:
        if stage == "first_response":
            reached_at, gone_at, is_gone = each.first_response_at, None, each.stage == "merged"
            if is_gone:
                continue
        else:
            reached_at = getattr(each, f"reached_{stage}_at")
            is_gone = each.stage in ("declined", "merged")
            gone_at = each.exit_declined_at or each.exit_merged_at
        if getattr(each, REACHED[stage]):
            if reached_at is not None:
                cases.append(Case(max((reached_at - each.submitted_at).days, 0), "reached"))
        elif is_gone:
            if gone_at is not None:
                cases.append(Case((gone_at - each.submitted_at).days, "left"))
        else:
            cases.append(Case((as_of - each.submitted_at).days, "waiting"))
    return cases


@pytest.fixture(scope="module")
def periods(requests: list[Any]) -> dict[tuple[str, str], list[Any]]:
    """The requests of each year, of all time and of each month, by segment."""
    groups = defaultdict(list)
    for each in requests:
        submitted = each.submitted_at
        for period in ("all", str(submitted.year), submitted.strftime("%Y-%m")):
            for segment in ("all", each.segment):
                groups[period, segment].append(each)
    return groups


def test_the_headline_and_the_funnel_count_what_became_of_requests(
    community: Community, periods: dict[tuple[str, str], list[Any]]
) -> None:
    columns = """segment, requests, open_requests, declined_requests, merged_requests, responded_requests,
        planned_requests, started_requests, completed_requests, completed_share, completed_undated_count"""
    found = community.rows(f"select period, {columns} from marts.feedback_headline")
    found += community.rows(
        f"select strftime(submission_month, '%Y-%m') as period, {columns} from marts.feedback_funnel"
    )
    assert {(row.period, row.segment) for row in found} == set(periods)
    for row in found:
        own = periods[row.period, row.segment]
        counted = [each for each in own if each.stage != "merged"]
        assert row.requests == len(counted)
        assert row.merged_requests == len(own) - len(counted)
        assert row.open_requests == sum(each.stage in OPEN for each in own)
        assert row.declined_requests == sum(each.stage == "declined" for each in own)
        assert row.responded_requests == sum(each.has_been_answered for each in counted)
        assert row.planned_requests == sum(each.has_been_planned for each in counted)
        assert row.started_requests == sum(each.has_been_started for each in counted)
        completed = [each for each in counted if each.has_been_completed]
        assert row.completed_requests == len(completed)
        assert row.completed_share == (len(completed) / len(counted) if counted else None)
        assert row.completed_undated_count == sum(each.reached_completed_at is None for each in completed)


@pytest.mark.parametrize("stage", REACHED)
def test_days_to_each_stage_by_exact_fractions(
    community: Community, periods: dict[tuple[str, str], list[Any]], stage: str
) -> None:
    columns = f"""segment, {stage}_median_days as median, {stage}_p90_days as p90,
        {stage}_within_1y_ratio as one_year, {stage}_within_2y_ratio as two_years"""
    found = community.rows(f"select period, {columns} from marts.feedback_headline")
    found += community.rows(
        f"select strftime(submission_month, '%Y-%m') as period, {columns} from marts.feedback_funnel"
    )
    for row in found:
        cases = _cases(periods[row.period, row.segment], stage, community.as_of)
        curve = incidence(cases)
        assert row.median == quantile(curve, Fraction(1, 2))
        assert row.p90 == quantile(curve, Fraction(9, 10))
        for value, days in ((row.one_year, 365), (row.two_years, 730)):
            share = share_within(cases, days)
            assert value == (None if share is None else pytest.approx(float(share), abs=1e-12))


@pytest.mark.filterwarnings("ignore:Tied event times")
@pytest.mark.parametrize("stage", ["planned", "started", "completed"])
def test_incidence_of_all_time_by_lifelines(
    community: Community, periods: dict[tuple[str, str], list[Any]], stage: str
) -> None:
    found = community.frame(
        f"""
        select segment, duration_days, reached_ratio from intermediate.int_funnel_incidence__estimated
        where period = 'all' and stage = '{stage}' order by duration_days
        """
    )
    for segment, curve in found.groupby("segment"):
        cases = _cases(periods["all", str(segment)], stage, community.as_of)
        # Lifelines shakes tied days a little; who waits is censored half a day later, so that no tie goes
        # against them. The order among those who got there or left on one day changes nothing.
        days = np.array([case.days + (0.5 if case.end == "waiting" else 0) for case in cases])
        ends = np.array([{"reached": 1, "left": 2, "waiting": 0}[case.end] for case in cases])
        fitted = AalenJohansenFitter(calculate_variance=False, seed=1).fit(days, ends, event_of_interest=1)
        incidence_at = fitted.cumulative_density_.iloc[:, 0]
        at = incidence_at.index.searchsorted(curve.duration_days + 0.4, side="right") - 1
        assert curve.reached_ratio.to_numpy() == pytest.approx(incidence_at.to_numpy()[at], abs=1e-9)
