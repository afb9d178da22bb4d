"""Checks of the status history of feature requests, of the demand for them, and of whose voice they are."""

from __future__ import annotations

from collections.abc import Iterator

from expectations.checks import Check, between, filled, found_in, no_rows, one_of, ratio, unique
from expectations.comparison import Compared, volume
from expectations.suites.feedback import STAGES

DIMENSIONS = frozenset({"segment", "persona", "program", "organization"})
BASES = frozenset({"events", "observed", "current"})


def fct_feature_request_status(compared: Compared) -> Iterator[Check]:
    """One row per feature request and status interval."""
    yield from volume("fct_feature_request_status", compared)
    yield unique("request_key", "interval_number", what="request and interval")
    yield one_of("stage", STAGES, "Every status stands for a known stage")
    yield one_of("basis", BASES, "Every status says where it is known from")
    yield found_in("fct_feature_request", "request_key", "Every status is of a known request")
    yield no_rows(
        "range",
        "A request's statuses follow one another without a gap, and the last goes on",
        """
        with intervals as (
            select
                *,
                lead(request_key) over request is null as is_last,
                lead(from_at) over request as next_from_at
            from {batch}
            window request as (partition by request_key order by interval_number)
        )
        select
            request_key, interval_number, cast(from_at as varchar) as from_at, cast(to_at as varchar) as to_at
        from intervals
        where
            to_at < from_at or is_current <> is_last
            or to_at is distinct from next_from_at
        order by request_key, interval_number
        """,
        column="to_at",
    )
    yield no_rows(
        "reconciliation",
        "A request stands at the stage its history ends with",
        """
        select request_key, requests.stage, history.stage as last_stage
        from fct_feature_request as requests
        left join {batch} as history using (request_key)
        where history.is_current is not false and history.stage is distinct from requests.stage
        order by request_key
        """,
        column="stage",
    )


def feature_request_demand(compared: Compared) -> Iterator[Check]:
    """One row per feature request that was not merged."""
    yield from volume("feature_request_demand", compared)
    yield unique("request_key", what="request")
    yield between("accounts", 0, None, "No request has fewer than no accounts behind it")
    yield between("monthly_revenue_usd", 0, None, "No request has less than no revenue behind it")
    yield no_rows(
        "range",
        "Votes of segments and of staff add up to all votes",
        """
        select request_key, votes, customer_votes, pipeline_votes, prospect_votes, unknown_votes, staff_votes
        from {batch}
        where
            votes <> customer_votes + pipeline_votes + prospect_votes + unknown_votes + staff_votes
            or votes_90d > votes or program_member_votes > votes
        order by request_key
        """,
        expected="customers + pipeline + prospects + unknown + staff = votes",
        column="votes",
    )
    yield no_rows(
        "uniqueness",
        "Every open request has a rank of its own, from the first to the last",
        """
        select
            count(*) filter (where is_open and votes is not null) as open_requests,
            max(votes_rank) as last_rank, count(distinct votes_rank) as ranks
        from {batch}
        having ranks <> open_requests or last_rank <> open_requests
        """,
        column="votes_rank",
    )


def votes_delivered(compared: Compared) -> Iterator[Check]:
    """One row per month."""
    yield from volume("votes_delivered", compared)
    yield unique("month", what="month")
    yield ratio("votes_delivered_ratio", "Votes delivered are a share of all votes")
    yield ratio("supporters_delivered_ratio", "Voters who got something are a share of all voters")
    yield no_rows(
        "range",
        "There are no more voters than votes",
        """
        select cast(month as varchar) as month, supporters, completed_votes, open_votes
        from {batch}
        where supporters > completed_votes + open_votes or completed_supporters > completed_votes
        order by month
        """,
        column="supporters",
    )


def _voice(mart: str, period: str, compared: Compared) -> Iterator[Check]:
    yield from volume(mart, compared)
    yield one_of("dimension", DIMENSIONS, "People are told apart in a known way")
    yield filled("voice_group", "Every row is of a group")
    yield ratio("completed_share", "Completed requests are a share of all requests")
    yield no_rows(
        "range",
        "However people are told apart, it is the same requests and votes",
        f"""
        with totals as (
            select
                {period}, dimension, sum(requests) as requests, sum(votes) as votes,
                sum(requests_share) as requests_shares, sum(votes_share) as votes_shares
            from {{batch}} group by {period}, dimension
        )
        select cast({period} as varchar) as {period}, dimension, requests, votes
        from totals
        where
            requests <> (select max(requests) from totals as other where other.{period} = totals.{period})
            or votes <> (select max(votes) from totals as other where other.{period} = totals.{period})
            or abs(requests_shares - 1) > 1e-9 or abs(votes_shares - 1) > 1e-9
        order by {period}, dimension
        """,
        expected="equal sums, and shares that add up to 1",
        column="requests",
    )


def feedback_voice_monthly(compared: Compared) -> Iterator[Check]:
    """One row per month, dimension and group."""
    yield unique("month", "dimension", "voice_group", what="month, dimension and group")
    yield from _voice("feedback_voice_monthly", "month", compared)


def feedback_voice(compared: Compared) -> Iterator[Check]:
    """One row per period, dimension and group."""
    yield unique("period", "dimension", "voice_group", what="period, dimension and group")
    yield from _voice("feedback_voice", "period", compared)
    yield no_rows(
        "reconciliation",
        "All time holds every request that was not merged once",
        """
        select dimension, sum(requests) as requests
        from {batch} where period = 'all time'
        group by dimension
        having sum(requests) <> (select count(*) from feature_request_demand)
        order by dimension
        """,
        expected="the rows of feature_request_demand",
        column="requests",
    )
