"""Staging builds on the raw tables as load creates them, even empty ones, and says what each column is."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest
import yaml
from warehouse.schema import read_schema
from warehouse.tables import ensure_tables

PROJECT = Path(__file__).resolve().parents[2]
STAGING = PROJECT / "dbt_project" / "models" / "staging"


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    """A database whose raw tables are empty and whose staging models, with all their tests, were built."""
    folder = tmp_path_factory.mktemp("staging")
    database = folder / "community.duckdb"
    with duckdb.connect(str(database)) as connection:
        ensure_tables(connection, read_schema())
    dbt = [str(Path(sys.executable).with_name("dbt")), "--warn-error-options", '{"error": ["Deprecations"]}']
    build = ["build", "--project-dir", "dbt_project", "--profiles-dir", "dbt_project", "--select", "staging"]
    environment = os.environ | {
        "LODESTAR_WAREHOUSE": str(database),
        "DBT_TARGET_PATH": str(folder / "target"),
        "DBT_LOG_PATH": str(folder / "logs"),
        "DO_NOT_TRACK": "1",
    }
    run = subprocess.run([*dbt, *build], cwd=PROJECT, env=environment, capture_output=True, text=True)
    assert run.returncode == 0, run.stdout[-4000:]
    with duckdb.connect(str(database), read_only=True) as connection:
        yield connection


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


def test_every_column_of_every_staging_model_is_documented_and_nothing_else(built):
    assert columns(built) == documented()


def test_every_declared_raw_table_has_a_staging_model(built):
    names = {f"stg_{table.vendor}__{table.stream}" for table in read_schema().tables.values()}
    assert names - set(columns(built)) == set()


def test_every_vendor_id_is_text_and_every_time_knows_its_zone(built):
    types = built.execute(
        "select column_name, data_type from duckdb_columns() where schema_name = 'staging' "
        "and (column_name like '%\\_id' escape '\\' or column_name like '%\\_at' escape '\\')"
    ).fetchall()
    wrong = {
        (name, kind)
        for name, kind in types
        if kind != ("VARCHAR" if name.endswith("_id") else "TIMESTAMP WITH TIME ZONE") and name != "load_id"
    }
    assert wrong == set()
