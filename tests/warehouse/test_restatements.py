"""What of the past is told otherwise than in the release before."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import duckdb
import pytest

from warehouse import restatements
from warehouse.layout import Layout

STAMP = "20260309T031500Z"
MANIFEST: dict[str, Any] = {
    "metrics": {
        "metric.lodestar.answers": {
            "name": "answers",
            "depends_on": {"nodes": ["semantic_model.lodestar.monthly"]},
        },
        "metric.lodestar.answers_per_question": {
            "name": "answers_per_question",
            "depends_on": {"nodes": ["metric.lodestar.answers", "semantic_model.lodestar.spaces"]},
        },
    },
    "semantic_models": {
        "semantic_model.lodestar.monthly": {"node_relation": {"alias": "member_contribution_monthly"}},
        "semantic_model.lodestar.spaces": {"node_relation": {"alias": "space_activity_monthly"}},
    },
}
BEFORE = """
    ('answers', '2026-01-01', 261, true), ('answers', '2026-02-01', 240, true),
    ('answers', '2026-03-01', 70, false), ('answers_per_question', '2026-01-01', 1.5, true),
    ('answers_per_question', '2026-02-01', 0.1 + 0.2, true)
"""
NOW = """
    ('answers', '2026-01-01', 263, true), ('answers', '2026-02-01', 240, true),
    ('answers', '2026-03-01', 95, false), ('answers_per_question', '2026-01-01', null, true),
    ('answers_per_question', '2026-02-01', 0.3, true)
"""
VALUES = """
    create table {table} as
    select
        name as metric_name, name as label, cast(month as date) as month, cast(value as double) as value,
        is_complete, 'count' as unit
    from (values {rows}) t(name, month, value, is_complete)
"""


@pytest.fixture
def layout(tmp_path: Path) -> Layout:
    """A data folder with a current release of yesterday."""
    layout = Layout(tmp_path)
    release = layout.releases / STAMP
    release.mkdir(parents=True)
    with duckdb.connect(str(release / "community.duckdb")) as connection:
        connection.execute(VALUES.format(table="metric_values", rows=BEFORE))
    (release / "release.json").write_text(
        json.dumps({"stamp": STAMP, "marts": {"metric_values": 5}, "row_counts": {"metric_values": 5}})
    )
    layout.current.symlink_to(release)
    return layout


def working(rows: str) -> duckdb.DuckDBPyConnection:
    """A working database with these metric values."""
    connection = duckdb.connect()
    connection.execute("create schema marts")
    connection.execute(VALUES.format(table="marts.metric_values", rows=rows))
    connection.execute(
        "create table marts.metric_restatements (metric_name varchar, label varchar, marts varchar, "
        "month date, unit varchar, last_release varchar, last_value double, value double, change double, "
        "change_ratio double)"
    )
    return connection


def test_complete_months_that_differ_are_told_with_both_values(layout: Layout) -> None:
    connection = working(NOW)
    assert restatements.fill(connection, layout, MANIFEST) == 2
    found = connection.execute(
        "select metric_name, marts, month::varchar, last_release, last_value, value, change, "
        "round(change_ratio, 4) from marts.metric_restatements order by 1"
    ).fetchall()
    assert found == [
        ("answers", "member_contribution_monthly", "2026-01-01", STAMP, 261, 263, 2, 0.0077),
        # 0.3 and 0.1 + 0.2 are the same; a value that is no longer known is not.
        (
            "answers_per_question",
            "member_contribution_monthly, space_activity_monthly",
            "2026-01-01",
            STAMP,
            1.5,
            None,
            None,
            None,
        ),
    ]


def test_a_first_release_restates_nothing(tmp_path: Path) -> None:
    connection = working(NOW)
    connection.execute("insert into marts.metric_restatements (metric_name) values ('left over')")
    assert restatements.fill(connection, Layout(tmp_path), MANIFEST) == 0
    assert connection.execute("select count(*) from marts.metric_restatements").fetchone() == (0,)
