"""Checks of courses and certificates."""

from __future__ import annotations

from collections.abc import Iterator

from expectations.checks import Check, between, found_in, no_rows, ratio, unique
from expectations.comparison import Compared, volume
from expectations.suites.program import effect_of_enough


def fct_certification(compared: Compared) -> Iterator[Check]:
    """One row per certificate of a member."""
    yield from volume("fct_certification", compared)
    yield unique("certification_key", what="certificate")
    yield found_in("dim_member", "member_key", "Every certificate is a known member's")
    yield no_rows(
        "range",
        "No certificate ends before it begins",
        """
        select certification_key, cast(certified_at as varchar) as certified_at,
            cast(expires_at as varchar) as expires_at
        from {batch} where expires_at < certified_at order by 1
        """,
        remedy="Look at the dates in the seed certifications.csv.",
        severity="warn",
        column="expires_at",
    )


def learning_funnel(compared: Compared) -> Iterator[Check]:
    """One row per course and month, and for all courses."""
    yield from volume("learning_funnel", compared)
    yield unique("course", "month", what="course and month")
    yield ratio("certified_ratio", "Those certified are a share of the learners")
    yield between("monthly_learners", 0, None, "Learners are counted")


def certified_vs_uncertified(compared: Compared) -> Iterator[Check]:
    """One row per course, and for all courses."""
    yield unique("course", what="course")
    yield effect_of_enough("course", "activity_effect")
