"""Checks of what the community spares support, and of the bug reports it brings."""

from __future__ import annotations

from collections.abc import Iterator

from expectations.checks import Check, between, filled, found_in, no_rows, one_of, ratio, unique
from expectations.comparison import Compared, volume

SCENARIOS = ("low", "base", "high")
MATCHES = frozenset({"met", "not met", "open"})


def deflection_monthly(compared: Compared) -> Iterator[Check]:
    """One row per month since the forum began."""
    yield from volume("deflection_monthly", compared)
    yield unique("month", what="month")
    for scenario in SCENARIOS:
        yield ratio(f"entitled_{scenario}_ratio", f"A share of askers is entitled to support ({scenario})")
        yield between(f"avoided_{scenario}", 0, None, f"No fewer than no tickets were avoided ({scenario})")
    yield no_rows(
        "range",
        "The low, base and high estimate are in that order",
        """
        select cast(month as varchar) as month, avoided_low, avoided_base, avoided_high
        from {batch}
        where
            avoided_low > avoided_base + 1e-9 or avoided_base > avoided_high + 1e-9
            or avoided_low > avoided_high + 1e-9
        order by 1
        """,
        expected="low, then base, then high",
        remedy="Look at the seed deflection_assumptions: its values must rise from low to high.",
        severity="warn",
        column="avoided_low, avoided_base, avoided_high",
    )
    yield no_rows(
        "range",
        "No more topics were solved directly than were solved",
        """
        select cast(month as varchar) as month, direct_topics, solved_topics
        from {batch} where direct_topics > solved_topics or direct_topics_by_staff > direct_topics order by 1
        """,
        column="direct_topics",
    )


def self_service_monthly(compared: Compared) -> Iterator[Check]:
    """One row per month since forum and desk were both there."""
    yield from volume("self_service_monthly", compared)
    yield unique("month", what="month")
    yield between("self_service_score", 0, None, "The score is no less than nothing")
    yield between("views_per_ticket", 0, None, "Views of topics never fall in sum")
    yield ratio("missed_share", "Tickets whose answer stood in the forum are a share")


def missed_deflection(compared: Compared) -> Iterator[Check]:
    """One row per ticket and earlier solved topic that it names."""
    yield from volume("missed_deflection", compared)
    yield unique("missed_deflection_key", what="ticket and topic")
    yield found_in("fct_ticket", "ticket_key", "Every row is of a known ticket")
    yield no_rows(
        "range",
        "Every answer stood there before its ticket",
        """
        select missed_deflection_key, cast(topic_solved_at as varchar) as topic_solved_at
        from {batch} where topic_solved_at >= ticket_created_at order by 1
        """,
        column="topic_solved_at",
    )


def fct_bug_report(compared: Compared) -> Iterator[Check]:
    """One row per bug report passed on from the forum."""
    yield from volume("fct_bug_report", compared)
    yield unique("ticket_key", what="bug report")
    yield found_in("fct_ticket", "ticket_key", "Every bug report is a known ticket")
    yield found_in("dim_member", "member_key", "Every reporter is a known member")
    yield one_of("match", MATCHES, "An outcome is what was expected, is not, or is open")
    yield between("solution_days", 0, None, "No report was solved before it was made")
    yield no_rows(
        "range",
        "A report is solved or waits",
        """
        select ticket_key, solution_days, waiting_days
        from {batch} where (solution_days is null) = (waiting_days is null) order by 1
        """,
        expected="days to the solution, or days of waiting",
        column="solution_days, waiting_days",
    )


def bug_report_summary(compared: Compared) -> Iterator[Check]:
    """One row per month, and over all time, and expectation."""
    yield from volume("bug_report_summary", compared)
    yield unique("summary_key", what="period and expectation")
    yield ratio("met_share", "Expectations met are a share")
    yield no_rows(
        "reconciliation",
        "The summary holds every bug report once",
        """
        select period_kind, sum(reports) as reports, (select count(*) from fct_bug_report) as known
        from {batch} where expected = 'all' group by period_kind
        having sum(reports) <> (select count(*) from fct_bug_report)
        order by 1
        """,
        column="reports",
    )


def bug_reporter_yield(compared: Compared) -> Iterator[Check]:
    """One row per person who passed on bug reports."""
    yield from volume("bug_reporter_yield", compared)
    yield unique("member_key", what="reporter")
    yield filled("display_name", "Every reporter has a name to show")
    yield found_in("dim_member", "member_key", "Every reporter of the list is a known member")
    yield ratio("met_share", "Expectations met are a share of each reporter's")
    yield no_rows(
        "range",
        "Nobody on the staff has a rank",
        """
        select member_key, yield_rank from {batch} where is_staff = (yield_rank is not null) order by 1
        """,
        column="yield_rank",
    )
    yield no_rows(
        "reconciliation",
        "Reporters add up to the reports of known people",
        """
        with known as (select count(*) as reports from fct_bug_report where member_key is not null)
        select any_value(known.reports) as reports, sum(reporters.reports) as of_reporters
        from {batch} as reporters cross join known
        having sum(reporters.reports) <> any_value(known.reports)
        """,
        column="reports",
    )
