"""The dashboards kept in the project fit the tables that the dbt project promises; no Superset is needed."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import pytest
import yaml

from bi.bundle import AssetsOutOfDate, bundle, read_assets
from warehouse.layout import DBT_PROJECT

ASSETS = read_assets()
CHARTS, DATASETS, DASHBOARDS = (
    {Path(path).stem: asset for path, asset in ASSETS.items() if path.startswith(kind)}
    for kind in ("charts/", "datasets/", "dashboards/")
)
BY_UUID = {dataset["uuid"]: dataset for dataset in DATASETS.values()}


def declared(kind: str, folder: str, files: str) -> list[dict[str, Any]]:
    """What YAML files of the dbt project declare as `kind`."""
    found: list[dict[str, Any]] = []
    for path in sorted((DBT_PROJECT / "models" / folder).rglob(files)):
        found += yaml.load(path.read_text("utf-8"), yaml.CSafeLoader).get(kind) or ()
    return found


@pytest.fixture(scope="module")
def tables() -> dict[str, dict[str, str]]:
    """Types of columns by mart, as their contracts say."""
    return {
        model["name"]: {column["name"]: column["data_type"] for column in model["columns"]}
        for model in declared("models", "marts", "*__models.yml")
    }


@pytest.fixture(scope="module")
def empty(tables: dict[str, dict[str, str]]) -> Iterator[duckdb.DuckDBPyConnection]:
    """Every mart without rows."""
    with duckdb.connect() as connection:
        for table, columns in tables.items():
            listed = ", ".join(f'"{name}" {kind}' for name, kind in columns.items())
            connection.execute(f"create table {table} ({listed})")
        yield connection


def names_in(query: dict[str, Any]) -> set[str]:
    """Columns and metrics that a chart's query names."""
    named = [each if isinstance(each, str) else each["sqlExpression"] for each in query["columns"]]
    named += query.get("metrics", ())
    named += [each["col"] for each in query["filters"]]
    named += [name for name, _ in query.get("orderby", ())]
    return set(named)


@pytest.mark.parametrize("name", DATASETS)
def test_metrics_of_a_table_are_made_of_its_columns(name: str, empty: duckdb.DuckDBPyConnection) -> None:
    dataset = DATASETS[name]
    for metric in dataset["metrics"]:
        empty.execute(f"select {metric['expression']} from {dataset['table_name']}")
    for column in dataset["columns"]:
        empty.execute(f"select {column['expression']} from {dataset['table_name']}")


@pytest.mark.parametrize("name", CHARTS)
def test_a_chart_reads_what_its_table_has(name: str, tables: dict[str, dict[str, str]]) -> None:
    chart = CHARTS[name]
    dataset = BY_UUID[chart["dataset_uuid"]]
    known = set(tables[dataset["table_name"]])
    known |= {metric["metric_name"] for metric in dataset["metrics"]}
    known |= {column["column_name"] for column in dataset["columns"]}
    (query,) = json.loads(chart["query_context"])["queries"]
    assert names_in(query) <= known


@pytest.mark.parametrize("name", CHARTS)
def test_a_chart_asks_by_the_api_what_it_asks_on_the_screen(name: str) -> None:
    chart = CHARTS[name]
    params = chart["params"]
    (query,) = json.loads(chart["query_context"])["queries"]
    shown = [*params.get("metrics", ()), *filter(None, [params.get("metric")])]
    assert query.get("metrics", []) == shown
    group = params.get("groupby") or []
    columns = [*filter(None, [params.get("x_axis")]), *([group] if isinstance(group, str) else group)]
    columns += params.get("all_columns", ())
    assert [each if isinstance(each, str) else each["sqlExpression"] for each in query["columns"]] == columns
    filters = {
        (each["subject"], each["operator"], str(each.get("comparator"))) for each in params["adhoc_filters"]
    }
    assert {(each["col"], each["op"], str(each.get("val"))) for each in query["filters"]} == filters
    assert query["row_limit"] == params.get("row_limit", query["row_limit"])


def test_headlines_are_metrics_of_the_semantic_layer(release: Path) -> None:
    known = {metric["name"] for metric in declared("metrics", "semantic", "*__metrics.yml")}
    with duckdb.connect(str(release / "community.duckdb"), read_only=True) as connection:
        groups = {row[0] for row in connection.execute("select group_name from metric_values").fetchall()}
    asked: dict[str, set[str]] = {"metric_name": set(), "group_name": set()}
    for chart in CHARTS.values():
        for each in json.loads(chart["query_context"])["queries"][0]["filters"]:
            if each["col"] in asked:
                asked[each["col"]] |= set(each["val"])
    assert len(asked["metric_name"]) >= 8
    assert asked["metric_name"] <= known
    assert asked["group_name"] == groups


def test_every_chart_stands_on_a_dashboard() -> None:
    placed = [
        item["meta"]["uuid"]
        for dashboard in DASHBOARDS.values()
        for item in dashboard["position"].values()
        if isinstance(item, dict) and item.get("type") == "CHART"
    ]
    assert sorted(placed) == sorted(chart["uuid"] for chart in CHARTS.values())


def test_every_table_of_a_release_is_a_described_dataset(release: Path) -> None:
    made = bundle(release / "community.duckdb")
    datasets = {asset["table_name"]: asset for path, asset in made.items() if path.startswith("datasets/")}
    with duckdb.connect(str(release / "community.duckdb"), read_only=True) as connection:
        tables = connection.execute("select table_name from duckdb_tables() order by 1").fetchall()
    assert [(name,) for name in sorted(datasets)] == tables
    bare = [
        f"{name}.{column['column_name']}"
        for name, dataset in datasets.items()
        for column in dataset["columns"]
        if not column["description"]
    ]
    assert not bare
    assert all(dataset["description"] for dataset in datasets.values())
    identifiers = [asset["uuid"] for asset in made.values() if "uuid" in asset]
    assert len(set(identifiers)) == len(identifiers)


def test_the_cookbooks_queries_are_saved_queries(release: Path) -> None:
    made = bundle(release / "community.duckdb")
    queries = {path: asset for path, asset in made.items() if path.startswith("queries/")}
    assert len(queries) == 20
    for query in queries.values():
        assert re.fullmatch(r"\d\d [A-Z].+\?", query["label"])
        assert query["sql"].startswith(("select", "with"))


def test_a_release_without_a_charts_table_is_told_by_name(tmp_path: Path) -> None:
    release = tmp_path / "community.duckdb"
    with duckdb.connect(str(release)) as connection:
        connection.execute("create table dim_member (member_key varchar)")
    with pytest.raises(
        AssetsOutOfDate, match=r"area_bench_strength, which .*community\.duckdb does not have"
    ):
        bundle(release)


@pytest.mark.parametrize("name", DASHBOARDS)
def test_the_docs_know_which_tables_a_dashboard_reads(name: str) -> None:
    charts = {chart["uuid"]: BY_UUID[chart["dataset_uuid"]]["table_name"] for chart in CHARTS.values()}
    shown = {
        charts[item["meta"]["uuid"]]
        for item in DASHBOARDS[name]["position"].values()
        if isinstance(item, dict) and item.get("type") == "CHART"
    }
    (exposure,) = [
        each
        for each in declared("exposures", ".", "_exposures_bi.yml")
        if each["name"] == f"dashboard_{name}"
    ]
    assert exposure["depends_on"] == [f"ref('{table}')" for table in sorted(shown)]
    assert exposure["url"].endswith(f"/{DASHBOARDS[name]['slug']}/")
