"""Checks of who begins, who answers them, and who is about to leave."""

from __future__ import annotations

from collections.abc import Iterator

from expectations.checks import Check, between, no_rows, one_of, ratio, unique
from expectations.comparison import Compared, volume
from expectations.suites.members import SEGMENTS
from expectations.suites.trajectories import people_to_call


def onboarding_funnel(compared: Compared) -> Iterator[Check]:
    """One row per month of joining and group."""
    yield from volume("onboarding_funnel", compared)
    yield unique("join_month", "member_group", what="month of joining and group")
    yield one_of("member_group", SEGMENTS | {"all", "staff"}, "Every newcomer is of a known group, or of all")
    for column, question in (
        ("posted_ratio", "Those who posted are a share"),
        ("acknowledged_ratio", "Those acknowledged are a share"),
        ("second_week_ratio", "Those who came back are a share"),
        ("regular_ratio", "Those who became regular are a share"),
        ("answered_in_a_day_ratio", "Those answered in a day are a share"),
    ):
        yield ratio(column, question)
    yield no_rows(
        "range",
        "The funnel narrows, and nothing is told before it is observed",
        """
        select
            cast(join_month as varchar) as join_month, member_group, joined, posted, acknowledged,
            second_week, regular
        from {batch}
        where
            joined < posted or posted < acknowledged or acknowledged < second_week or second_week < regular
            or (posted is null) = is_observed or (regular is null) = is_observed
        order by 1, 2
        """,
        column="regular",
    )
    yield no_rows(
        "reconciliation",
        "The groups of a month add up to all",
        """
        select
            cast(join_month as varchar) as join_month,
            coalesce(sum(joined) filter (where member_group = 'all'), 0) as in_all,
            coalesce(sum(joined) filter (where member_group <> 'all'), 0) as in_groups
        from {batch}
        group by 1
        having in_all <> in_groups
        order by 1
        """,
        column="joined",
    )


def newcomer_answer_outcomes(compared: Compared) -> Iterator[Check]:
    """One row per year, first answerer and time to the first answer."""
    yield from volume("newcomer_answer_outcomes", compared)
    yield unique("question_year", "answered_by", "answered_within", what="year, answerer and time")
    yield no_rows(
        "range",
        "Every share of newcomers lies within its interval",
        """
        select question_year, answered_by, answered_within, newcomers, regular_ratio, here_after_90_days_ratio
        from {batch}
        where
            not (0 <= regular_low_ratio and regular_high_ratio <= 1)
            or regular_ratio not between regular_low_ratio - 1e-12 and regular_high_ratio + 1e-12
            or here_after_90_days_ratio not between
                here_after_90_days_low_ratio - 1e-12 and here_after_90_days_high_ratio + 1e-12
        order by 1, 2, 3
        """,
        column="regular_ratio",
    )


def newcomer_first_weeks(compared: Compared) -> Iterator[Check]:
    """One row per year of the first contribution and week since."""
    yield from volume("newcomer_first_weeks", compared)
    yield unique("first_year", "weeks_since", what="year and week")
    yield between("weeks_since", 0, 12, "Weeks are the first thirteen")
    yield no_rows(
        "range",
        "All newcomers are active in their first week, and no more come back than are seen",
        """
        select first_year, weeks_since, newcomers, active_members, returned_members
        from {batch}
        where
            (weeks_since = 0 and active_members <> newcomers)
            or active_members > newcomers or returned_members > newcomers
            or (weeks_since > 0 and active_members > returned_members)
        order by 1, 2
        """,
        column="active_members",
    )


def newcomer_list(compared: Compared) -> Iterator[Check]:
    """One row per newcomer of the last 30 days."""
    yield unique("member_key", what="newcomer")
    yield no_rows(
        "range",
        "Who waits was not answered",
        """
        select member_key, waiting_hours, first_reply_at
        from {batch}
        where
            (waiting_hours is not null) <> (is_answered is false)
            or waiting_hours < 0 or answered_after_hours < 0
        order by 1
        """,
        column="waiting_hours",
    )
    yield from people_to_call()


def drifting_members(compared: Compared) -> Iterator[Check]:
    """One row per member who has fallen silent and is not gone yet."""
    yield unique("member_key", what="member")
    yield between("silent_days", 0, 89, "Nobody on the list has been silent for 90 days")
    yield between(
        "last_year_active_months", 3, 12, "Everyone on the list contributed in three months or more"
    )
    yield no_rows(
        "range",
        "Everyone on the list is late by their own rhythm, or missed a month",
        """
        select member_key, silent_days, long_gap_days
        from {batch}
        where
            not (is_beyond_rhythm or has_missed_a_month)
            or (is_beyond_rhythm and (silent_days < 14 or silent_days <= long_gap_days))
        order by 1
        """,
        column="silent_days",
    )
    yield from people_to_call()
