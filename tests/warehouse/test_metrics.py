"""The metrics' definitions, the page made of them, and how their values come about."""

from __future__ import annotations

import json
import re
import subprocess
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import duckdb
import pytest
import yaml

from warehouse.layout import DBT_PROJECT
from warehouse.metrics import Metric, MetricsFailed, compute, headline_metrics, statements
from warehouse.metrics_page import HEADINGS, PAGE, definitions, pages, render

SEMANTIC = DBT_PROJECT / "models" / "semantic"
SHOWN = [each for each in definitions() if not each["config"]["meta"].get("part_only")]


def test_the_page_in_docs_is_up_to_date() -> None:
    assert PAGE.read_text("utf-8") == render(), "run: python -m warehouse.metrics_page"


def test_every_metric_is_told_in_full_and_every_told_one_exists() -> None:
    told = pages()
    assert set(told) == {each["name"] for each in SHOWN}
    for each in SHOWN:
        page = told[each["name"]]
        assert tuple(page.parts) == HEADINGS, each["name"]
        assert all(page.parts.values()), each["name"]
        assert page.summary.endswith((".", "?")), each["name"]
        assert "**" in page.parts["Worked example"], f"{each['name']}: which number is the result?"
        assert page.parts["Today"] == f"[[value:{each['name']}]]"


def test_pages_name_the_owner_of_the_group_and_seeds_that_exist() -> None:
    groups = yaml.safe_load((DBT_PROJECT / "models" / "_groups.yml").read_text("utf-8"))["groups"]
    owners = {group["name"]: group["owner"]["name"] for group in groups}
    seeds = {path.stem for path in (DBT_PROJECT / "seeds").glob("*.csv")}
    for each in SHOWN:
        page = pages()[each["name"]]
        owner = owners[each["config"]["group"]]
        assert (page.parts["Owner"], each["config"]["meta"]["owner"]) == (owner, owner), each["name"]
        named = re.findall(r"seed ([a-z_]{4,})", " ".join(" ".join(page.parts.values()).split()))
        assert set(named) - {"says"} <= seeds, each["name"]


def test_pages_name_the_tables_the_metric_reads() -> None:
    models = [
        model
        for path in SEMANTIC.glob("_*__metrics.yml")
        for model in yaml.safe_load(path.read_text("utf-8"))["semantic_models"]
    ]
    table = {measure["name"]: model["name"] for model in models for measure in model.get("measures", [])}
    keys = {
        entity["name"]: model["name"]
        for model in models
        for entity in model.get("entities", [])
        if entity["type"] == "primary"
    }
    known = {each["name"]: each for each in definitions()}

    def reads(name: str) -> set[str]:
        metric: dict[str, Any] = known[name]
        what = metric["type_params"]
        found = {table[what["measure"]]} if "measure" in what else set()
        for part in (what.get("numerator"), what.get("denominator"), *what.get("metrics", [])):
            if part is not None:
                found |= reads(part if isinstance(part, str) else part["name"])
        return found | {keys[key] for key in keys if f"{key}__" in metric.get("filter", "")}

    for each in SHOWN:
        links = re.findall(
            r"\[(\w+)\]\(#!/model/model\.lodestar\.(\w+)\)", pages()[each["name"]].parts["Reads"]
        )
        assert all(text == link for text, link in links), each["name"]
        assert {text for text, _ in links} == reads(each["name"]), each["name"]


def test_lineage_of_the_values_shows_every_table_a_metric_reads() -> None:
    model = (DBT_PROJECT / "models" / "marts" / "metrics" / "metric_values.sql").read_text("utf-8")
    read = {
        semantic_model["name"]
        for path in SEMANTIC.glob("_*__metrics.yml")
        for semantic_model in yaml.safe_load(path.read_text("utf-8"))["semantic_models"]
    }
    named = set(re.findall(r"ref\('(\w+)'\)", model))
    assert named == read | {"int_metric_days__listed"}


def _metric(name: str, unit: str = "count", kind: str = "flow") -> Metric:
    return Metric(name, name.capitalize(), unit, "up", kind, "support")


def _computed(points: dict[str, str], *metrics: Metric, time_zone: str = "UTC") -> list[Any]:
    """Rows of metric_values, of metrics whose points are given as `month value` pairs in SQL.

    The marts look to the end of 30 April in UTC, and everything until its beginning is known.
    """
    connection = duckdb.connect()
    connection.execute("set TimeZone = 'UTC'")
    connection.execute(
        "create schema marts; create table marts.metric_values (metric_name varchar, label varchar, "
        "month date, value double, previous_value double, is_complete boolean, is_latest boolean, "
        "unit varchar, direction varchar, kind varchar, group_name varchar)"
    )
    sql = {
        name: f"select month as metric_time__month, value as {name} from (values {values}) t(month, value)"
        for name, values in points.items()
    }
    for _ in range(2):  # computing anew replaces what was there
        compute(
            connection,
            list(metrics),
            sql,
            as_of=datetime(2026, 5, 1, tzinfo=UTC),
            known_until=datetime(2026, 4, 30, tzinfo=UTC),
            time_zone=time_zone,
        )
    return connection.execute(
        "select metric_name, month, value, previous_value, is_complete, is_latest from marts.metric_values "
        "order by metric_name, month"
    ).fetchall()


JANUARY, FEBRUARY, MARCH, APRIL, MAY = (date(2026, month, 1) for month in range(1, 6))


def test_a_flow_s_headline_is_the_newest_complete_month_and_empty_months_are_nothing() -> None:
    rows = _computed(
        {"tickets": "(date '2026-01-01', 5), (date '2026-03-01', 7), (date '2026-04-01', 2)"},
        _metric("tickets"),
    )
    assert rows == [
        ("tickets", JANUARY, 5.0, None, True, False),
        ("tickets", FEBRUARY, 0.0, 5.0, True, False),
        ("tickets", MARCH, 7.0, 0.0, True, True),
        ("tickets", APRIL, 2.0, 7.0, False, False),
    ]


def test_a_stock_s_headline_is_the_newest_row_and_later_months_are_not_told() -> None:
    rows = _computed(
        {"backlog": "(date '2026-03-01', 5), (date '2026-04-01', 6), (date '2026-05-01', 9)"},
        _metric("backlog", kind="stock"),
    )
    assert rows == [
        ("backlog", MARCH, 5.0, None, True, False),
        ("backlog", APRIL, 6.0, 5.0, False, True),
    ]


def test_what_is_not_known_stays_empty() -> None:
    rows = _computed(
        {
            # A share of nothing, a month without a row, and a month that has just begun.
            "share": "(date '2026-01-01', 0.5), (date '2026-03-01', null::double)",
            "count": "(date '2026-02-01', 3), (date '2026-03-01', null)",
            "never": "(date '2026-02-01', null::double)",
            "nothing": "(date '2026-01-01', 0), (date '2026-02-01', 0)",
        },
        _metric("share", unit="ratio"),
        _metric("count"),
        _metric("never"),
        _metric("nothing"),
    )
    assert [(name, month, value, latest) for name, month, value, _, _, latest in rows] == [
        ("count", FEBRUARY, 3.0, True),
        ("count", MARCH, None, False),
        ("count", APRIL, None, False),
        ("share", JANUARY, 0.5, True),
        ("share", FEBRUARY, None, False),
        ("share", MARCH, None, False),
        ("share", APRIL, None, False),
    ]


def test_months_end_by_the_reporting_time_zone() -> None:
    # On 30 April at 24:00 UTC it is 1 May in Auckland, and on 30 April at 0:00 UTC it still is April.
    rows = _computed({"tickets": "(date '2026-04-01', 4)"}, _metric("tickets"), time_zone="Pacific/Auckland")
    assert [(month, complete) for _, month, _, _, complete, _ in rows] == [(APRIL, False), (MAY, False)]


def test_a_metric_that_can_t_be_computed_is_named() -> None:
    with pytest.raises(MetricsFailed, match=r"metric tickets can't be computed: .*lost_table"):
        compute(
            duckdb.connect(),
            [_metric("tickets")],
            {"tickets": "select month as metric_time__month, tickets from lost_table"},
            as_of=datetime(2026, 5, 1, tzinfo=UTC),
            known_until=datetime(2026, 4, 30, tzinfo=UTC),
            time_zone="UTC",
        )


def test_meta_that_makes_no_sense_is_told() -> None:
    node = {
        "name": "tickets",
        "label": "Tickets",
        "config": {"group": "support", "meta": {"unit": "pieces", "direction": "up", "kind": "flow"}},
    }
    with pytest.raises(MetricsFailed, match=r"metric tickets: its meta says unit: pieces. Say one of: count"):
        headline_metrics({"metrics": {"metric.lodestar.tickets": node}})


def _semantic_manifest(path: Path, measure: str) -> Path:
    """A semantic manifest as dbt writes it, of one measure `opened` and one metric of `measure`."""
    place = {"alias": "days", "schema_name": "marts", "database": "community", "relation_name": "marts.days"}
    day = {
        "name": "on_day",
        "type": "time",
        "expr": "day",
        "type_params": {"time_granularity": "day", "validity_params": None},
    }
    manifest = {
        "semantic_models": [
            {
                "name": "days",
                "node_relation": place,
                "primary_entity": "desk_day",
                "defaults": {"agg_time_dimension": "on_day"},
                "entities": [],
                "dimensions": [day],
                "measures": [{"name": "opened", "agg": "sum", "expr": "opened"}],
            }
        ],
        "metrics": [
            {
                "name": "tickets",
                "type": "simple",
                "type_params": {
                    "measure": {"name": measure},
                    "input_measures": [{"name": measure}],
                },
            }
        ],
        "project_configuration": {
            "time_spine_table_configurations": [],
            "time_spines": [
                {
                    "node_relation": place,
                    "primary_column": {"name": "day", "time_granularity": "day"},
                    "custom_granularities": [],
                }
            ],
        },
        "saved_queries": [],
    }
    path.write_text(json.dumps(manifest), "utf-8")
    return path


def test_statements_are_kept_until_a_definition_changes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    manifest, kept = _semantic_manifest(tmp_path / "semantic.json", "opened"), tmp_path / "kept.json"
    written = statements(manifest, kept)
    connection = duckdb.connect()
    connection.execute(
        "create schema marts; create table marts.days as select unnest([date '2026-03-30', "
        "date '2026-03-31', date '2026-04-01']) as day, unnest([2, 3, 4]) as opened"
    )
    months = connection.execute(
        f"select cast(metric_time__month as date), tickets from ({written['tickets']}) order by 1"
    )
    assert months.fetchall() == [(MARCH, 5), (APRIL, 4)]

    def never(*_arguments: Any, **_options: Any) -> None:
        raise AssertionError("MetricFlow was started")

    with monkeypatch.context() as patched:
        patched.setattr(subprocess, "run", never)
        assert statements(manifest, kept) == written

    with pytest.raises(
        MetricsFailed, match=r"the metrics are not valid: .*tickets.*dbt_project/models/semantic"
    ):
        statements(_semantic_manifest(manifest, "closed"), kept)
