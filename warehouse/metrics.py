"""The values of the metrics: what MetricFlow makes of their definitions, computed into `metric_values`.

The definitions are dbt's semantic models and metrics (dbt_project/models/semantic). Writing their SQL takes
MetricFlow about two seconds and 200 MB, so it is kept until a definition changes.
"""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

import duckdb

from extractors.clock import iso
from extractors.errors import LodestarError, storage_errors
from warehouse.connection import transaction
from warehouse.layout import PROJECT, Layout
from warehouse.tables import quoted

TABLE = "metric_values"
UNITS = ("count", "ratio", "quotient", "change", "usd", "days", "hours")
KINDS = ("flow", "stock")
DIRECTIONS = ("up", "down", "none")
COMPILE_SECONDS = 300


class MetricsFailed(LodestarError):
    """A metric is not valid, or could not be computed."""


@dataclass(frozen=True)
class Metric:
    """A headline metric, as dbt's manifest tells it."""

    name: str
    label: str
    unit: str
    """count, ratio (a share), quotient (may exceed 1), change (as a share), usd, days or hours."""
    direction: str
    """up or down, where the good values lie, or none."""
    kind: str
    """flow: what happened in a month; stock: what stood at its end."""
    group: str


def headline_metrics(manifest: Mapping[str, Any]) -> list[Metric]:
    """The metrics of a dbt manifest that have values of their own, those that are only parts left out.

    Raises MetricsFailed, naming the metric, if its meta lacks or mistakes something.
    """
    metrics = []
    for node in manifest.get("metrics", {}).values():
        meta = node["config"].get("meta", {})
        if meta.get("part_only"):
            continue
        metric = Metric(
            name=node["name"],
            label=node["label"],
            unit=str(meta.get("unit")),
            direction=str(meta.get("direction")),
            kind=str(meta.get("kind")),
            group=str(node["config"].get("group")),
        )
        for told, allowed in (("unit", UNITS), ("direction", DIRECTIONS), ("kind", KINDS)):
            if getattr(metric, told) not in allowed:
                raise MetricsFailed(
                    f"metric {metric.name}: its meta says {told}: {getattr(metric, told)}. Say one of: "
                    f"{', '.join(allowed)} (dbt_project/models/semantic)"
                )
        metrics.append(metric)
    return sorted(metrics, key=lambda metric: metric.name)


def statements(semantic_manifest: Path, kept: Path) -> dict[str, str]:
    """Each metric's SQL; written anew by MetricFlow if `kept` is not of these definitions.

    Raises MetricsFailed with MetricFlow's words if a definition is not valid.
    """
    with storage_errors(kept):
        # SQL of another version may be another; so may that of the same definitions in another file's place.
        key = hashlib.sha256(version("metricflow").encode() + semantic_manifest.read_bytes()).hexdigest()
        try:
            known = json.loads(kept.read_text("utf-8"))
            if known["key"] == key:
                return dict(known["statements"])
        except (OSError, ValueError, KeyError, TypeError):
            pass
    child = subprocess.run(
        [sys.executable, "-m", "warehouse.metric_sql", str(semantic_manifest)],
        cwd=PROJECT,
        capture_output=True,
        text=True,
        timeout=COMPILE_SECONDS,
        check=False,
    )
    if child.returncode != 0:
        lines = child.stderr.strip().splitlines() or ["MetricFlow ended without saying why."]
        raise MetricsFailed(lines[-1].removeprefix("error: "))
    written: dict[str, str] = json.loads(child.stdout)
    with storage_errors(kept):
        kept.write_text(json.dumps({"key": key, "statements": written}), "utf-8")
    return written


def compute(
    connection: duckdb.DuckDBPyConnection,
    metrics: list[Metric],
    sql: Mapping[str, str],
    *,
    as_of: datetime,
    known_until: datetime,
    time_zone: str,
) -> int:
    """Fill `marts.metric_values` anew; its number of rows.

    `as_of` is the instant up to which the marts look, `known_until` that up to which everything could be
    seen: the running month is the one before the former, a month is complete if it ends by the latter.
    """
    connection.execute(_FORM)
    for metric in metrics:
        try:
            connection.execute(
                f"insert into temp.metric_points select ?, cast(metric_time__month as date), "
                f"cast({quoted(metric.name)} as double) from ({sql[metric.name]})",
                [metric.name],
            )
        except (duckdb.ProgrammingError, duckdb.DataError) as error:
            raise MetricsFailed(
                f"metric {metric.name} can't be computed: {' '.join(str(error).split())[:300]} "
                "(dbt_project/models/semantic)"
            ) from None
        connection.execute(
            "insert into temp.metrics values (?, ?, ?, ?, ?, ?)",
            [metric.name, metric.label, metric.unit, metric.direction, metric.kind, metric.group],
        )
    with transaction(connection):
        connection.execute(f"delete from marts.{TABLE}")
        connection.execute(
            _VALUES, {"as_of": iso(as_of), "known_until": iso(known_until), "time_zone": time_zone}
        )
    row = connection.execute(f"select count(*) from marts.{TABLE}").fetchone()
    connection.execute("drop table temp.metric_points; drop table temp.metrics")
    return int(row[0]) if row else 0


def fill(
    connection: duckdb.DuckDBPyConnection,
    layout: Layout,
    manifest: Mapping[str, Any],
    *,
    as_of: datetime,
    known_until: datetime,
    time_zone: str,
) -> int:
    """Fill `marts.metric_values` by the manifest of the project dbt has just built; its number of rows."""
    metrics = headline_metrics(manifest)
    sql = statements(layout.dbt_target / "semantic_manifest.json", layout.warehouse / "metrics.json")
    return compute(connection, metrics, sql, as_of=as_of, known_until=known_until, time_zone=time_zone)


_FORM = """
create or replace temp table metric_points (metric_name varchar, month date, value double);
create or replace temp table metrics (
    metric_name varchar, label varchar, unit varchar, direction varchar, kind varchar, group_name varchar
);
"""
_VALUES = f"""
with

-- The month of the last instant that counts: as_of is the end of a day.
calendar as (
    select
        cast(date_trunc('month', timezone(
            $time_zone, cast($as_of as timestamptz) - interval 1 microsecond
        )) as date) as running_month,
        timezone($time_zone, cast($known_until as timestamptz)) as known_until
),

-- Where nothing has happened yet, nothing is told: without a board there are no votes, rather than 0 a month.
spans as (
    select points.metric_name, min(points.month) as first_month
    from temp.metric_points as points
    inner join temp.metrics as metrics on points.metric_name = metrics.metric_name
    where
        points.value <> 0
        or (points.value = 0 and (metrics.kind = 'stock' or metrics.unit not in ('count', 'usd')))
    group by points.metric_name
),

months as (
    select spans.metric_name, cast(unnest(generate_series(
        cast(spans.first_month as timestamp), cast(calendar.running_month as timestamp), interval 1 month
    )) as date) as month
    from spans
    cross join calendar
),

told as (
    select
        metrics.*,
        months.month,
        months.month + interval 1 month <= calendar.known_until as is_complete,
        -- Where the tables have no row at all for a month that is over, nothing happened in it.
        if(
            points.metric_name is null and is_complete and metrics.kind = 'flow'
            and metrics.unit in ('count', 'usd'),
            0, points.value
        ) as value
    from months
    inner join temp.metrics as metrics on months.metric_name = metrics.metric_name
    left join temp.metric_points as points
        on months.metric_name = points.metric_name and months.month = points.month
    cross join calendar
),

latest as (
    select metric_name, max(month) as month
    from told
    where value is not null and (is_complete or kind = 'stock')
    group by metric_name
)

insert into marts.{TABLE} by name
select
    told.metric_name, told.label, told.month, told.value,
    lag(told.value) over (partition by told.metric_name order by told.month) as previous_value,
    told.is_complete,
    coalesce(told.month = latest.month, false) as is_latest,
    told.unit, told.direction, told.kind, told.group_name
from told
left join latest on told.metric_name = latest.metric_name
order by told.metric_name, told.month
"""
