"""Staging says what each column is, and gives ids and times their types."""

from __future__ import annotations

from pathlib import Path

import duckdb
import yaml

from warehouse.schema import read_schema

PROJECT = Path(__file__).resolve().parents[2]
STAGING = PROJECT / "dbt_project" / "models" / "staging"


def documented() -> dict[str, list[str]]:
    """{model: names of its described columns, in order}"""
    models = {}
    for path in STAGING.glob("*/_*__models.yml"):
        for model in yaml.safe_load(path.read_text("utf-8"))["models"]:
            models[model["name"]] = [column["name"] for column in model["columns"]]
    return models


def columns(connection: duckdb.DuckDBPyConnection) -> dict[str, list[str]]:
    rows = connection.execute(
        "select table_name, list(column_name order by column_index) from duckdb_columns() "
        "where schema_name = 'staging' group by table_name"
    ).fetchall()
    return dict(rows)


def test_every_column_of_every_staging_model_is_documented_and_nothing_else(empty):
    assert columns(empty) == documented()


def test_every_declared_raw_table_has_a_staging_model(empty):
    names = {f"stg_{table.vendor}__{table.stream}" for table in read_schema().tables.values()}
    assert names - set(columns(empty)) == set()


def test_every_vendor_id_is_text_and_every_time_knows_its_zone(empty):
    types = empty.execute(
        "select column_name, data_type from duckdb_columns() where schema_name = 'staging' "
        "and (column_name like '%\\_id' escape '\\' or column_name like '%\\_at' escape '\\')"
    ).fetchall()
    wrong = {
        (name, kind)
        for name, kind in types
        if kind != ("VARCHAR" if name.endswith("_id") else "TIMESTAMP WITH TIME ZONE") and name != "load_id"
    }
    assert wrong == set()
