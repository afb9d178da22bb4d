"""Checks of the people."""

from __future__ import annotations

from collections.abc import Iterator

from expectations.checks import Check, at_least, between, filled, found_in, no_rows, one_of, ratio, unique
from expectations.comparison import Compared, nothing_vanished, steady_shares, volume
from expectations.suites.contribution import PASSIVE_SQL

SEGMENTS = frozenset({"customer", "pipeline", "prospect", "unknown"})
MANY_ACCOUNTS = 25


def dim_member(compared: Compared) -> Iterator[Check]:
    """One row per person."""
    yield at_least(
        1,
        "There are members",
        "No account of any source became a member: see `python -m warehouse status` for what was loaded.",
    )
    yield from volume("dim_member", compared)
    yield from steady_shares("dim_member", "segment", "segments of members", compared, points=10)
    yield unique("member_key", what="member")
    yield filled("display_name", "Every member has a name to show")
    yield filled("is_staff", "Every member is known to be staff or not")
    yield one_of("segment", SEGMENTS, "Every member is in a known segment")
    yield between("account_count", 1, None, "Every member has an account")
    yield no_rows(
        "reconciliation",
        "Members have the accounts that are counted for them",
        """
        with counted as (select member_key, count(*) as accounts from dim_member_account group by member_key)
        select member_key, account_count, coalesce(accounts, 0) as accounts
        from {batch} left join counted using (member_key)
        where account_count is distinct from coalesce(accounts, 0)
        order by member_key
        """,
        column="account_count",
    )
    yield no_rows(
        "reconciliation",
        "First and last contribution are those of the contributions",
        f"""
        with found as (
            select member_key, min(occurred_at) as first_at, max(occurred_at) as last_at
            from fct_contribution
            where kind not in {PASSIVE_SQL}
            group by member_key
        )
        select member_key
        from {{batch}} left join found using (member_key)
        where first_contribution_at is distinct from first_at or last_contribution_at is distinct from last_at
        order by member_key
        """,
        expected="the times of the member's oldest and newest authored contribution",
        column="first_contribution_at, last_contribution_at",
    )
    yield no_rows(
        "distribution",
        "Staff are a small part of the community",
        """
        select count(*) as members, count(*) filter (where is_staff) as staff
        from {batch}
        having count(*) >= 100 and count(*) filter (where is_staff) > 0.5 * count(*)
        """,
        expected="at most half of 100 or more members are staff",
        remedy="Look at the seed staff.csv and at who is admin or agent at the sources.",
        severity="warn",
        column="is_staff",
    )


def dim_member_account(compared: Compared) -> Iterator[Check]:
    """One row per source and account."""
    yield from volume("dim_member_account", compared)
    yield from nothing_vanished("dim_member_account", "source_name", "source", compared)
    yield unique("source_name", "account_id", what="source and account")
    yield no_rows(
        "reconciliation",
        "Every account belongs to a member",
        """
        select source_name, account_id, member_key
        from {batch}
        where member_key is null or member_key not in (select member_key from dim_member)
        order by source_name, account_id
        """,
        column="member_key",
    )
    yield no_rows(
        "distribution",
        "No member has swallowed dozens of accounts",
        f"""
        select member_key, count(*) as accounts
        from {{batch}}
        group by member_key
        having count(*) > {MANY_ACCOUNTS}
        order by accounts desc, member_key
        """,
        expected=f"{MANY_ACCOUNTS} accounts a member at most",
        remedy="A shared address or external id may join strangers: split them in the seed member_links.csv.",
        severity="warn",
        column="member_key",
    )


def dim_organization(compared: Compared) -> Iterator[Check]:
    """One row per organization."""
    yield from volume("dim_organization", compared)
    yield unique("organization_key", what="organization")
    yield one_of("segment", SEGMENTS, "Every organization is in a known segment")
    yield between("monthly_revenue_usd", 0, None, "No organization pays less than nothing", severity="warn")


def organization_engagement_monthly(compared: Compared) -> Iterator[Check]:
    """One row per organization and month."""
    yield from volume("organization_engagement_monthly", compared)
    yield unique("organization_key", "month", what="organization and month")
    yield found_in("dim_organization", "organization_key", "Every row is of a known organization")


def member_match_suggestions(compared: Compared) -> Iterator[Check]:
    """One row per two accounts that look alike."""
    yield unique("suggestion_key", what="pair of accounts")
    yield ratio("score", "The likeness is a share")
    yield filled("reason", "Every suggestion says why")
    yield no_rows(
        "reconciliation",
        "No suggestion is of one person",
        "select suggestion_key from {batch} where member_key_a = member_key_b order by 1",
        column="member_key_a",
    )


def member_link_preview(compared: Compared) -> Iterator[Check]:
    """One row per merge or split that could be made."""
    yield unique("proposal_key", what="proposal")
    yield one_of("action", {"merge", "split"}, "Every proposal is a merge or a split")
    yield no_rows(
        "range",
        "Together two people authored what they authored apart",
        """
        select proposal_key, authored_a, authored_b, authored_joined
        from {batch} where authored_joined <> authored_a + authored_b order by 1
        """,
        column="authored_joined",
    )


def no_staff_listed() -> Check:
    """Everyone on a list of people to turn to is a member who is no staff today."""
    return no_rows(
        "reconciliation",
        "Nobody on the list is staff or unknown",
        """
        select member_key from {batch}
        where member_key not in (select member_key from dim_member where not is_staff)
        order by 1
        """,
        expected="members who are no staff today",
        column="member_key",
    )
