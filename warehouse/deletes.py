"""Deletions told by absence from a whole reading (`snapshot`) or by another table (`marks_deleted`)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import duckdb

from extractors.errors import LodestarError
from warehouse.history import record_deletions
from warehouse.schema import TYPES, Table
from warehouse.stage import Staged
from warehouse.tables import literal, quoted

FEW_VANISHED = 20
"""So many rows may always vanish, unless they are all."""
VANISHED_SHARE = 0.2


class ShrinkRefused(LodestarError):
    """A whole reading lacks so many known records that it is more likely broken than true."""


@dataclass(frozen=True)
class Vanished:
    """What a snapshot no longer showed."""

    rows: int
    suspicious: bool
    """So many that it had to be accepted."""


def live_rows(connection: duckdb.DuckDBPyConnection, table: Table, source: str) -> int:
    """Rows of `source` not marked deleted."""
    row = connection.execute(
        f"select count(*) from raw.{quoted(table.name)} where _source = ? and _deleted_at is null", [source]
    ).fetchone()
    return int(row[0]) if row else 0


def mark_vanished(
    connection: duckdb.DuckDBPyConnection,
    table: Table,
    source: str,
    load_id: int,
    began: datetime,
    live_before: int,
    staged: Staged,
    accept_shrink: bool,
) -> Vanished:
    """Mark the rows a complete snapshot that began at `began` no longer shows.

    Only rows observed before it began count, and none whose record came but did not fit. `live_before`
    is the number of live rows before the snapshot was merged. Raises ShrinkRefused.
    """
    keys = ", ".join(quoted(name) for name in table.key)
    _note_rejected_keys(connection, table, staged)
    connection.execute(
        f"""
        create or replace temp table vanished as
        select {keys}, cast({literal(began.isoformat())} as timestamptz) as observed_at,
            observed_at as _deleted_at
        from raw.{quoted(table.name)} as t
        where _source = {literal(source)} and _deleted_at is null and _extracted_at < observed_at
        and not exists (select 1 from rejected_keys as r where {_same_key(table, "r", "t")})
        """
    )
    count = _count(connection, "vanished")
    suspicious = refuse_shrink(
        table, source, count, live_before, "are missing from a whole reading", accept_shrink
    )
    _set_deleted(connection, table, source, load_id, "vanished")
    return Vanished(count, suspicious)


def refuse_shrink(
    table: Table, source: str, gone: int, live_before: int, how: str, accept_shrink: bool
) -> bool:
    """Whether so many live rows are gone that it must be accepted; raises ShrinkRefused if it is not."""
    few = max(FEW_VANISHED, live_before * VANISHED_SHARE)
    suspicious = gone > few or (gone > 0 and gone == live_before)
    if suspicious and not accept_shrink:
        raise ShrinkRefused(
            f"source {source}, stream {table.stream}: {gone} of {live_before} known records {how}, more "
            "likely a fault than the truth; it was not loaded. Look at the source; if they are really gone: "
            f"python -m warehouse load --accept-shrink {source}.{table.stream}"
        )
    return suspicious


def mark_told(
    connection: duckdb.DuckDBPyConnection, table: Table, marking: Table, source: str, load_id: int
) -> int:
    """Mark the rows of `table` that rows of `marking` call deleted; how many.

    A row seen after that was said is left alone: the record was brought back.
    """
    marks = marking.marks_deleted
    if marks is None:
        return 0
    keys = ", ".join(f"t.{quoted(name)}" for name in table.key)
    connection.execute(
        f"""
        create or replace temp table told as
        select {keys}, d._extracted_at as observed_at,
            coalesce(d.{quoted(marks.at)}, d._extracted_at) as _deleted_at
        from raw.{quoted(table.name)} as t
        inner join raw.{quoted(marking.name)} as d on d._source = t._source and {_same_key(table, "d", "t")}
        where t._source = {literal(source)} and t._deleted_at is null
        and d._deleted_at is null and d._extracted_at >= t._extracted_at
        """
    )
    count = _count(connection, "told")
    if count:
        _set_deleted(connection, table, source, load_id, "told")
    return count


def _set_deleted(
    connection: duckdb.DuckDBPyConnection, table: Table, source: str, load_id: int, moved: str
) -> None:
    record_deletions(connection, table, source, load_id, moved)
    raw = f"raw.{quoted(table.name)}"
    connection.execute(
        f"""
        update {raw} set _deleted_at = m._deleted_at, _load_id = {load_id}
        from {moved} as m
        where {raw}._source = {literal(source)} and {_same_key(table, "m", raw)}
        """
    )


def _note_rejected_keys(connection: duckdb.DuckDBPyConnection, table: Table, staged: Staged) -> None:
    types = {column.name: TYPES[column.data_type] for column in table.columns}
    connection.execute(
        "create or replace temp table rejected_keys "
        f"({', '.join(f'{quoted(name)} {types[name]}' for name in table.key)})"
    )
    keys = {rejection.key for rejection in staged.rejections if rejection.key is not None}
    if keys:
        places = ", ".join("?" for _ in table.key)
        connection.executemany(f"insert into rejected_keys values ({places})", [list(key) for key in keys])


def _same_key(table: Table, one: str, other: str) -> str:
    return " and ".join(f"{one}.{quoted(name)} = {other}.{quoted(name)}" for name in table.key)


def _count(connection: duckdb.DuckDBPyConnection, table: str) -> int:
    row = connection.execute(f"select count(*) from {table}").fetchone()
    return int(row[0]) if row else 0
