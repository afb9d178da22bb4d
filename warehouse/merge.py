"""Merging the observations in `incoming` into a raw table, as if they were applied one after the other.

Observations are ordered by when their page was asked for, then by part and line. One that is older than
what the row already shows is ignored. A vendor's delete record (`deleted_when`) sets `_deleted_at` and
touches nothing else; a later ordinary observation clears it. The result of one extraction with several
observations of a key is that of applying them singly.
"""

from __future__ import annotations

from dataclasses import dataclass

import duckdb

from warehouse.history import record_changes, record_deletions
from warehouse.schema import Table
from warehouse.tables import literal, quoted


@dataclass(frozen=True)
class Merged:
    """What a merge did, in rows."""

    inserted: int
    updated: int
    """Rows whose content changed."""
    unchanged: int
    deleted: int
    """Rows that a delete record marked."""


def merge(connection: duckdb.DuckDBPyConnection, table: Table, source: str, load_id: int) -> Merged:
    """Apply the table `incoming` to the raw table and its history, inside the caller's transaction."""
    _observe(connection, table, source)
    record_changes(connection, table, source, load_id)
    record_deletions(connection, table, source, load_id, "transitions")
    _decide(connection, table)
    counts = dict(connection.execute("select _change, count(*) from changes group by all").fetchall())
    deleted = _count(connection, "select count(*) from changes where _moved and _deleted_at is not null")
    _apply(connection, table, source, load_id)
    return Merged(counts.get("insert", 0), counts.get("update", 0), counts.get("same", 0), deleted)


def _observe(connection: duckdb.DuckDBPyConnection, table: Table, source: str) -> None:
    """Make `observed` (what counts, numbered per key) and `transitions` (deletions and returns)."""
    keys = ", ".join(quoted(name) for name in table.key)
    of_incoming = ", ".join(f"i.{quoted(name)}" for name in table.key)
    same_key = " and ".join(f"t.{quoted(name)} = i.{quoted(name)}" for name in table.key)
    is_delete = f"coalesce(({table.deleted_when}), false)" if table.deleted_when else "false"
    connection.execute(
        f"""
        create or replace temp table observed as
        with judged as (
            select {keys}, _line, _extracted_at, {is_delete} as _is_delete from incoming
        ),
        applicable as (
            select {of_incoming}, i._line, i._extracted_at, i._is_delete,
                t.rowid as _row, t._deleted_at as _row_deleted_at
            from judged as i
            left join raw.{quoted(table.name)} as t on t._source = {literal(source)} and {same_key}
            where t._source is null or i._extracted_at >= greatest(t._extracted_at, t._deleted_at)
        ),
        numbered as (
            select *, row_number() over (partition by {keys} order by _extracted_at, _line) as _nth
            from applicable
        )
        select *, not _is_delete or (_row is null and _nth = 1) as _is_content from numbered
        """
    )
    connection.execute(
        f"""
        create or replace temp table transitions as
        with states as (
            select {keys}, _nth, _extracted_at, _is_delete,
                coalesce(
                    lag(_is_delete) over (partition by {keys} order by _nth), _row_deleted_at is not null
                ) as _was_deleted
            from observed
        )
        select {keys}, _nth, _extracted_at as observed_at,
            case when _is_delete then _extracted_at end as _deleted_at
        from states
        where _is_delete <> _was_deleted
        """
    )


def _decide(connection: duckdb.DuckDBPyConnection, table: Table) -> None:
    """Make `changes`: one row per observed key with what is to be done to its row."""
    keys = ", ".join(quoted(name) for name in table.key)
    of_picked = ", ".join(f"p.{quoted(name)}" for name in table.key)
    differs = " or ".join(
        f"i.{quoted(column.name)} is distinct from t.{quoted(column.name)}" for column in table.columns
    )
    connection.execute(
        f"""
        create or replace temp table changes as
        with picked as (
            select {keys}, any_value(_row) as _row, max(_extracted_at) as _seen_at,
                max_by(_line, _nth) filter (where _is_content) as _content_line
            from observed group by {keys}
        ),
        moved as (
            select * from transitions
            qualify row_number() over (partition by {keys} order by _nth desc) = 1
        )
        select {of_picked}, p._row, p._seen_at, p._content_line,
            case
                when p._row is null then 'insert'
                when p._content_line is not null and ({differs}) then 'update'
                else 'same'
            end as _change,
            m._nth is not null as _moved,
            case when m._nth is not null then m._deleted_at else t._deleted_at end as _deleted_at
        from picked as p
        left join incoming as i on p._content_line = i._line
        left join raw.{quoted(table.name)} as t on p._row = t.rowid
        left join moved as m on {" and ".join(f"m.{quoted(name)} = p.{quoted(name)}" for name in table.key)}
        """
    )


def _apply(connection: duckdb.DuckDBPyConnection, table: Table, source: str, load_id: int) -> None:
    raw = f"raw.{quoted(table.name)}"
    names = ", ".join(quoted(column.name) for column in table.columns)
    values = ", ".join(f"i.{quoted(column.name)}" for column in table.columns)
    connection.execute(
        f"""
        update {raw} set
            _extracted_at = c._seen_at,
            _deleted_at = c._deleted_at,
            _load_id = case when c._moved then {load_id} else _load_id end
        from changes as c
        where {raw}.rowid = c._row and c._change = 'same'
        """
    )
    connection.execute(
        f"delete from {raw} where rowid in (select _row from changes where _change = 'update')"
    )
    connection.execute(
        f"""
        insert into {raw} ({names}, _source, _load_id, _extracted_at, _deleted_at)
        select {values}, {literal(source)}, {load_id}, c._seen_at, c._deleted_at
        from changes as c inner join incoming as i on c._content_line = i._line
        where c._change in ('insert', 'update')
        """
    )


def _count(connection: duckdb.DuckDBPyConnection, query: str) -> int:
    row = connection.execute(query).fetchone()
    return int(row[0]) if row else 0
