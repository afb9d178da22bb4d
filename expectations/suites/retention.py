"""Checks of who stays."""

from __future__ import annotations

from collections.abc import Iterator

from expectations.checks import Check, between, no_rows, one_of, unique
from expectations.comparison import Compared, volume
from expectations.suites.members import SEGMENTS


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
