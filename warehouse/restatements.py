"""Which months of the past are told otherwise than in the last release: `metric_restatements`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import duckdb

from warehouse.layout import DATABASE, Layout
from warehouse.metrics import TABLE as VALUES
from warehouse.releases import current_release
from warehouse.tables import literal

TABLE = "metric_restatements"


def fill(connection: duckdb.DuckDBPyConnection, layout: Layout, manifest: Mapping[str, Any]) -> int:
    """Fill `marts.metric_restatements` from `marts.metric_values` and the current release; how many rows.

    Months that were not over in either are left out. Values that differ by rounding only count as equal.
    """
    connection.execute(f"delete from marts.{TABLE}")
    release = current_release(layout)
    if release is None or VALUES not in release.row_counts:
        return 0
    connection.execute("create or replace temp table metric_marts (metric_name varchar, marts varchar)")
    read = marts_read(manifest)
    connection.executemany("insert into temp.metric_marts values (?, ?)", [*read.items()] or [["", ""]])
    connection.execute(f"attach {literal(str(release.path / DATABASE))} as released (read_only)")
    try:
        connection.execute(_RESTATED, {"release": release.stamp})
    finally:
        connection.execute("detach released")
        connection.execute("drop table temp.metric_marts")
    row = connection.execute(f"select count(*) from marts.{TABLE}").fetchone()
    return int(row[0]) if row else 0


def marts_read(manifest: Mapping[str, Any]) -> dict[str, str]:
    """By metric of a dbt manifest, the tables it reads, also through other metrics: `a, b`."""
    metrics, semantic = manifest.get("metrics", {}), manifest.get("semantic_models", {})

    def models(node_id: str) -> set[str]:
        if node_id in semantic:
            return {str(semantic[node_id]["node_relation"]["alias"])}
        nodes = metrics.get(node_id, {}).get("depends_on", {}).get("nodes", [])
        return set().union(*(models(each) for each in nodes))

    return {node["name"]: ", ".join(sorted(models(node_id))) for node_id, node in metrics.items()}


_RESTATED = f"""
insert into marts.{TABLE} by name
with told as (
    select
        now.metric_name, now.label, now.month, now.unit,
        before.value as last_value, now.value,
        now.value - before.value as change
    from marts.{VALUES} as now
    inner join released.main.{VALUES} as before
        on now.metric_name = before.metric_name and now.month = before.month
    where now.is_complete and before.is_complete and now.unit = before.unit
)

select
    told.*, metric_marts.marts, $release as last_release,
    told.change / nullif(abs(told.last_value), 0) as change_ratio
from told
inner join temp.metric_marts as metric_marts on told.metric_name = metric_marts.metric_name
where
    (told.value is null) <> (told.last_value is null)
    or abs(told.change) > 1e-9 * greatest(abs(told.value), abs(told.last_value))
order by told.metric_name, told.month
"""
