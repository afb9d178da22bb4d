"""What a client in an environment of its own finds in a release: printed as JSON, for the tests to compare.

`totals.py duckdb FILE` opens the database file, `totals.py parquet FOLDER` the Parquet files with pandas. By
table and column: how many values, how many different ones, the least, the greatest, and the sum if numbers;
times are microseconds since 1970.
"""
# ruff: noqa: T201, PLC0415

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

NUMBERS = ("BIGINT", "INTEGER", "DOUBLE")
Totals = dict[str, dict[str, list[Any]]]


def of_database(connection: Any) -> Totals:
    """The totals of a release's database file."""
    found: Totals = {}
    for table, name, kind in connection.execute(
        "select table_name, column_name, data_type from duckdb_columns() where not internal "
        "order by table_name, column_index"
    ).fetchall():
        column = f'"{name}"'
        shown = f"epoch_us({column})" if kind.startswith(("TIMESTAMP", "DATE")) else column
        summed = f"sum({column}::double)" if kind in NUMBERS else "null"
        row = connection.execute(
            f"select count({column}), count(distinct {column}), min({shown}), max({shown}), {summed} "
            f'from "{table}"'
        ).fetchone()
        found.setdefault(table, {})[name] = list(row)
    return found


def of_parquet(folder: Path) -> Totals:
    """The same of the Parquet files."""
    import pandas as pd

    found: Totals = {}
    for path in sorted(folder.glob("*.parquet")):
        frame = pd.read_parquet(path, dtype_backend="pyarrow")
        found[path.stem] = {}
        for name in frame.columns:
            column = frame[name].dropna()
            kind = str(column.dtype)
            if kind.startswith(("timestamp", "date")):
                column = pd.to_datetime(column, utc=True).astype("datetime64[us, UTC]").astype("int64")
            ends = [column.min(), column.max()] if len(column) else [None, None]
            summed = float(column.sum()) if kind.startswith(("int", "double")) and len(column) else None
            found[path.stem][name] = [len(column), column.nunique(), *map(_plain, ends), summed]
    return found


def _plain(value: Any) -> Any:
    return value.item() if hasattr(value, "item") else value


if __name__ == "__main__":
    kind, place = sys.argv[1], Path(sys.argv[2])
    if kind == "duckdb":
        import duckdb

        with duckdb.connect(str(place), read_only=True) as opened:
            print(json.dumps({"version": duckdb.__version__, "totals": of_database(opened)}))
    else:
        import pyarrow

        print(json.dumps({"version": pyarrow.__version__, "totals": of_parquet(place)}))
