"""Who stays: stays from the contributions themselves, estimates by lifelines; communities of three sizes."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, cast

import numpy as np
import pandas as pd
import pytest
from lifelines import AalenJohansenFitter, KaplanMeierFitter
from lifelines.statistics import multivariate_logrank_test

from tests.dbt_project.community.conftest import Community, opened
from tests.dbt_project.community.partial import build
from tests.end_to_end.pipeline import behind_sandbox, small_community

SILENCE = pd.Timedelta(days=90)
NEEDED = ("+retention_survival_groups", "+retention_survival", "+retention_cohorts", "+feedback_funnel")
SIZES = {
    "small": (
        datetime(2026, 3, 3, tzinfo=UTC),
        {"seed": 5, "members": 60, "months": 14, "posts": 1_500, "requests": 60, "tickets": 120},
    ),
    "large": (
        datetime(2026, 5, 20, tzinfo=UTC),
        {"seed": 29, "members": 1_000, "months": 40, "posts": 30_000, "requests": 900, "tickets": 900},
    ),
}


@pytest.fixture(scope="module", params=["medium", *SIZES])
def sized(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Community]:
    """The common community, and two others of which only the marts looked at here are built."""
    if request.param == "medium":
        yield request.getfixturevalue("community")
        return
    end, size = SIZES[request.param]
    folder: Path = tmp_path_factory.mktemp(request.param)
    as_of = pd.Timestamp(end) + pd.Timedelta(days=1)
    sources = small_community(folder / "dataset", end=end, **size)
    with behind_sandbox(sources, folder / "data") as pipeline:
        pipeline.at(end).read_and_load()
    instants = {"as_of": as_of, "known_until": end}
    build(pipeline.database, folder / "dataset" / "seeds", instants, NEEDED)
    with opened(pipeline.database) as connection:
        yield Community(connection, folder / "dataset", as_of, pd.Timestamp(end))


def moments(community: Community) -> dict[str, list[pd.Timestamp]]:
    """When each person contributed, in order."""
    found = defaultdict(list)
    for row in community.rows(
        "select member_key, occurred_at from intermediate.int_contributions__unioned "
        "where is_authored order by all"
    ):
        found[row.member_key].append(row.occurred_at)
    return found


def stay(contributed: list[pd.Timestamp], start: pd.Timestamp, as_of: pd.Timestamp) -> tuple[int, bool]:
    """Whole days until the first long silence, or until 90 days ago, and whether there was one."""
    ends = [*contributed[1:], as_of]
    for last, following in zip(contributed, ends, strict=True):
        if following - max(last, start) >= SILENCE:
            return (max(last, start) - start).days, True
    return (as_of - SILENCE - start).days, False


def test_stays_end_with_the_first_long_silence(sized: Community) -> None:
    people = moments(sized)
    spans = sized.rows("select * from intermediate.int_retention_spans__measured")
    everybody = {span.member_key: span for span in spans if span.group_kind == "all"}
    assert set(everybody) == {who for who, all_of in people.items() if all_of[0] <= sized.as_of - SILENCE}
    assert {span.member_key for span in spans if span.group_kind == "segment"} == set(everybody)
    for span in spans:
        assert (span.duration_days, span.is_ended) == stay(
            people[span.member_key], span.starts_at, sized.as_of
        ), span
        assert span.turning_key or span.starts_at == people[span.member_key][0]


def test_newcomers_are_grouped_by_who_answered_them_and_when(sized: Community) -> None:
    first_posts: dict[str, Any] = {}
    for row in sized.rows(
        """
        select member_key, occurred_at, kind, is_question, topic_key
        from intermediate.int_contributions__unioned
        where is_authored
        order by occurred_at, contribution_key
        """
    ):
        first_posts.setdefault(row.member_key, row)
    topics = {row.topic_key: row for row in sized.rows("select * from intermediate.int_topics__answered")}
    expected = {}
    for who, first in first_posts.items():
        if first.kind != "topic" or not first.is_question or first.occurred_at > sized.as_of - SILENCE:
            continue
        topic = topics[first.topic_key]
        reply = topic.first_reply_at
        if reply is None or reply - first.occurred_at > pd.Timedelta(days=7):
            expected[who] = ("nobody", "not in time")
        else:
            expected[who] = (
                "staff" if topic.is_first_reply_by_staff else "member",
                "a day" if reply - first.occurred_at <= pd.Timedelta(days=1) else "a week",
            )
    found: dict[str, dict[str, str]] = defaultdict(dict)
    for row in sized.rows("select * from intermediate.int_newcomer_groups__fixed"):
        if row.group_kind.startswith("answered"):
            found[row.member_key][row.group_kind] = row.group_name
    assert {who: (each["answered_by"], each["answered_within"]) for who, each in found.items()} == expected


def test_survival_intervals_and_log_rank_are_those_of_lifelines(sized: Community) -> None:
    spans = sized.frame("select * from intermediate.int_retention_spans__measured")
    curves = sized.frame("select * from marts.retention_survival").set_index(
        ["group_kind", "subject", "group_name"]
    )
    groups = (
        sized.frame("select * from marts.retention_survival_groups")
        .set_index(["group_kind", "subject", "group_name"])
        .sort_index()
    )
    found = spans.groupby(["group_kind", "subject", "group_name"])
    assert set(found.groups) == set(groups.index) == set(curves.index)
    tested = 0
    name: Any
    for name, members in found:
        fitted = KaplanMeierFitter().fit(members["duration_days"], members["is_ended"])
        curve = curves.loc[[name]].set_index("days")
        interval = fitted.confidence_interval_survival_function_
        expected = pd.concat([fitted.survival_function_, interval, fitted.event_table], axis=1).loc[
            curve.index
        ]
        survival, lower, upper = (expected.iloc[:, place].to_numpy() for place in range(3))
        inside = (survival > 0) & (survival < 1)
        for column, values in (("survival_lower", lower), ("survival_upper", upper)):
            values = np.where(inside, values, survival)
            np.testing.assert_allclose(curve[column], values, rtol=0, atol=1e-9)
        np.testing.assert_allclose(curve["survival_ratio"], survival, rtol=0, atol=1e-9)
        for column in ("at_risk", "censored"):
            assert curve[column].tolist() == expected[column].tolist()
        assert curve["events"].tolist() == expected["observed"].tolist()
        group = groups.loc[name]
        assert group["members"] == len(members) and group["events"] == members["is_ended"].sum()
        for column, left in (("median_days", 0.5), ("p90_days", 0.1)):
            reached = curve.index[survival <= left + 1e-12]
            assert group[column] == reached[0] if len(reached) else pd.isna(group[column])
        for days in (90, 180, 365):
            shown = group[f"retained_{days}d_ratio"]
            if members["duration_days"].max() >= days:
                assert shown == pytest.approx(fitted.predict(days), abs=1e-9)
            else:
                assert pd.isna(shown) or members["is_ended"].all()
    for name, members in spans.groupby(["group_kind", "subject"]):
        rows = groups.loc[name]
        if members["group_name"].nunique() == 1:
            assert rows["logrank_p_value"].isna().all()
            continue
        expected = multivariate_logrank_test(
            members["duration_days"], members["group_name"], members["is_ended"]
        )
        if rows["logrank_degrees"].iloc[0] < members["group_name"].nunique() - 1:
            continue  # A group that nothing can be said of: lifelines counts it, and p is too large.
        tested += 1
        assert rows["logrank_degrees"].eq(expected.degrees_of_freedom).all()
        assert rows["logrank_statistic"].to_numpy() == pytest.approx(expected.test_statistic, abs=1e-9)
        assert rows["logrank_p_value"].to_numpy() == pytest.approx(expected.p_value, abs=1e-9)
    assert tested >= 3


def test_cohorts_are_counted_month_by_month(sized: Community) -> None:
    contributed = sized.frame(
        "select distinct member_key, date_trunc('month', occurred_at) as month "
        "from intermediate.int_contributions__unioned where is_authored"
    )
    segments = sized.frame("select member_key, segment from intermediate.int_member_profiles__merged")
    contributed["number"] = contributed["month"].dt.year * 12 + contributed["month"].dt.month
    contributed["first"] = contributed.groupby("member_key")["number"].transform("min")
    contributed = contributed.merge(segments, on="member_key")
    contributed = pd.concat([contributed, contributed.assign(segment="all")])
    table = contributed.pivot_table(
        index=["first", "segment"], columns="number", values="member_key", aggfunc="nunique", fill_value=0
    )
    this_month = sized.known_until.year * 12 + sized.known_until.month
    expected = {}
    for cohort, counts in table.to_dict(orient="index").items():
        first, segment = cast(tuple[int, str], cohort)
        for number in range(first, this_month + 1):
            expected[first, segment, number - first] = (counts[first], counts.get(number, 0))
    found = {}
    for row in sized.rows("select * from marts.retention_cohorts"):
        month = row.cohort_month.year * 12 + row.cohort_month.month
        found[month, row.segment, row.months_since] = (row.cohort_size, row.active_members)
        assert row.retained_ratio == row.active_members / row.cohort_size
        assert row.months_since or row.retained_ratio == 1
    assert found == expected


def test_the_incidence_of_each_stage_is_that_of_lifelines(sized: Community) -> None:
    durations = sized.frame(
        """
        select groups.period, groups.segment, durations.stage, durations.outcome, durations.duration_days
        from intermediate.int_request_durations__measured as durations
        inner join intermediate.int_requests__grouped as groups using (request_key)
        where durations.duration_days is not null and groups.period_kind != 'month'
        """
    )
    curves = sized.frame("select * from intermediate.int_funnel_incidence__estimated").set_index(
        ["period", "segment", "stage"]
    )
    order = {"reached": 0, "left": 1, "waiting": 2}
    compared = 0
    name: Any
    for name, requests in durations.groupby(["period", "segment", "stage"]):
        # What happens on one day in an order of its own: lifelines would shake equal days apart.
        requests = requests.assign(turn=requests["outcome"].map(order)).sort_values(["duration_days", "turn"])
        moment = requests["duration_days"] + 1 + np.arange(len(requests)) / (2 * len(requests))
        code = requests["turn"].map({0: 1, 1: 2, 2: 0})
        if not code.eq(1).any():
            continue
        fitted = AalenJohansenFitter(calculate_variance=False).fit(moment.to_numpy(), code.to_numpy(), 1)
        incidence = fitted.cumulative_density_.iloc[:, 0]
        curve = curves.loc[[name]]
        ends = [incidence[incidence.index < day + 2].iloc[-1] for day in curve["duration_days"]]
        np.testing.assert_allclose(curve["reached_ratio"], ends, rtol=0, atol=1e-9)
        compared += 1
    assert compared >= 8
