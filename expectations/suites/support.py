"""Checks of support tickets."""

from __future__ import annotations

from collections.abc import Iterator

from expectations.checks import REBUILD, Check, between, filled, found_in, no_rows, one_of, ratio, unique
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
        "Open hours are no more than all hours",
        """
        select ticket_key, schedule, first_reply_minutes, first_reply_business_minutes
        from {batch}
        where
            first_reply_business_minutes not between 0 and first_reply_minutes
            or first_resolution_business_minutes not between 0 and first_resolution_minutes
            or full_resolution_business_minutes not between 0 and full_resolution_minutes
        order by ticket_key
        """,
        expected="business minutes from 0 to calendar minutes",
        remedy=f"Look at the hours in business_hours.csv. {REBUILD}",
        column="first_reply_business_minutes",
    )
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


def fct_ticket_status(compared: Compared) -> Iterator[Check]:
    """One row per ticket and stretch of time in one status."""
    yield from volume("fct_ticket_status", compared)
    yield unique("ticket_key", "interval_number", what="ticket and stretch of time")
    yield one_of("status", STATUSES, "Every stretch is of a known status")
    yield found_in("fct_ticket", "ticket_key", "Every stretch is of a known ticket")
    yield no_rows(
        "reconciliation",
        "A ticket's stretches follow one another without a gap, and the last goes on",
        """
        with stretches as (
            select *, lead(from_at) over (partition by ticket_key order by interval_number) as next_from_at
            from {batch}
        )
        select
            ticket_key, interval_number, cast(from_at as varchar) as from_at, cast(to_at as varchar) as to_at
        from stretches
        where to_at is distinct from next_from_at or from_at > to_at or is_current <> (next_from_at is null)
        order by ticket_key, interval_number
        """,
        column="to_at",
    )


def support_daily(compared: Compared) -> Iterator[Check]:
    """One row per desk and day since its first ticket."""
    yield from volume("support_daily", compared)
    yield unique("source_name", "day", what="desk and day")
    yield between("backlog", 0, None, "The backlog is never below nothing")
    yield no_rows(
        "reconciliation",
        "The backlog of each day is the last one's, and what came and went",
        """
        with days as (
            select *, lag(backlog, 1, 0) over (partition by source_name order by day) as backlog_before
            from {batch}
        )
        select
            source_name, cast(day as varchar) as day,
            backlog_before, opened, reopened, solved, removed, backlog
        from days
        where backlog <> backlog_before + opened + reopened - solved - removed
        order by source_name, day
        """,
        expected="backlog before + opened + reopened − solved − removed",
        column="backlog",
    )
    yield no_rows(
        "reconciliation",
        "What is in the backlog today are the tickets that wait",
        """
        with waiting as (
            select source_name, count(*) filter (status not in ('solved', 'closed', 'deleted')) as tickets
            from fct_ticket group by source_name
        )
        select waiting.source_name, waiting.tickets, days.backlog
        from waiting
        left join (
            select source_name, max_by(backlog, day) as backlog from {batch} group by source_name
        ) as days on waiting.source_name = days.source_name
        where waiting.tickets is distinct from days.backlog
        order by waiting.source_name
        """,
        column="backlog",
    )


def support_times_monthly(compared: Compared) -> Iterator[Check]:
    """One row per month of creation and group of tickets."""
    yield from volume("support_times_monthly", compared)
    yield unique("month", "dimension", "dimension_value", what="month and group")
    yield one_of("dimension", {"all", "space", "segment"}, "Tickets are grouped in a known way")
    for column, what in (
        ("one_touch_ratio", "Tickets solved with one reply"),
        ("reopened_ratio", "Tickets that came back"),
        ("sla_met_ratio", "Tickets with kept targets"),
        ("first_reply_sla_met_ratio", "First replies in time"),
    ):
        yield ratio(column, f"{what} are a share")
    yield no_rows(
        "range",
        "Half of the replies and solutions come no later than nine tenths of them",
        """
        select cast(month as varchar) as month, dimension, dimension_value
        from {batch}
        where
            first_reply_median_hours > first_reply_p90_hours
            or first_resolution_median_hours > first_resolution_p90_hours
            or full_resolution_median_hours > full_resolution_p90_hours
            or first_reply_median_business_hours > first_reply_median_hours
        order by 1, 2, 3
        """,
        expected="median ≤ 90th percentile, and open hours ≤ all hours",
        column="first_reply_median_hours",
    )
    yield no_rows(
        "reconciliation",
        "The tickets of all months are those that count in times",
        """
        with counted as (
            select count(*) as tickets from fct_ticket where not is_merged and not is_deleted
        )
        select any_value(counted.tickets) as tickets, sum(months.tickets) as in_months
        from {batch} as months cross join counted
        where months.dimension = 'all'
        having sum(months.tickets) <> any_value(counted.tickets)
        """,
        column="tickets",
    )
