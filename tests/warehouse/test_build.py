"""dbt under the lock, and the candidate made of what it built."""

from __future__ import annotations

import json
from pathlib import Path

import duckdb
import pytest

from extractors.errors import ConfigError
from tests.warehouse.small_project import small_project
from tests.warehouse.world import World
from warehouse import build as build_module
from warehouse.build import Candidate, build
from warehouse.dbt_run import BuildFailed
from warehouse.lock import holder


@pytest.fixture
def project(tmp_path: Path) -> Path:
    return small_project(tmp_path / "dbt")


def test_a_candidate_holds_the_marts_their_descriptions_and_the_docs(
    world: World, project: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    seeds = tmp_path / "theirs"
    seeds.mkdir()
    (seeds / "words.csv").write_text("word\ntheirs\n")
    monkeypatch.setenv("LODESTAR_SEEDS", str(seeds))
    monkeypatch.setenv("LODESTAR_NOW", "2026-03-01T10:00:00Z")
    world.land("ideas", (0, [{"id": 1, "title": "Dark mode"}, {"id": 2, "title": "Export"}]))
    world.load()

    candidate = build(world.data_dir, project=project, wait_seconds=0)

    assert candidate.path.parent == (world.data_dir / "published" / "candidates").resolve()
    assert (candidate.path / "docs" / "index.html").stat().st_size > 100_000
    with duckdb.connect(str(candidate.path / "community.duckdb"), read_only=True) as published:
        assert published.execute("from main.dim_idea order by 1").fetchall() == [
            ("1", "Dark mode", "2026-03-02 00:00:00+00:00", "2026-03-01 00:00:00+00:00"),
            ("2", "Export", "2026-03-02 00:00:00+00:00", "2026-03-01 00:00:00+00:00"),
        ]
        tables = published.execute("select schema_name, table_name, comment from duckdb_tables()").fetchall()
        assert tables == [("main", "dim_idea", "One row per idea. What's asked for?")]
        comments = published.execute("select column_name, comment from duckdb_columns()").fetchall()
        assert ("idea_id", "The vendor's id, as text.") in comments
        assert "v1.4" in str(published.execute("select tags from duckdb_databases()").fetchall())
    description = candidate.description
    assert (description["stamp"], description["as_of"]) == (candidate.stamp, "2026-03-02T00:00:00.000000Z")
    assert description["marts"] == {"dim_idea": 2}
    assert description["sources"]["ideas"]["status"] == "ok"
    assert world.query("select word from seeds.words") == [("theirs",)]
    assert world.query("select price_usd from seeds.prices") == [(75,)], "what they have not, is ours"
    assert (seeds / "words.csv").read_text() == "word\ntheirs\n"


def test_failing_tests_and_broken_models_are_named_with_the_log(world: World, project: Path) -> None:
    marts = project / "models" / "marts"
    (marts / "dim_idea.sql").write_text("select '1' as idea_id, 'x' as as_of union all select '1', 'y'")
    (marts / "fct_broken.sql").write_text("select no_such_column from {{ source('raw', 'board__ideas') }}")
    with pytest.raises(BuildFailed) as raised:
        build(world.data_dir, project=project, wait_seconds=0)
    message = str(raised.value)
    assert message.startswith("dbt build failed: ")
    for part in ("model fct_broken", "test unique_dim_idea_idea_id", "no_such_column", "dbt-"):
        assert part in message
    assert "\n" not in message
    assert list((world.data_dir / "published" / "candidates").glob("*")) == []


def test_a_project_dbt_can_t_read_is_told_in_one_line(world: World, project: Path) -> None:
    (project / "models" / "marts" / "fct_lost.sql").write_text("select 1 as a from {{ ref('nowhere') }}")
    with pytest.raises(BuildFailed, match=r"fct_lost.*nowhere.*The whole output is in") as raised:
        build(world.data_dir, project=project, wait_seconds=0)
    assert "\n" not in str(raised.value)


class FakeDbt:
    """Stands in for the dbt runs where only what is around them matters."""

    def __init__(self, layout: object, lock: object, *_: object) -> None:
        pass

    def run(self, *command: str) -> None:
        raise BuildFailed(f"dbt {command[0]} failed")


def test_leftovers_of_killed_builds_are_removed_and_finished_candidates_kept_for_a_day(
    world: World, project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(build_module, "Dbt", FakeDbt)
    monkeypatch.setenv("LODESTAR_NOW", "2026-03-03T10:00:00Z")
    candidates = world.data_dir / "published" / "candidates"
    for stamp, finished in [
        ("20260301T100000Z", True),
        ("20260303T090000Z", True),
        ("20260303T093000Z", False),
    ]:
        (candidates / stamp).mkdir(parents=True)
        if finished:
            (candidates / stamp / "candidate.json").write_text(json.dumps({}))
    with pytest.raises(BuildFailed):
        build(world.data_dir, project=project, wait_seconds=0)
    assert [path.name for path in candidates.iterdir()] == ["20260303T090000Z"]
    assert holder(world.data_dir / "warehouse" / "community.duckdb.lock") == {}


def test_a_time_that_is_none_and_a_missing_seed_folder_are_told(
    world: World, project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(ConfigError, match="--as-of soon: is no time"):
        build(world.data_dir, "soon", project=project)
    monkeypatch.setenv("LODESTAR_SEEDS", "/no/such/folder")
    with pytest.raises(ConfigError, match="LODESTAR_SEEDS: /no/such/folder is no folder"):
        build(world.data_dir, project=project)


def test_a_file_that_is_no_seed_is_named_with_those_that_are(
    world: World, project: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "word.csv").write_text("word\ntheirs\n")
    monkeypatch.setenv("LODESTAR_SEEDS", str(tmp_path))
    with pytest.raises(ConfigError, match=r"word\.csv is no seed\. The seeds are: prices, words\."):
        build(world.data_dir, project=project, wait_seconds=0)


def test_a_folder_that_is_no_candidate_is_told(tmp_path: Path) -> None:
    with pytest.raises(BuildFailed, match="is no finished candidate"):
        Candidate.open(tmp_path)
