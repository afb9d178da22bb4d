"""Checks of how members' activity rises and falls."""

from __future__ import annotations

from collections.abc import Iterator

from expectations.checks import Check, between, filled, found_in, no_rows, one_of, ratio, unique
from expectations.comparison import Compared, volume
from expectations.suites.members import no_staff_listed

CLASSES = frozenset({"flare", "gone", "new", "fading", "rising", "steady"})
OUTCOMES = frozenset({"supernova", "lasting", "open"})
KNOWN = "Every row is of a known member"


def member_trajectory(compared: Compared) -> Iterator[Check]:
    """One row per member and complete month."""
    yield from volume("member_trajectory", compared)
    yield unique("member_key", "month", what="member and month")
    yield found_in("dim_member", "member_key", KNOWN)
    yield one_of("trajectory", CLASSES, "Every month is of a known class")
    yield filled("trajectory", "Every month has a class")
    yield between("flare_threshold", 20, None, "No flare begins below 20 answers a month")
    yield no_rows(
        "range",
        "Nobody is called gone in a month with a contribution",
        """
        select member_key, cast(month as varchar) as month, authored
        from {batch} where trajectory = 'gone' and authored > 0
        order by member_key, month
        """,
        column="trajectory",
    )
    yield no_rows(
        "reconciliation",
        "Months count the contributions of the month",
        """
        select member_key, cast(month as varchar) as month, trajectories.authored, monthly.authored as counted
        from {batch} as trajectories
        inner join member_contribution_monthly as monthly using (member_key, month)
        where trajectories.authored <> monthly.authored
        order by 1, 2
        """,
        expected="authored is that of member_contribution_monthly",
        column="authored",
    )


def burst_outcome(compared: Compared) -> Iterator[Check]:
    """One row per flare's onset."""
    yield from volume("burst_outcome", compared)
    yield unique("member_key", "onset_month", what="member and onset")
    yield found_in("dim_member", "member_key", KNOWN)
    yield one_of("outcome", OUTCOMES, "Every flare has a known outcome")
    yield between("onset_active_days", 5, 31, "Every flare began on five days or more")
    yield no_rows(
        "range",
        "Every flare began at its threshold or above, and none is undecided after a year",
        """
        select
            member_key, cast(onset_month as varchar) as onset_month, onset_answers, flare_threshold, outcome
        from {batch}
        where onset_answers < flare_threshold - 1e-9 or (outcome = 'open' and months_observed >= 12)
        order by 1, 2
        """,
        column="outcome",
    )


def trajectory_backtest(compared: Compared) -> Iterator[Check]:
    """One row per class and horizon."""
    yield unique("trajectory", "horizon_months", what="class and horizon")
    yield ratio("still_active_ratio", "Those still active are a share")
    yield ratio("supernova_ratio", "Supernovas are a share of the flares")


def open_flares(compared: Compared) -> Iterator[Check]:
    """One row per member who flares now."""
    yield unique("member_key", what="member")
    yield from people_to_call()


def rising_star_watchlist(compared: Compared) -> Iterator[Check]:
    """One row per rising newcomer."""
    yield unique("member_key", what="member")
    yield from people_to_call()


def lost_experts(compared: Compared) -> Iterator[Check]:
    """One row per member who was active for long and is silent."""
    yield unique("member_key", what="member")
    yield between("silent_days", 45, None, "Nobody on the list was heard of in the last 45 days")
    yield between("active_months", 6, None, "Everyone on the list was active for six months or more")
    yield from people_to_call()


def people_to_call() -> Iterator[Check]:
    """Everyone on a list of people to turn to has a reason to be there, and is no staff."""
    yield filled("reason", "Everyone on the list is there for a reason")
    yield no_staff_listed()
