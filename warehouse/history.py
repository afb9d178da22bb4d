"""History of tracked columns: a row whenever an observation shows another value than the one before.

Kept at load, so that it survives a full refresh and is rebuilt by a replay. The first value seen is a
change too (from null), so the value at any later time is the last one before it.
"""

from __future__ import annotations

import duckdb

from warehouse.schema import Table
from warehouse.tables import literal, quoted

DELETED = "_deleted_at"
"""Field name under which deletions (the time) and returns (null) are history."""


def record_changes(connection: duckdb.DuckDBPyConnection, table: Table, source: str, load_id: int) -> None:
    """Write the changes in `incoming` (numbered in `observed`) against the rows before the merge."""
    if not table.tracked:
        return
    keys = ", ".join(quoted(name) for name in table.key)
    of_observed = ", ".join(f"o.{quoted(name)}" for name in table.key)
    values = [f"_value_{number}" for number in range(len(table.tracked))]
    expressions = ", ".join(
        f"cast(({column.history}) as varchar) as {value}"
        for column, value in zip(table.tracked, values, strict=True)
    )
    before = ", ".join(f"lag({value}) over versions_of_key as {value}_before" for value in values)
    changes = ", ".join(
        f"struct_pack(field := {literal(column.name)}, value := {value}, before := {value}_before)"
        for column, value in zip(table.tracked, values, strict=True)
    )
    connection.execute(
        f"""
        insert into raw.{quoted(table.name + "__history")} by name
        with observations as (
            select _line, {expressions} from incoming
        ),
        versions as (
            select {of_observed}, o._nth, o._extracted_at as observed_at, i.* exclude (_line)
            from observed as o inner join observations as i on o._line = i._line
            where o._is_content
            union all
            select {keys}, 0 as _nth, null as observed_at, {expressions}
            from raw.{quoted(table.name)}
            where rowid in (select _row from observed)
        ),
        compared as (
            select *, {before} from versions
            window versions_of_key as (partition by {keys} order by _nth)
        ),
        changed as (
            select {keys}, observed_at, unnest([{changes}]) as change from compared where _nth > 0
        )
        select {literal(source)} as _source, {keys}, change.field, observed_at, change.value,
            {load_id} as _load_id
        from changed
        where change.value is distinct from change.before
        """
    )


def record_deletions(
    connection: duckdb.DuckDBPyConnection, table: Table, source: str, load_id: int, moved: str
) -> None:
    """Write the deletions and returns in the temporary table `moved` (key, observed_at, _deleted_at)."""
    keys = ", ".join(quoted(name) for name in table.key)
    connection.execute(
        f"""
        insert into raw.{quoted(table.name + "__history")} by name
        select {literal(source)} as _source, {keys}, {literal(DELETED)} as field, observed_at,
            cast(_deleted_at as varchar) as value, {load_id} as _load_id
        from {moved}
        """
    )
