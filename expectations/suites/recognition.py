"""Checks of what members' help is worth, and of how it is honoured."""

from __future__ import annotations

from collections.abc import Iterator

from expectations.checks import Check, between, filled, found_in, no_rows, ratio, unique
from expectations.comparison import Compared, volume
from expectations.suites.members import no_staff_listed

KNOWN = "Every row is of a known member"


def member_scorecard(compared: Compared) -> Iterator[Check]:
    """One row per member who ever gave anything."""
    yield from volume("member_scorecard", compared)
    yield unique("member_key", what="member")
    yield found_in("dim_member", "member_key", KNOWN)
    yield ratio("liked_answers_ratio", "Liked answers are a share")
    yield ratio("accepted_ratio", "Accepted answers are a share")
    yield ratio("percentile", "Ranks among the others are a share")
    yield no_rows(
        "range",
        "No streak under way is longer than the longest",
        """
        select member_key, current_streak_weeks, longest_streak_weeks
        from {batch} where current_streak_weeks > longest_streak_weeks order by 1
        """,
        column="current_streak_weeks",
    )
    yield no_rows(
        "reconciliation",
        "The scorecards add up to the months",
        """
        with months as (select sum(te_thirds) / 3 as equivalents, sum(value_usd) as usd
            from member_contribution_monthly)
        select any_value(months.equivalents) as in_months, sum(cards.ticket_equivalents) as in_scorecards
        from {batch} as cards cross join months
        having abs(sum(cards.ticket_equivalents) - coalesce(any_value(months.equivalents), 0)) > 1e-6
            or abs(sum(cards.value_usd) - coalesce(any_value(months.usd), 0)) > 1e-4
        """,
        expected="the ticket equivalents and value of member_contribution_monthly",
        column="ticket_equivalents, value_usd",
    )


def contribution_value_by_group(compared: Compared) -> Iterator[Check]:
    """One row per month, group of people and standing."""
    yield from volume("contribution_value_by_group", compared)
    yield no_rows(
        "uniqueness",
        "There is one row per month, standing, program and group",
        """
        select cast(month as varchar) as month, standing, program, member_group, count(*) as times
        from {batch} group by all having count(*) > 1 order by 1, 2, 3, 4
        """,
        column="month, standing, program, member_group",
    )
    yield no_rows(
        "range",
        "The low, base and high value of each group are in that order",
        """
        select cast(month as varchar) as month, member_group, value_low_usd, value_usd, value_high_usd
        from {batch}
        where not (0 <= value_low_usd and value_low_usd <= value_usd and value_usd <= value_high_usd)
        order by 1, 2
        """,
        column="value_usd",
    )
    yield no_rows(
        "reconciliation",
        "The groups bring no more than all together",
        """
        with everyone as (select month, sum(value_usd) as usd from member_contribution_monthly group by month)
        select
            cast(month as varchar) as month, sum(value_usd) as in_groups,
            coalesce(any_value(usd), 0) as together
        from {batch} left join everyone using (month)
        group by month
        having sum(value_usd) > coalesce(any_value(usd), 0) + 1e-6
        order by month
        """,
        expected="at most the value of member_contribution_monthly, which has programs too",
        column="value_usd",
    )


def expert_club_worth(compared: Compared) -> Iterator[Check]:
    """One row per program and month."""
    yield unique("program", "month", what="program and month")
    yield between("value_12_months_usd", 0, None, "No program is worth less than nothing")


def member_trophies(compared: Compared) -> Iterator[Check]:
    """One row per member and trophy earned."""
    yield from volume("member_trophies", compared)
    yield unique("member_key", "trophy", what="member and trophy")
    yield found_in("dim_member", "member_key", KNOWN)
    yield filled("earned_on", "Every trophy was earned on a day")
    yield no_rows(
        "range",
        "Every trophy was earned",
        """
        select member_key, trophy, metric_value, threshold
        from {batch} where metric_value < threshold order by 1, 2
        """,
        column="metric_value",
    )


def thank_you_list(compared: Compared) -> Iterator[Check]:
    """One row per member and occasion of this week."""
    yield unique("occasion_key", what="occasion")
    yield filled("sentence", "Every occasion can be read out")
    yield no_staff_listed()
