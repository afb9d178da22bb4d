"""Activity status, transitions and stickiness, worked out once more from contributions and the calendar."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pandas as pd
import pytest

from tests.dbt_project.community.conftest import Community

AUTHORED = "'topic', 'reply', 'article', 'feature_request', 'vote', 'comment', 'bug_report', 'activity'"

Statuses = dict[str, list[str]]
"""The statuses of each member, month by month from the first contribution to the build's month."""


@pytest.fixture(scope="module")
def acts(community: Community) -> pd.DataFrame:
    """What people did themselves: member_key, day, month (numbered from year 0), is_staff."""
    frame = community.frame(
        f"""
        select member_key, occurred_at, is_staff_at_time as is_staff from marts.fct_contribution
        where kind in ({AUTHORED})
        """
    )
    frame["day"] = frame["occurred_at"].dt.tz_convert("UTC").dt.tz_localize(None).dt.normalize()
    frame["month"] = frame["day"].dt.year * 12 + frame["day"].dt.month - 1
    return frame


def number(month: pd.Timestamp) -> int:
    """A month as one number."""
    return month.year * 12 + month.month - 1


def status(months: set[int], month: int) -> str:
    """By the months with contributions."""
    recently = any(month - back in months for back in (1, 2, 3))
    if month == min(months):
        return "new"
    if month in months:
        return "active" if recently else "returning"
    return "drifting" if recently else "inactive"


@pytest.fixture(scope="module")
def statuses(community: Community, acts: pd.DataFrame) -> Statuses:
    this_month = number(community.known_until)
    months: dict[str, set[int]] = {}
    for key, month in zip(acts["member_key"], acts["month"], strict=True):
        months.setdefault(key, set()).add(month)
    return {
        key: [status(active, month) for month in range(min(active), this_month + 1)]
        for key, active in months.items()
    }


def test_every_member_has_a_status_in_every_month(community: Community, statuses: Statuses) -> None:
    this_month = number(community.known_until)
    expected = {
        (key, this_month - back): name
        for key, names in statuses.items()
        for back, name in enumerate(reversed(names))
    }
    found = community.rows(
        "select member_key, month, activity_status, is_complete from marts.member_activity_status"
    )
    assert {row.activity_status for row in found} == {"new", "active", "returning", "drifting", "inactive"}
    assert {(row.member_key, number(row.month)): row.activity_status for row in found} == expected
    assert {number(row.month) for row in found if not row.is_complete} == {this_month}


def test_transitions_count_the_steps_between_statuses(community: Community, statuses: Statuses) -> None:
    this_month = number(community.known_until)
    expected: Counter[tuple[int, str, str]] = Counter()
    for names in statuses.values():
        first = this_month - len(names) + 1
        expected.update(
            (first + place, before, name)
            for place, (before, name) in enumerate(zip(["none", *names], names, strict=False))
        )
    found = community.rows("select * from marts.member_activity_transitions")
    assert {
        (number(row.month), row.from_status, row.to_status): row.members for row in found if row.members
    } == expected
    before = Counter((month + 1, name) for (month, _, name), count in expected.items() for _ in range(count))
    for row in found:
        if row.from_status != "none":
            held = before[number(row.month), row.from_status]
            assert row.from_members == held
            assert row.share_ratio == (None if held == 0 else row.members / held)


def test_the_summary_counts_who_was_kept_and_who_came_back(community: Community, acts: pd.DataFrame) -> None:
    months = acts.groupby("month")["member_key"].agg(set)
    staff = acts[acts["is_staff"]].groupby("month")["member_key"].agg(set)
    for row in community.rows("select * from marts.activity_summary_monthly where audience = 'all'"):
        month = number(row.month)
        now, before = months.get(month, set()), months.get(month - 1, set())
        assert (row.contributors, row.retained_members) == (len(now), len(now & before))
        assert row.retained_ratio == (len(now & before) / len(before) if before else None)
        lost = len(before - now)
        assert row.gained_to_lost_ratio == (len(now - before) / lost if lost else None)
    for row in community.rows("select * from marts.activity_summary_monthly where audience = 'staff'"):
        assert row.contributors >= len(staff.get(number(row.month), set()))


def test_stickiness_is_the_mean_day_over_the_28_days(community: Community, acts: pd.DataFrame) -> None:
    days = pd.date_range(acts["day"].min(), community.known_until.tz_localize(None))
    found = community.frame("select * from marts.stickiness_daily order by day").set_index("day")
    assert list(found.index) == list(days)
    for prefix, chosen in (("", acts), ("non_staff_", acts[~acts["is_staff"]])):
        by_day = chosen.groupby("day")["member_key"].agg(set).reindex(days)
        sets = [each if isinstance(each, set) else set() for each in by_day]
        daily = np.array([len(each) for each in sets])
        assert found[f"{prefix}daily_contributors"].tolist() == daily.tolist()
        for window, name in ((7, "weekly"), (28, "monthly")):
            union = [
                len(set().union(*sets[max(0, place - window + 1) : place + 1])) for place in range(len(sets))
            ]
            assert found[f"{prefix}{name}_contributors"].tolist() == union
        ratios = [
            daily[place - 27 : place + 1].mean() / union[place] if place >= 27 and union[place] else np.nan
            for place in range(len(sets))
        ]
        np.testing.assert_allclose(found[f"{prefix}stickiness_ratio"].astype(float), ratios, rtol=1e-12)
