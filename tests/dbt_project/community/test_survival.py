"""Survival, intervals, the log-rank test, incidence and cohorts against lifelines, in three communities."""

from __future__ import annotations

import shutil
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from lifelines import AalenJohansenFitter, KaplanMeierFitter
from lifelines.statistics import multivariate_logrank_test
from scipy.stats import chi2  # type: ignore[import-untyped]

from tests.dbt import MODELS_ONLY, build
from tests.dbt_project.community.conftest import END, Community, opened
from tests.end_to_end.pipeline import behind_sandbox, small_community

SIZES = {
    "hamlet": {"members": 60, "months": 15, "posts": 900, "requests": 60, "tickets": 60},
    "city": {"members": 900, "months": 36, "posts": 24_000, "requests": 600, "tickets": 600},
}
"""Communities beside the session's, which is in between."""
MODELS = (
    "retention_survival",
    "retention_survival_groups",
    "retention_cohorts",
    "int_funnel_incidence__estimated",
)
LONG = pd.Timedelta(days=90)
SEGMENTS = "all", "customer", "pipeline", "prospect", "unknown"

Group = tuple[str, str, str]
"""Kind, subject and name of a group."""


@dataclass(frozen=True)
class Stay:
    """From a start to the first long silence, or to the last instant at which one could be seen to begin."""

    member: str
    turning: str
    days: int
    is_ended: bool


@pytest.fixture(scope="module")
def workshop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the other communities are built one after the other: dbt parses the project once for all."""
    return tmp_path_factory.mktemp("survival")


@pytest.fixture(scope="module", params=["town", *reversed(SIZES)])
def sized(request: pytest.FixtureRequest, workshop: Path) -> Iterator[Community]:
    """The session's community, and a smaller and a larger one with only the models in question."""
    if request.param == "town":
        yield request.getfixturevalue("community")
        return
    folder = workshop / request.param
    sources = small_community(folder / "dataset", seed=len(request.param), end=END, **SIZES[request.param])
    with behind_sandbox(sources, folder / "data") as pipeline:
        pipeline.at(END).read_and_load()
    # Always at the same place, where dbt knows its parsed project again.
    built = Path(shutil.copyfile(pipeline.database, workshop / "community.duckdb"))
    midnight = pd.Timestamp(END)
    as_of = midnight + pd.Timedelta(days=1)
    build(
        built,
        *MODELS_ONLY,
        *("--select", *(f"+{model}" for model in MODELS)),
        as_of=as_of,
        known_until=midnight,
        seeds=folder / "dataset" / "seeds",
    )
    with opened(built) as connection:
        yield Community(connection, folder / "dataset", as_of, midnight)


@pytest.fixture(scope="module")
def acts(sized: Community) -> dict[str, list[Any]]:
    """{member: what they contributed themselves, in order}"""
    found = defaultdict(list)
    for act in sized.rows(
        """
        select member_key, occurred_at, contribution_key, kind, is_question, topic_key, expertise_area
        from intermediate.int_contributions__unioned where is_authored
        order by occurred_at, contribution_key
        """
    ):
        found[act.member_key].append(act)
    return found


@pytest.fixture(scope="module")
def stays(sized: Community, acts: dict[str, list[Any]]) -> dict[Group, list[Stay]]:
    """The stays of each group, person by person."""
    last_seen = sized.as_of - LONG
    times = {member: [act.occurred_at for act in own] for member, own in acts.items()}
    found: dict[Group, list[Stay]] = defaultdict(list)
    for group, member, turning, start in [*_newcomers(sized, acts), *_turned(sized)]:
        if start <= last_seen:
            found[group].append(_stay(member, turning, start, times[member], sized.as_of))
    return found


def _stay(member: str, turning: str, start: pd.Timestamp, times: list[Any], as_of: pd.Timestamp) -> Stay:
    """Walk from one contribution to the next; a silence under way at the start begins there."""
    here = start
    for following in [*(each for each in times if each > start), as_of]:
        if following - here >= LONG:
            return Stay(member, turning, (here - start).days, True)
        here = following
    return Stay(member, turning, (as_of - LONG - start).days, False)


def _newcomers(
    community: Community, acts: dict[str, list[Any]]
) -> Iterator[tuple[Group, str, str, pd.Timestamp]]:
    segments = _segments_when_known(community)
    replies = defaultdict(list)
    for reply in community.rows(
        """
        select topic_key, created_at, post_number, post_key, is_staff_at_time
        from intermediate.int_posts__classified
        where kind = 'reply' and is_counted and not is_bot and not is_in_own_topic
        """
    ):
        replies[reply.topic_key].append(reply)
    for member, own in acts.items():
        first = own[0]
        start = first.occurred_at
        groups = [("all", "all")]
        known_at, segment = segments.get(member, (None, "unknown"))
        in_time = known_at is not None and known_at <= start + timedelta(days=30)
        groups.append(("segment", segment if in_time else "unknown"))
        areas = Counter(
            act.expertise_area
            for act in own
            if act.expertise_area is not None and act.occurred_at <= start + timedelta(days=30)
        )
        groups.append(("area", min(areas, key=lambda area: (-areas[area], area)) if areas else "none"))
        if first.kind == "topic" and first.is_question:
            answers = sorted(replies[first.topic_key], key=lambda post: (post.created_at, post.post_number))
            waited = answers[0].created_at - start if answers else pd.Timedelta.max
            if waited > timedelta(days=7):
                groups += [("answered_by", "nobody"), ("answered_within", "not in time")]
            else:
                groups.append(("answered_by", "staff" if answers[0].is_staff_at_time else "member"))
                groups.append(("answered_within", "a day" if waited <= timedelta(days=1) else "a week"))
        for kind, name in groups:
            yield (kind, "all", name), member, "", start


def _segments_when_known(community: Community) -> dict[str, tuple[pd.Timestamp, str]]:
    """{member: since when a company was known, the segment}; declared people's since ever."""
    found = {}
    for row in community.rows(
        """
        select members.member_key, profiles.segment,
            bool_or(facts.segment is not null or trim(coalesce(facts.organization, '')) <> '') as is_declared,
            bool_or(accounts.organization_id is not null and accounts.created_at is null) as is_undated,
            min(accounts.created_at) filter (where accounts.organization_id is not null) as known_at
        from intermediate.int_members__resolved as members
        join intermediate.int_member_profiles__merged as profiles using (member_key)
        left join intermediate.int_accounts__unioned as accounts using (account_key)
        left join seeds.member_facts as facts
            on facts.source_name = members.source_name and facts.account_id = members.account_id
        group by 1, 2
        """
    ):
        ever = pd.Timestamp(0, tz="UTC")
        since = ever if row.is_declared or row.is_undated else row.known_at
        if since is not None:
            found[row.member_key] = (since, row.segment or "unknown")
    return found


def _turned(community: Community) -> Iterator[tuple[Group, str, str, pd.Timestamp]]:
    """Who got an award or certificate with a peer, and the peers, from that day on."""
    peers = defaultdict(set)
    for row in community.rows("select turning_key, peer_member_key from intermediate.int_peers__matched"):
        peers[row.turning_key].add(row.peer_member_key)
    tiers: dict[tuple[str, str, pd.Timestamp], str] = {}
    for term in community.rows(
        """
        select program, member_key, awarded_at, tier from intermediate.int_program_terms__dated
        where awarded_at is not null and tier is not null
        """
    ):
        key = term.program, term.member_key, term.awarded_at
        tiers[key] = min(term.tier, tiers.get(key, term.tier))
    for point in community.rows("select * from intermediate.int_turning_points__dated where not is_placebo"):
        if point.turning_key not in peers:
            continue
        kinds = [(point.kind, "all")] if point.is_first_of_kind else []
        if point.kind == "certification":
            kinds.append(("course", point.subject))
        elif kinds and (tier := tiers.get((point.subject, point.member_key, point.turned_at))):
            kinds.append(("tier", tier))
        turned = "awarded" if point.kind == "award" else "certified"
        for kind, subject in kinds:
            yield (kind, subject, turned), point.member_key, point.turning_key, point.turned_at
            for peer in peers[point.turning_key]:
                yield (kind, subject, "peers"), peer, point.turning_key, point.turned_at


def _fitted(group: Iterable[Stay]) -> KaplanMeierFitter:
    days, ended = zip(*((stay.days, stay.is_ended) for stay in group), strict=True)
    return KaplanMeierFitter().fit(days, ended)


def test_everyone_is_in_their_groups_for_as_long_as_they_stayed(
    sized: Community, stays: dict[Group, list[Stay]]
) -> None:
    found = Counter(
        (
            (row.group_kind, row.subject, row.group_name),
            row.member_key,
            row.turning_key,
            row.duration_days,
            row.is_ended,
        )
        for row in sized.rows("select * from intermediate.int_retention_spans__measured")
    )
    expected = Counter(
        (group, stay.member, stay.turning, stay.days, stay.is_ended)
        for group, own in stays.items()
        for stay in own
    )
    assert found == expected
    assert {kind for kind, _, _ in stays} >= {"all", "segment", "area", "answered_by", "answered_within"}


def test_survival_and_its_interval_are_those_of_lifelines(
    sized: Community, stays: dict[Group, list[Stay]]
) -> None:
    found = sized.frame("select * from marts.retention_survival order by days")
    groups = dict(list(found.groupby(["group_kind", "subject", "group_name"])))
    assert set(groups) == set(stays)
    for group, own in stays.items():
        curve, fitted = groups[group], _fitted(own)
        table = fitted.event_table
        # Lifelines' first row is day 0, also if nobody was last seen on it.
        table = table[table["removed"] > 0]
        assert curve.days.tolist() == table.index.tolist()
        for ours, theirs in (("at_risk", "at_risk"), ("events", "observed"), ("censored", "censored")):
            assert curve[ours].tolist() == table[theirs].tolist()
        survival = fitted.survival_function_["KM_estimate"].loc[curve.days]
        np.testing.assert_allclose(curve.survival_ratio, survival, rtol=0, atol=1e-9)
        interval = fitted.confidence_interval_survival_function_.loc[curve.days]
        low, high = (interval[f"KM_estimate_{end}_0.95"].to_numpy() for end in ("lower", "upper"))
        # The interval of a certainty has no log(−log); lifelines gives none or the value itself.
        certain = ((survival <= 1e-12) | (survival >= 1 - 1e-12)).to_numpy()
        np.testing.assert_allclose(curve.survival_lower, np.where(certain, survival, low), rtol=0, atol=1e-9)
        np.testing.assert_allclose(curve.survival_upper, np.where(certain, survival, high), rtol=0, atol=1e-9)


def test_groups_are_summed_up_and_compared_as_by_lifelines(
    sized: Community, stays: dict[Group, list[Stay]]
) -> None:
    found = {
        (row.group_kind, row.subject, row.group_name): row
        for row in sized.rows("select * from marts.retention_survival_groups")
    }
    assert set(found) == set(stays)
    for group, row in found.items():
        own = stays[group]
        assert (row.members, row.events) == (len(own), sum(stay.is_ended for stay in own))
        survival = _fitted(own).survival_function_["KM_estimate"]
        for share, value in ((0.5, row.median_days), (0.1, row.p90_days)):
            reached = survival.index[survival <= share + 1e-12]
            assert value == (None if reached.empty else reached[0])
        for limit in (90, 180, 365):
            value = getattr(row, f"retained_{limit}d_ratio")
            if max(stay.days for stay in own) < limit and row.events < row.members:
                assert value is None
            else:
                assert value == pytest.approx(survival[survival.index <= limit].iloc[-1], abs=1e-9)
    compared = defaultdict(list)
    for kind, subject, name in stays:
        compared[kind, subject].append(name)
    for (kind, subject), names in compared.items():
        rows = [found[kind, subject, name] for name in names]
        assert len({(row.logrank_statistic, row.logrank_p_value) for row in rows}) == 1
        if len(names) == 1:
            assert rows[0].logrank_statistic is None and rows[0].logrank_p_value is None
            continue
        everybody = [
            (stay.days, name, stay.is_ended) for name in names for stay in stays[kind, subject, name]
        ]
        days, groups, ended = zip(*everybody, strict=True)
        if not any(ended):
            assert rows[0].logrank_p_value is None
            continue
        theirs = multivariate_logrank_test(days, groups, ended)
        degrees = len(names) - len(_compared(everybody, names))
        assert rows[0].logrank_degrees == degrees
        assert rows[0].logrank_statistic == pytest.approx(theirs.test_statistic, rel=1e-9, abs=1e-9)
        expected = theirs.p_value if degrees == len(names) - 1 else chi2.sf(theirs.test_statistic, degrees)
        assert rows[0].logrank_p_value == (pytest.approx(expected, rel=0, abs=1e-9) if degrees else None)


def _compared(everybody: Iterable[tuple[int, str, bool]], names: Iterable[str]) -> list[set[str]]:
    """Groups that say something of each other: on a day on which some of them left, and some stayed on.

    A group gone before the first ending takes no degree of freedom (as in R's survdiff; lifelines counts it).
    """
    people = list(everybody)
    joined = [{name} for name in names]
    for ending in {day for day, _, is_ended in people if is_ended}:
        there = {name for day, name, _ in people if day >= ending}
        if any(day > ending or (day == ending and not is_ended) for day, _, is_ended in people):
            joined = [
                *(each for each in joined if not each & there),
                set().union(*(each for each in joined if each & there)),
            ]
    return joined


@pytest.mark.filterwarnings("ignore:Tied event times")
def test_incidence_of_stages_is_that_of_lifelines(sized: Community) -> None:
    cases = sized.frame(
        """
        select stage, segment, duration_days, outcome
        from intermediate.int_request_durations__measured
        join intermediate.int_requests__grouped using (request_key)
        where period = 'all' and duration_days is not null
        """
    )
    found = sized.frame(
        """
        select stage, segment, duration_days, reached_ratio, waiting_ratio
        from intermediate.int_funnel_incidence__estimated
        where period = 'all' order by duration_days
        """
    )
    curves = dict(list(found.groupby(["stage", "segment"])))
    assert len(curves) >= 10
    for group, own in cases.groupby(["stage", "segment"]):
        curve = curves.pop(group)
        # Who waits is censored half a day later: lifelines shakes ties, and none may go against them. The
        # order of those who got there and those who left on one day changes nothing. Day 0 is day 1 there,
        # as it gives no incidence at 0.
        days = own.duration_days.to_numpy() + np.where(own.outcome == "waiting", 0.5, 0)
        ends = own.outcome.map({"reached": 1, "left": 2, "waiting": 0}).to_numpy()
        stayed = KaplanMeierFitter().fit(days, ends > 0).survival_function_["KM_estimate"]
        at = stayed.index.searchsorted(curve.duration_days + 0.4, side="right") - 1
        np.testing.assert_allclose(curve.waiting_ratio, stayed.to_numpy()[at], rtol=0, atol=1e-9)
        if not (ends == 1).any():
            assert (curve.reached_ratio == 0).all()
            continue
        fitted = AalenJohansenFitter(calculate_variance=False, seed=1).fit(
            days + 1, ends, event_of_interest=1
        )
        incidence = fitted.cumulative_density_.iloc[:, 0]
        at = incidence.index.searchsorted(curve.duration_days + 1.4, side="right") - 1
        np.testing.assert_allclose(curve.reached_ratio, incidence.to_numpy()[at], rtol=0, atol=1e-9)
    assert not curves


def test_cohorts_are_counted_month_by_month(sized: Community, acts: dict[str, list[Any]]) -> None:
    segments = {
        row.member_key: row.segment
        for row in sized.rows("select member_key, segment from intermediate.int_member_profiles__merged")
    }
    last = sized.known_until.year * 12 + sized.known_until.month - 1
    cohorts = defaultdict(list)
    for member, own in acts.items():
        months = {act.occurred_at.year * 12 + act.occurred_at.month - 1 for act in own}
        for segment in ("all", segments[member]):
            cohorts[min(months), segment].append(months)
    expected = {}
    for (first, segment), members in cohorts.items():
        for month in range(first, last + 1):
            active = sum(month in months for months in members)
            expected[first, segment, month - first] = (len(members), active, active / len(members))
    found = {
        (row.cohort_month.year * 12 + row.cohort_month.month - 1, row.segment, row.months_since): (
            row.cohort_size,
            row.active_members,
            row.retained_ratio,
        )
        for row in sized.rows("select * from marts.retention_cohorts")
    }
    assert found == expected
    assert {segment for _, segment, _ in found} <= set(SEGMENTS)
    assert all(ratio == 1.0 for (_, _, since), (_, _, ratio) in found.items() if since == 0)
