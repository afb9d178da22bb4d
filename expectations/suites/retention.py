"""Checks of who stays."""

from __future__ import annotations

from collections.abc import Iterator

from expectations.checks import Check, between, no_rows, one_of, ratio, unique
from expectations.comparison import Compared, volume
from expectations.suites.members import SEGMENTS

GROUP_KINDS = frozenset(
    {
        "all",
        "segment",
        "area",
        "answered_by",
        "answered_within",
        "award",
        "tier",
        "certification",
        "course",
    }
)
"""What people are grouped by when it is measured how long they stay."""


def retention_cohorts(compared: Compared) -> Iterator[Check]:
    """One row per month of first contribution, segment and months since."""
    yield from volume("retention_cohorts", compared)
    yield unique("cohort_month", "segment", "months_since", what="cohort, segment and months since")
    yield one_of("segment", SEGMENTS | {"all"}, "Every cohort is of a known segment, or of all")
    yield between("retained_ratio", 0, 1, "Retention is a share")
    yield between("months_since", 0, None, "Months are counted from the first contribution")
    yield no_rows(
        "range",
        "Everyone is active in the month of the first contribution",
        """
        select cast(cohort_month as varchar) as cohort_month, segment, retained_ratio
        from {batch}
        where months_since = 0 and retained_ratio is distinct from 1
        order by 1, 2
        """,
        expected="retained_ratio is 1 at month 0",
        column="retained_ratio",
    )
    yield no_rows(
        "range",
        "No cohort has more active members than members",
        """
        select
            cast(cohort_month as varchar) as cohort_month, segment, months_since, active_members,
            cohort_size
        from {batch}
        where active_members > cohort_size or cohort_size < 1
        order by 1, 2, 3
        """,
        column="active_members",
    )
    yield no_rows(
        "reconciliation",
        "Everyone who ever contributed is in one cohort",
        """
        select
            (select count(*) from dim_member where first_contribution_at is not null) as contributors,
            coalesce(sum(cohort_size) filter (where segment = 'all'), 0) as in_all,
            coalesce(sum(cohort_size) filter (where segment <> 'all'), 0) as in_segments
        from {batch}
        where months_since = 0
        having in_all <> contributors or in_segments <> contributors
        """,
        expected="the members with a contribution, both in all and over the segments",
        column="cohort_size",
    )


def retention_survival(compared: Compared) -> Iterator[Check]:
    """One row per group and day on which somebody left or was last seen."""
    yield from volume("retention_survival", compared)
    yield unique("group_kind", "subject", "group_name", "days", what="group and day")
    yield one_of("group_kind", GROUP_KINDS, "People are grouped by something known")
    yield between("days", 0, None, "Days are counted from the start")
    yield no_rows(
        "range",
        "Every share still there lies within its interval",
        """
        select group_kind, subject, group_name, days, survival_lower, survival_ratio, survival_upper
        from {batch}
        where
            survival_ratio not between survival_lower - 1e-12 and survival_upper + 1e-12
            or survival_lower < 0 or survival_upper > 1
        order by 1, 2, 3, 4
        """,
        expected="0 ≤ survival_lower ≤ survival_ratio ≤ survival_upper ≤ 1",
        column="survival_ratio",
    )
    yield no_rows(
        "range",
        "Nobody comes back on a survival curve",
        """
        select group_kind, subject, group_name, days, at_risk, were_left, survival_ratio, was_ratio
        from (
            select
                *,
                lag(at_risk - events - censored) over curve as were_left,
                lag(survival_ratio) over curve as was_ratio
            from {batch}
            window curve as (partition by group_kind, subject, group_name order by days)
        ) as days
        where
            at_risk <> were_left or survival_ratio > coalesce(was_ratio, 1) + 1e-12
            or (events = 0 and survival_ratio < coalesce(was_ratio, 1) - 1e-12)
        order by 1, 2, 3, 4
        """,
        expected="at_risk less who left or was last seen is the next at_risk; only leaving lowers the share",
        column="at_risk",
    )


def retention_survival_groups(compared: Compared) -> Iterator[Check]:
    """One row per group of people."""
    yield from volume("retention_survival_groups", compared)
    yield unique("group_kind", "subject", "group_name", what="group")
    yield one_of("group_kind", GROUP_KINDS, "Groups of people are of a known kind")
    yield ratio("logrank_p_value", "The log-rank p-value is a probability")
    yield no_rows(
        "range",
        "The longer the time, the fewer stayed",
        """
        select
            group_kind, subject, group_name, median_days, p90_days, retained_90d_ratio, retained_180d_ratio,
            retained_365d_ratio
        from {batch}
        where
            median_days > p90_days
            or greatest(retained_90d_ratio, retained_180d_ratio, retained_365d_ratio) > 1
            or least(retained_90d_ratio, retained_180d_ratio, retained_365d_ratio) < 0
            or retained_180d_ratio > retained_90d_ratio + 1e-12
            or retained_365d_ratio > retained_180d_ratio + 1e-12
        order by 1, 2, 3
        """,
        column="retained_90d_ratio",
    )
    yield no_rows(
        "reconciliation",
        "Everyone in a group is on its curve",
        """
        select group_kind, subject, group_name, members, on_curve, events, ended
        from (
            select group_kind, subject, group_name, sum(events + censored) as on_curve, sum(events) as ended
            from retention_survival
            group by 1, 2, 3
        ) as curves
        full join {batch} as groups using (group_kind, subject, group_name)
        where members is distinct from on_curve or events is distinct from ended
        order by 1, 2, 3
        """,
        expected="members and events of each group are those of its curve",
        column="members",
    )
    yield no_rows(
        "reconciliation",
        "Everyone is in one segment, one area, and at most one group of the answered",
        """
        select group_kind, sum(groups.members) as in_groups, max(everybody.members) as in_all
        from {batch} as groups
        cross join (
            select coalesce(sum(members), 0) as members
            from retention_survival_groups
            where group_kind = 'all'
        ) as everybody
        where group_kind in ('segment', 'area', 'answered_by', 'answered_within')
        group by 1
        having
            in_groups > in_all or (group_kind in ('segment', 'area') and in_groups < in_all)
        order by 1
        """,
        expected="the groups of a kind add up to everybody",
        column="members",
    )
