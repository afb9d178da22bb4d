"""Checks of feature requests and of how far they come."""

from __future__ import annotations

from collections.abc import Iterator

from expectations.checks import Check, between, filled, no_rows, one_of, unique
from expectations.comparison import Compared, nothing_vanished, steady_shares, volume
from expectations.suites.members import SEGMENTS

STAGES = frozenset({"submitted", "responded", "planned", "started", "completed", "declined", "merged"})
SHARES = ("responded_share", "planned_share", "started_share", "completed_share")


def fct_feature_request(compared: Compared) -> Iterator[Check]:
    """One row per feature request."""
    yield from volume("fct_feature_request", compared)
    yield from nothing_vanished("fct_feature_request", "source_name", "source", compared)
    yield from steady_shares("fct_feature_request", "stage", "stages of requests", compared, points=10)
    yield unique("request_key", what="request")
    yield one_of("stage", STAGES, "Every request stands at a known stage")
    yield filled("stage", "Every request stands at a stage")
    yield filled("submitted_at", "Every request has the time it was submitted")
    yield between("votes", 0, None, "No request has fewer than no votes")
    yield between("days_open", 0, None, "No request was settled before it was submitted")
    yield no_rows(
        "range",
        "No response came before its request",
        """
        select
            request_key, cast(submitted_at as varchar) as submitted_at,
            cast(first_response_at as varchar) as first_response_at
        from {batch}
        where first_response_at < submitted_at
        order by request_key
        """,
        column="first_response_at",
    )
    yield no_rows(
        "reconciliation",
        "Every author of a request is a known member",
        """
        select request_key, member_key
        from {batch}
        where member_key not in (select member_key from dim_member)
        order by request_key
        """,
        column="member_key",
    )


def feedback_funnel(compared: Compared) -> Iterator[Check]:
    """One row per month of submission and segment."""
    yield from volume("feedback_funnel", compared)
    yield unique("submission_month", "segment", what="month of submission and segment")
    yield one_of("segment", SEGMENTS | {"all"}, "Every row is of a known segment, or of all")
    for share in SHARES:
        yield between(share, 0, 1, f"{share.removesuffix('_share').capitalize()} requests are a share of all")
    yield no_rows(
        "range",
        "The funnel narrows from stage to stage",
        """
        select
            cast(submission_month as varchar) as month, segment, requests, responded_requests,
            planned_requests, started_requests, completed_requests
        from {batch}
        where
            responded_requests > requests or planned_requests > responded_requests
            or started_requests > planned_requests or completed_requests > started_requests
        order by submission_month, segment
        """,
        expected="submitted ≥ responded ≥ planned ≥ started ≥ completed",
        column="requests",
    )
    yield no_rows(
        "reconciliation",
        "The funnel holds every request once",
        """
        select
            (select count(*) from fct_feature_request) as requests,
            coalesce(sum(requests + merged_requests) filter (where segment = 'all'), 0) as in_all,
            coalesce(sum(requests + merged_requests) filter (where segment <> 'all'), 0) as in_segments
        from {batch}
        having in_all <> requests or in_segments <> requests
        """,
        expected="the rows of fct_feature_request, both in all and over the segments",
        column="requests",
    )
