"""The cookbook's queries, run as they stand there on a published file."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd
import pytest

from tests.bi.cookbook import Recipe, recipes

RECIPES = {recipe.number: recipe for recipe in recipes()}
AUTHORED = (
    "topic", "reply", "article", "feature_request", "vote", "comment", "bug_report", "activity",
)  # fmt: skip


@pytest.fixture(scope="module")
def marts(release: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect(str(release / "community.duckdb"), read_only=True) as connection:
        connection.execute("set timezone = 'UTC'")
        yield connection


@pytest.fixture(scope="module")
def shuffled(release: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """The tables that the queries read, in an order by chance: only what a query orders itself stays."""
    with duckdb.connect() as connection:
        connection.execute(f"attach '{release / 'community.duckdb'}' as release (read_only)")
        tables = connection.execute(
            "select table_name, list(column_name) from duckdb_columns() where database_name = 'release' "
            "group by all"
        ).fetchall()
        for table, columns in tables:
            if any(re.search(rf"\b{table}\b", recipe.sql) for recipe in RECIPES.values()):
                mixed = ", ".join(f'"{name}"' for name in columns)
                connection.execute(
                    f"create table {table} as from release.main.{table} order by hash({mixed})"
                )
        connection.execute("set timezone = 'UTC'")
        yield connection


def answer(marts: duckdb.DuckDBPyConnection, number: int) -> list[dict[str, Any]]:
    asked = marts.execute(RECIPES[number].sql)
    names = [column[0] for column in asked.description or ()]
    return [dict(zip(names, row, strict=True)) for row in asked.fetchall()]


def test_the_cookbook_has_twenty_questions() -> None:
    assert list(RECIPES) == list(range(1, 21))
    assert all(recipe.question.endswith("?") and recipe.reading for recipe in RECIPES.values())


@pytest.mark.parametrize("recipe", RECIPES.values(), ids=lambda recipe: str(recipe.number))
def test_a_question_has_an_answer_always_in_the_same_order(
    marts: duckdb.DuckDBPyConnection, shuffled: duckdb.DuckDBPyConnection, recipe: Recipe
) -> None:
    asked = marts.execute(recipe.sql)
    names = [column[0] for column in asked.description or ()]
    rows = asked.fetchall()
    assert rows, "nobody learns from an example without an answer"
    assert len(set(names)) == len(names)
    assert shuffled.execute(recipe.sql).fetchall() == rows


@pytest.mark.parametrize("recipe", RECIPES.values(), ids=lambda recipe: str(recipe.number))
def test_what_the_text_names_is_there(marts: duckdb.DuckDBPyConnection, recipe: Recipe) -> None:
    known = {name for row in marts.execute("select table_name, column_name from duckdb_columns()").fetchall()
             for name in row}  # fmt: skip
    known |= {column[0] for column in marts.execute(recipe.sql).description or ()}
    known |= {path.stem for path in Path("dbt_project/seeds").glob("*.csv")}
    named = set(re.findall(r"`([a-z_0-9]+)`", recipe.reading)) - {"ok", "all", "flaring", "rising"}
    assert named <= known


def contributions(marts: duckdb.DuckDBPyConnection) -> pd.DataFrame:
    kinds = ", ".join(f"'{kind}'" for kind in AUTHORED)
    frame = marts.execute(
        f"""
        select member_key, strftime(occurred_at, '%Y-%m') as month, bool_or(is_staff_at_time) as is_staff
        from fct_contribution where kind in ({kinds}) group by all
        """
    ).df()
    return frame.assign(month=pd.PeriodIndex(frame["month"], freq="M"))


def test_people_who_take_part_are_those_who_contributed(marts: duckdb.DuckDBPyConnection) -> None:
    found = {pd.Period(row["month"], "M"): row["contributors"] for row in answer(marts, 3)}
    people = contributions(marts).query("not is_staff")["month"].value_counts().to_dict()
    assert len(found) == 12
    assert found == {month: people[month] for month in found}


def test_newcomers_stay_as_their_contributions_say(marts: duckdb.DuckDBPyConnection) -> None:
    months: defaultdict[str, set[pd.Period]] = defaultdict(set)
    frame = contributions(marts)
    for member, month in zip(frame["member_key"], frame["month"], strict=True):
        months[member].add(month)
    cohorts: defaultdict[pd.Period, list[set[pd.Period]]] = defaultdict(list)
    for active in months.values():
        cohorts[min(active)].append(active)
    for row in answer(marts, 14):
        first = pd.Period(row["cohort_month"], "M")
        own = cohorts[first]
        assert row["newcomers"] == len(own), first
        for since in (1, 3, 6, 12):
            share = row[f"percent_after_{since}_month{'s' if since > 1 else ''}"]
            kept = sum(first + since in active for active in own)
            assert share is None or share == pytest.approx(100 * kept / len(own), abs=0.051), (first, since)


def test_requests_delivered_are_those_completed(marts: duckdb.DuckDBPyConnection) -> None:
    requests = marts.execute(
        "select strftime(submitted_at, '%Y') as year, has_been_completed as done from fct_feature_request "
        "where merged_into_request_key is null"
    ).df()
    expected = {
        year: (len(own), round(100 * own["done"].mean(), 1)) for year, own in requests.groupby("year")
    }
    expected["all"] = (len(requests), round(100 * requests["done"].mean(), 1))
    found = {row["period"]: (row["requests"], row["percent_completed"]) for row in answer(marts, 18)}
    assert found == expected
