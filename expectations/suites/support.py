"""Checks of support tickets."""

from __future__ import annotations

from collections.abc import Iterator

from expectations.checks import Check, between, filled, no_rows, one_of, unique
from expectations.comparison import Compared, nothing_vanished, steady_shares, volume

STATUSES = frozenset({"new", "open", "pending", "hold", "solved", "closed", "deleted"})


def fct_ticket(compared: Compared) -> Iterator[Check]:
    """One row per ticket."""
    yield from volume("fct_ticket", compared)
    yield from nothing_vanished("fct_ticket", "source_name", "source", compared)
    yield from steady_shares("fct_ticket", "status", "ticket statuses", compared, points=10)
    yield unique("ticket_key", what="ticket")
    yield one_of("status", STATUSES, "Every ticket has a known status")
    yield filled("status", "Every ticket has a status")
    yield filled("created_at", "Every ticket has the time it was created")
    yield between("reopen_count", 0, None, "No ticket was reopened fewer than no times")
    yield between("first_reply_minutes", 0, None, "No reply came before its ticket")
    yield no_rows(
        "range",
        "No ticket was solved before it was created",
        """
        select
            ticket_key, cast(created_at as varchar) as created_at,
            cast(first_solved_at as varchar) as first_solved_at, cast(solved_at as varchar) as solved_at
        from {batch}
        where
            first_solved_at < created_at
            or solved_at < created_at
            or solved_at < first_solved_at - interval 1 minute
        order by ticket_key
        """,
        expected="created, then solved the first time, then solved for good (vendors count whole minutes)",
        column="first_solved_at, solved_at",
    )
    yield no_rows(
        "reconciliation",
        "Every requester is a known member",
        """
        select ticket_key, member_key
        from {batch}
        where member_key not in (select member_key from dim_member)
        order by ticket_key
        """,
        column="member_key",
    )
