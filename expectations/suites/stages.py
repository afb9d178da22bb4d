"""Checks of how long requests stay in each stage, of what is stuck, and of whether voters are told."""

from __future__ import annotations

from collections.abc import Iterator

from expectations.checks import Check, between, filled, found_in, no_rows, one_of, ratio, unique
from expectations.comparison import Compared, volume
from expectations.suites.members import SEGMENTS

OPEN_STAGES = frozenset({"submitted", "responded", "planned", "started"})
KNOWN = "Every row is of a known request"


def feedback_headline(compared: Compared) -> Iterator[Check]:
    """One row per year of submission, and all time, and segment."""
    yield from volume("feedback_headline", compared)
    yield unique("period", "segment", what="period and segment")
    yield one_of("segment", SEGMENTS | {"all"}, "Every row is of a known segment, or of all")
    yield ratio("completed_share", "Implemented requests are a share of all")
    yield no_rows(
        "reconciliation",
        "All time holds every request once",
        """
        select
            (select count(*) from fct_feature_request) as requests,
            coalesce(sum(requests + merged_requests) filter (where period = 'all' and segment = 'all'), 0)
                as in_all,
            coalesce(sum(requests + merged_requests) filter (where period <> 'all' and segment <> 'all'), 0)
                as in_parts
        from {batch}
        having in_all <> requests or in_parts <> requests
        """,
        expected="the rows of fct_feature_request, both in all and over years and segments",
        column="requests",
    )


def feedback_stage_times(compared: Compared) -> Iterator[Check]:
    """One row per stage, segment and year of coming there."""
    yield from volume("feedback_stage_times", compared)
    yield unique("stage", "segment", "period", what="stage, segment and period")
    yield one_of("stage", OPEN_STAGES, "Every row is of an open stage")
    yield no_rows(
        "range",
        "Half leave a stage no later than nine of ten",
        """
        select stage, segment, period, median_days, p90_days
        from {batch}
        where median_days > p90_days or (median_days is null and p90_days is not null)
        order by 1, 2, 3
        """,
        column="p90_days",
    )
    yield no_rows(
        "reconciliation",
        "Every stay in a stage ended in one way, or goes on",
        """
        select stage, segment, period, spells
        from {batch}
        where
            spells
            <> waiting_spells + advanced_spells + returned_spells + declined_spells + merged_spells
        order by 1, 2, 3
        """,
        column="spells",
    )


def stuck_requests(compared: Compared) -> Iterator[Check]:
    """One row per request that stands in its stage for too long."""
    yield unique("request_key", what="request")
    yield unique("demand_rank", what="rank")
    yield found_in("fct_feature_request", "request_key", KNOWN)
    yield filled("reason", "Every request on the list is there for a reason")
    yield between("days_beyond_limit", 1, None, "No request on the list has waited for less than its limit")


def stuck_requests_monthly(compared: Compared) -> Iterator[Check]:
    """One row per month, stage and segment."""
    yield from volume("stuck_requests_monthly", compared)
    yield unique("month", "stage", "segment", what="month, stage and segment")
    yield one_of("stage", OPEN_STAGES, "Every row is of an open stage")
    yield no_rows(
        "range",
        "No more requests are stuck than stand there",
        "select cast(month as varchar) as month, stage, segment, stuck, standing "
        "from {batch} where stuck > standing order by 1, 2, 3",
        column="stuck",
    )
    yield no_rows(
        "reconciliation",
        "What came and did not leave stands there",
        """
        select
            stage, segment, sum(entered) as entered, sum(moved_on) as moved_on,
            max_by(standing, month) as standing
        from {batch}
        group by stage, segment
        having sum(entered) - sum(moved_on) <> max_by(standing, month)
        order by 1, 2
        """,
        expected="entered − moved on = standing at the end",
        column="standing",
    )


def feedback_loop(compared: Compared) -> Iterator[Check]:
    """One row per completed request."""
    yield from volume("feedback_loop", compared)
    yield unique("request_key", what="request")
    yield found_in("fct_feature_request", "request_key", KNOWN)
    yield no_rows(
        "range",
        "Nobody is told before it ships",
        """
        select
            request_key, cast(shipped_at as varchar) as shipped_at, cast(told_at as varchar) as told_at
        from {batch} where told_at < shipped_at order by 1
        """,
        column="told_at",
    )
    yield ratio("voters_stayed_ratio", "Voters who stayed are a share")
    yield ratio("others_stayed_ratio", "Others who stayed are a share")
    yield no_rows(
        "reconciliation",
        "Every completed request is in the loop",
        """
        select request_key
        from fct_feature_request
        where stage = 'completed' and request_key not in (select request_key from {batch})
        order by 1
        """,
        expected="the completed requests of fct_feature_request",
        column="request_key",
    )


def feedback_loop_summary(compared: Compared) -> Iterator[Check]:
    """One row per year of shipping and by whether voters were told."""
    yield unique("period", "told_group", what="year and whether voters were told")
    yield ratio("told_share", "Requests whose voters were told are a share")
    yield ratio("voters_stayed_ratio", "Voters who stayed are a share")
    yield ratio("others_stayed_ratio", "Others who stayed are a share")
    yield no_rows(
        "reconciliation",
        "The summary holds every request that shipped once",
        """
        select
            (select count(*) from feedback_loop) as requests,
            coalesce(sum(shipped_requests) filter (where period = 'all' and told_group = 'all'), 0) as in_all,
            coalesce(sum(shipped_requests) filter (where period = 'all' and told_group <> 'all'), 0)
                as in_groups
        from {batch}
        having in_all <> requests or in_groups <> requests
        """,
        expected="the rows of feedback_loop",
        column="shipped_requests",
    )
