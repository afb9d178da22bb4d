"""Checks of the metrics' values."""

from __future__ import annotations

from collections.abc import Iterator

from expectations.checks import REBUILD, Check, filled, no_rows, one_of, unique
from expectations.comparison import Compared, volume

UNITS = frozenset({"count", "ratio", "quotient", "change", "usd", "days", "hours"})


def metric_values(compared: Compared) -> Iterator[Check]:
    """One row per metric and month."""
    yield from volume("metric_values", compared)
    yield unique("metric_name", "month", what="metric and month")
    yield filled("label", "Every metric has a name for its readers")
    yield one_of("unit", UNITS, "Every value has a known unit")
    yield one_of("kind", {"flow", "stock"}, "Every metric is a flow or a stock")
    yield one_of("direction", {"up", "down", "none"}, "It is known where a metric's good values lie")
    yield no_rows(
        "range",
        "Each metric with a value has one headline; that of a flow is of a month that is over",
        """
        select metric_name, count(*) filter (where is_latest) as headlines, count(value) as known
        from {batch}
        where kind = 'stock' or is_complete
        group by metric_name
        having headlines <> if(known > 0, 1, 0) or count(*) filter (where is_latest and value is null) > 0
        order by metric_name
        """,
        expected="the newest value of each metric",
        column="is_latest",
    )
    yield no_rows(
        "range",
        "No count, time or share is impossible",
        """
        select metric_name, cast(month as varchar) as month, value
        from {batch}
        where
            isnan(value) or isinf(value)
            or (unit in ('count', 'days', 'hours', 'quotient') and value < 0)
            or (unit = 'ratio' and value not between 0 and 1)
        order by metric_name, month
        """,
        column="value",
    )
    yield no_rows(
        "reconciliation",
        "The metrics were computed from these tables",
        """
        with told as (
            select month, value from {batch} where metric_name = 'active_contributors' and value <> 0
        ),
        counted as (
            select month, contributors from activity_summary_monthly
            where audience = 'members' and contributors <> 0
        )
        select
            cast(coalesce(told.month, counted.month) as varchar) as month,
            told.value as in_metric, counted.contributors as in_table
        from told
        full join counted on told.month = counted.month
        where told.value is distinct from counted.contributors
        order by 1
        """,
        expected="active contributors as activity_summary_monthly counts them",
        remedy=REBUILD,
        column="value",
    )
