"""Checks of who is here, who comes back and who drifts away."""

from __future__ import annotations

from collections.abc import Iterator

from expectations.checks import Check, between, filled, found_in, no_rows, one_of, ratio, unique
from expectations.comparison import Compared, volume

STATUSES = frozenset({"new", "active", "returning", "drifting", "inactive"})
KNOWN = "Every row is of a known member"


def member_activity_status(compared: Compared) -> Iterator[Check]:
    """One row per member and month since the first contribution."""
    yield from volume("member_activity_status", compared)
    yield unique("member_key", "month", what="member and month")
    yield found_in("dim_member", "member_key", KNOWN)
    yield filled("activity_status", "Every month has a status")
    yield one_of("activity_status", STATUSES, "Every month is of a known status")
    yield no_rows(
        "range",
        "Who contributed in a month is new, active or returning, and who did not is neither",
        """
        select member_key, cast(month as varchar) as month, activity_status, authored
        from {batch}
        where (authored > 0) <> (activity_status in ('new', 'active', 'returning'))
        order by 1, 2
        """,
        column="activity_status",
    )
    yield no_rows(
        "reconciliation",
        "Everyone who ever contributed was new once",
        """
        select
            (select count(*) from dim_member where first_contribution_at is not null) as contributors,
            count(*) filter (where activity_status = 'new') as newcomers
        from {batch}
        having newcomers <> contributors
        """,
        expected="as many newcomers as members with a contribution",
        column="activity_status",
    )


def member_activity_transitions(compared: Compared) -> Iterator[Check]:
    """One row per month and step between statuses."""
    yield from volume("member_activity_transitions", compared)
    yield unique("month", "from_status", "to_status", what="month and step")
    yield one_of("from_status", STATUSES | {"none"}, "Every step comes from a known status")
    yield one_of("to_status", STATUSES, "Every step leads to a known status")
    yield ratio("share_ratio", "Who took a step is a share of who could")
    yield no_rows(
        "reconciliation",
        "The steps of a month add up to everybody who had contributed by then",
        """
        select cast(month as varchar) as month, steps.members, statuses.members as in_statuses
        from (select month, sum(members) as members from {batch} group by month) as steps
        inner join (
            select month, count(*) as members from member_activity_status group by month
        ) as statuses using (month)
        where steps.members <> statuses.members
        order by 1
        """,
        expected="as many as member_activity_status has in the month",
        column="members",
    )


def activity_summary_monthly(compared: Compared) -> Iterator[Check]:
    """One row per month and audience."""
    yield from volume("activity_summary_monthly", compared)
    yield unique("month", "audience", what="month and audience")
    yield ratio("retained_ratio", "Those kept are a share")
    yield ratio("recovered_ratio", "Those who drifted and are back are a share")
    yield ratio("reactivated_ratio", "Those woken up are a share")
    yield no_rows(
        "range",
        "The statuses of a month add up",
        """
        select cast(month as varchar) as month, audience, population
        from {batch}
        where
            population <> contributors + drifting_members + inactive_members
            or contributors <> new_members + active_members + returning_members
        order by 1, 2
        """,
        expected="contributors are new, active and returning; the others drift or are inactive",
        column="population",
    )


def stickiness_daily(compared: Compared) -> Iterator[Check]:
    """One row per day since the first contribution."""
    yield from volume("stickiness_daily", compared)
    yield unique("day", what="day")
    yield between("stickiness_ratio", 1 / 28 - 1e-9, 1, "An average day sees 1/28 of its people or more")
    yield no_rows(
        "range",
        "A longer window holds no fewer people",
        """
        select cast(day as varchar) as day, daily_contributors, weekly_contributors, monthly_contributors
        from {batch}
        where
            not (0 <= daily_contributors and daily_contributors <= weekly_contributors)
            or weekly_contributors > monthly_contributors
            or non_staff_monthly_contributors > monthly_contributors
        order by 1
        """,
        column="monthly_contributors",
    )
