"""Without any source everything still builds, and the dbt unit tests hold (METRICS' vectors among them)."""

from __future__ import annotations

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
