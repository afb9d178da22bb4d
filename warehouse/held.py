"""Writing down what the warehouse holds, from which the weekly comparison starts (`extractors/held.py`)."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import duckdb

from extractors.config import SourceConfig
from extractors.durable import write_durably
from extractors.errors import ConfigError, storage_errors
from extractors.held import Group, Held, held_path, written
from warehouse.connection import WAIT_SECONDS, open_working
from warehouse.erasing.people import FIRST_SUBSTITUTE
from warehouse.schema import Schema, Table, read_schema
from warehouse.tables import literal, quoted


def write_held(
    data_dir: Path,
    sources: Sequence[SourceConfig],
    *,
    schema: Schema | None = None,
    wait_seconds: float = WAIT_SECONDS,
) -> dict[str, int]:
    """Write the ids of the live rows of every declared stream of `sources`; how many, by `source.stream`.

    Raises InUse, DatabaseError, StorageError.
    """
    schema = schema or read_schema()
    counts: dict[str, int] = {}
    with open_working(data_dir, "held", wait_seconds) as working:
        made = working.connection.execute(
            "select table_name from duckdb_tables() where database_name = current_database() "
            "and schema_name = 'raw'"
        ).fetchall()
        for source in sources:
            for (vendor, stream), table in schema.tables.items():
                if vendor != source.vendor or table.held is None:
                    continue
                is_made = (table.name,) in made
                held = read_live(working.connection, table, source.name) if is_made else Held()
                path = held_path(data_dir, source.name, stream)
                with storage_errors(path):
                    path.parent.mkdir(parents=True, exist_ok=True)
                    write_durably(path, written(held))
                counts[f"{source.name}.{stream}"] = len(held.ids)
    return counts


def read_live(connection: duckdb.DuckDBPyConnection, table: Table, source: str) -> Held:
    """The live rows of `source` in a table that declares `held`, without those of erased people.

    Their ids are substitutes, which the vendor never had.
    """
    held = table.held
    if held is None or len(table.key) != 1:
        raise ConfigError(f"raw.{table.name}: held needs a declaration and a key of one column.")
    expressions = {column.name: column.history for column in table.columns}
    total = f"cast(sum({expressions[held.sum]}) as bigint)" if held.sum else "null"
    name = f"coalesce(cast({quoted(held.by)} as varchar), '')" if held.by else "''"
    rows = connection.execute(
        f"select {name}, list({quoted(table.key[0])}), {total} from raw.{quoted(table.name)} "
        f"where _source = {literal(source)} and _deleted_at is null and ({held.where or 'true'}) "
        f"and {quoted(table.key[0])} < {FIRST_SUBSTITUTE} group by 1"
    ).fetchall()
    return Held({group: Group(frozenset(ids), total) for group, ids, total in rows})
