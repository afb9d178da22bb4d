"""One build of the whole dbt project on a warehouse without a single row."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import pytest

from tests.once import once
from warehouse.layout import DBT_PROJECT
from warehouse.schema import read_schema
from warehouse.tables import ensure_tables


@pytest.fixture(scope="session")
def empty_build(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a build (community.duckdb, target/) with every test; deprecations are errors."""
    return once(tmp_path_factory, "empty", _build)


def _build(folder: Path) -> None:
    database = folder / "community.duckdb"
    with duckdb.connect(str(database)) as connection:
        ensure_tables(connection, read_schema())
    dbt = [str(Path(sys.executable).with_name("dbt")), "--warn-error-options", '{"error": ["Deprecations"]}']
    project = ["--project-dir", str(DBT_PROJECT), "--profiles-dir", str(DBT_PROJECT)]
    environment = os.environ | {
        "LODESTAR_WAREHOUSE": str(database),
        "DBT_TARGET_PATH": str(folder / "target"),
        "DBT_LOG_PATH": str(folder / "logs"),
        "DO_NOT_TRACK": "1",
    }
    built = subprocess.run([*dbt, "build", *project], env=environment, capture_output=True, text=True)
    assert built.returncode == 0, built.stdout[-4000:]


@pytest.fixture(scope="session")
def empty(empty_build: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """The database of that build."""
    with duckdb.connect(str(empty_build / "community.duckdb"), read_only=True) as connection:
        yield connection


@pytest.fixture(scope="session")
def outcomes(empty_build: Path) -> dict[str, str]:
    """{what was built or tested: its outcome}"""
    results: list[dict[str, Any]] = json.loads((empty_build / "target" / "run_results.json").read_text())[
        "results"
    ]
    return {result["unique_id"]: result["status"] for result in results}
