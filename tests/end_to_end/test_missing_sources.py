"""A community without a forum, a board or a desk builds, passes the gate and publishes."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import duckdb
import pytest

from tests.end_to_end.pipeline import Pipeline, behind_sandbox, small_community

TODAY = datetime(2026, 3, 1, 4, tzinfo=UTC)
SIZE = {"members": 80, "months": 4, "posts": 900, "requests": 30, "tickets": 60}
VENDORS = {"forum": "discourse", "ideas": "uservoice", "desk": "zendesk"}
CASES = {"no board, no desk": {"forum"}, "no forum": {"ideas", "desk"}}
FORUM = {
    "content_seeding_departments",
    "content_seeding_monthly",
    "deflection_monthly",
    "missed_deflection",
    "self_service_monthly",
    "space_health",
    "waiting_question_answerers",
    "waiting_questions",
}
"""Marts of what only forums tell."""


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pipeline]:
    """A community's three sources, of which nothing was read yet."""
    folder = tmp_path_factory.mktemp("sources")
    sources = small_community(folder / "community", seed=23, end=TODAY, **SIZE)
    with behind_sandbox(sources, folder / "data") as pipeline:
        yield pipeline.at(TODAY)


def with_only(served: Pipeline, names: set[str], folder: Path) -> Pipeline:
    """The same with a sources.toml that names only some sources."""
    file = folder / "sources.toml"
    file.write_text("".join(f'[sources.{name}]\nvendor = "{VENDORS[name]}"\n' for name in sorted(names)))
    pipeline = served.beside(folder / "data")
    own = {"LODESTAR_SOURCES": str(file), "LODESTAR_REPORT": "names"}
    return replace(pipeline, environ=pipeline.environ | own)


def marts_by_folder(pipeline: Pipeline) -> dict[str, set[str]]:
    manifest = json.loads((pipeline.data_dir / "warehouse" / "dbt" / "manifest.json").read_text())
    found: dict[str, set[str]] = {}
    for node in manifest["nodes"].values():
        if node["resource_type"] == "model" and node["fqn"][1] == "marts":
            found.setdefault(node["fqn"][2], set()).add(node["name"])
    return found


@pytest.mark.parametrize("case", CASES)
def test_what_is_missing_is_empty_and_all_else_is_published(
    served: Pipeline, case: str, tmp_path: Path
) -> None:
    names = CASES[case]
    pipeline = with_only(served, names, tmp_path)
    pipeline.read_and_load()
    # Raises if the build, the gate, the publication or a chapter of its report fails.
    pipeline.release()

    published = pipeline.published()
    marts = marts_by_folder(pipeline)
    of_source = {
        "forum": FORUM,
        "ideas": marts["feedback"],
        "desk": marts["support"] - {"deflection_monthly"},
    }
    missing = set(of_source) - names
    filled = {mart for name in missing for mart in of_source[name] if published[mart]}
    assert filled == set()
    kept = {"forum": "space_health", "ideas": "fct_feature_request", "desk": "fct_ticket"}
    assert [name for name in names if not published[kept[name]]] == []
    assert published["fct_contribution"] and published["dim_member"]

    freshness = freshness_of(pipeline)
    assert {name for name, (status, _) in freshness.items() if status == "ok"} == names
    absent = {name: why for name, (status, why) in freshness.items() if status == "absent"}
    assert set(absent) == {VENDORS[name] for name in missing}
    assert all("is configured in sources.toml, so" in why for why in absent.values())


def freshness_of(pipeline: Pipeline) -> dict[str, tuple[str, str]]:
    """Status and explanation of each source."""
    with duckdb.connect(str(pipeline.current / "community.duckdb"), read_only=True) as connection:
        rows = connection.execute("select source_name, status, explanation from source_freshness").fetchall()
    return {name: (status, why) for name, status, why in rows}
