"""Checks of what people contributed."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from expectations.checks import Check, at_least, between, filled, no_rows, one_of, text, unique
from expectations.comparison import Compared, nothing_vanished, steady_shares, volume
from extractors.clock import iso, now

AUTHORED = frozenset(
    {"topic", "reply", "article", "feature_request", "vote", "comment", "bug_report", "activity"}
)
PASSIVE = frozenset({"like_received", "accepted_answer", "article_rating", "certification"})
PASSIVE_SQL = f"({', '.join(text(kind) for kind in sorted(PASSIVE))})"

MONTHLY = {
    "topics": "topic",
    "replies": "reply",
    "feature_requests": "feature_request",
    "votes": "vote",
    "comments": "comment",
    "likes_received": "like_received",
    "accepted_answers": "accepted_answer",
    "articles": "article",
    "bug_reports": "bug_report",
    "activities": "activity",
    "article_ratings": "article_rating",
    "certifications": "certification",
}
"""Columns of member_contribution_monthly that count one kind each."""

SILENT_DAYS = 30


def fct_contribution(compared: Compared) -> Iterator[Check]:
    """One row per contribution event."""
    yield at_least(
        1,
        "There are contributions",
        "No source brought a post, request or vote: see `python -m warehouse status`.",
        severity="warn",
    )
    yield from volume("fct_contribution", compared)
    yield from nothing_vanished("fct_contribution", "kind", "kind of contribution", compared)
    yield from nothing_vanished("fct_contribution", "source_name", "source", compared)
    yield from steady_shares("fct_contribution", "kind", "kinds of contribution", compared, points=5)
    yield unique("contribution_key", what="contribution")
    yield one_of("kind", AUTHORED | PASSIVE, "Every contribution is of a known kind")
    yield between("quantity", 1, None, "Every contribution counts for something")
    yield filled("quantity", "Every contribution says how much it counts")
    yield filled("occurred_at", "Every contribution has a time")
    yield no_rows(
        "range",
        "No contribution lies in the future",
        f"""
        select contribution_key, kind, cast(occurred_at as varchar) as occurred_at
        from {{batch}}
        where occurred_at > timestamptz {text(iso(now() + timedelta(days=1)))}
        order by contribution_key
        """,
        expected="none later than a day from now (vendors' clocks may be ahead)",
        remedy="Look at the source's clock and time zone, and at its staging models.",
        column="occurred_at",
    )
    yield no_rows(
        "range",
        "The low, base and high estimate of help are in that order",
        """
        select contribution_key, te_thirds_low, te_thirds, te_thirds_high
        from {batch}
        where not (0 <= te_thirds_low and te_thirds_low <= te_thirds and te_thirds <= te_thirds_high)
        order by contribution_key
        """,
        expected="0 ≤ low ≤ base ≤ high for the ticket equivalents of each contribution",
        column="te_thirds",
    )
    yield no_rows(
        "reconciliation",
        "Every contribution belongs to a known member",
        """
        select contribution_key, member_key
        from {batch}
        where member_key is null or member_key not in (select member_key from dim_member)
        order by contribution_key
        """,
        column="member_key",
    )
    yield no_rows(
        "reconciliation",
        "Every space named by a contribution is known",
        """
        select contribution_key, space_key
        from {batch}
        where space_key not in (select space_key from dim_space)
        order by contribution_key
        """,
        column="space_key",
    )
    yield no_rows(
        "freshness",
        "No lively source has fallen silent",
        f"""
        select source_name, cast(max(occurred_at) as varchar) as newest
        from {{batch}}
        group by source_name
        having
            max(occurred_at) < timestamptz {text(iso(now() - timedelta(days=SILENT_DAYS)))}
            and count(*) filter (
                where occurred_at > timestamptz {text(iso(now() - timedelta(days=2 * SILENT_DAYS)))}
            ) >= {SILENT_DAYS}
        order by source_name
        """,
        expected=f"no source stops for {SILENT_DAYS} days after {SILENT_DAYS} days with a contribution a day",
        remedy="Check that the source's key still sees everything, and that the community has not moved.",
        severity="warn",
        column="occurred_at",
    )
    yield no_rows(
        "distribution",
        "No single member makes half of all contributions",
        """
        with members as (
            select member_key, count(*) as contributions, sum(count(*)) over () as total
            from {batch} group by member_key
        )
        select member_key, contributions from members
        where total >= 1000 and contributions > 0.5 * total
        """,
        expected="at most half of 1,000 or more contributions by one member",
        remedy="Most likely a bot or an import account: give it the role bot in the seed staff.csv.",
        severity="warn",
        column="member_key",
    )


def member_contribution_monthly(compared: Compared) -> Iterator[Check]:
    """One row per member and month."""
    yield from volume("member_contribution_monthly", compared)
    yield unique("member_key", "month", what="member and month")
    yield between("active_days", 0, 31, "Nobody is active on more days than a month has")
    yield between("points", 0, None, "Nobody has fewer than no points")
    yield no_rows(
        "range",
        "The low, base and high value of help are in that order",
        """
        select member_key, cast(month as varchar) as month, value_low_usd, value_usd, value_high_usd
        from {batch}
        where not (0 <= value_low_usd and value_low_usd <= value_usd and value_usd <= value_high_usd)
        order by member_key, month
        """,
        expected="0 ≤ low ≤ base ≤ high for each member and month",
        remedy="Look at the seed ticket_prices.csv: does each day have one price, and none below 0?",
        column="value_usd",
    )
    kinds = ", ".join(
        f"({text(kind)}, (select sum({column}) from {{batch}}))" for column, kind in MONTHLY.items()
    )
    yield no_rows(
        "reconciliation",
        "The months add up to the contributions, for each kind",
        f"""
        with monthly (kind, total) as (values {kinds}),
        single as (select kind, sum(quantity) as total from fct_contribution group by kind)
        select kind, coalesce(monthly.total, 0) as in_months, coalesce(single.total, 0) as contributions
        from monthly left join single using (kind)
        where coalesce(monthly.total, 0) <> coalesce(single.total, 0)
        order by kind
        """,
        expected="the same sum as in fct_contribution",
        column=", ".join(MONTHLY),
    )
    yield no_rows(
        "reconciliation",
        "The months add up to the help that was given",
        """
        select coalesce(sum(te_thirds), 0) as in_months, contributions.total as contributions
        from {batch}, (select coalesce(sum(te_thirds), 0) as total from fct_contribution) as contributions
        group by contributions.total
        having coalesce(sum(te_thirds), 0) <> contributions.total
        """,
        expected="the same ticket equivalents (in thirds) as in fct_contribution",
        column="te_thirds",
    )
