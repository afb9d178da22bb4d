"""Without any source everything still builds, and the dbt unit tests hold (METRICS' vectors among them)."""

from __future__ import annotations

import json
from pathlib import Path

import duckdb


def test_every_unit_test_ran_and_holds(outcomes: dict[str, str]) -> None:
    unit_tests = {name: status for name, status in outcomes.items() if name.startswith("unit_test.")}
    assert len(unit_tests) > 20
    assert set(unit_tests.values()) == {"pass"}


def test_marts_of_an_empty_warehouse_are_empty(empty: duckdb.DuckDBPyConnection) -> None:
    marts = empty.execute("select table_name from duckdb_tables() where schema_name = 'marts'").fetchall()
    assert len(marts) > 10
    counted = {name: empty.execute(f"select count(*) from marts.{name}").fetchone() for (name,) in marts}
    assert {name for name, count in counted.items() if count != (0,)} == set()


def test_what_the_daily_build_does_not_test_is_enforced_by_contracts(empty_build: Path) -> None:
    nodes = json.loads((empty_build / "target" / "manifest.json").read_text())["nodes"]
    left_out = [
        (nodes[test["attached_node"]], test["column_name"])
        for test in nodes.values()
        if test["resource_type"] == "test"
        and test.get("test_metadata", {}).get("name") == "not_null"
        and test["original_file_path"].startswith("models/marts")
    ]
    assert len(left_out) > 50
    assert [
        (model["name"], column)
        for model, column in left_out
        if "not_null" not in {rule["type"] for rule in model["columns"][column]["constraints"]}
        or not model["contract"]["enforced"]
    ] == []
