"""A warehouse of an earlier version is brought in line with today's declarations by its next load."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import duckdb
import pytest

from extractors.config import load_sources
from extractors.errors import ConfigError
from tests.end_to_end.pipeline import behind_sandbox, rows, small_community
from tests.warehouse.declarations import VERSIONS, kept
from tests.warehouse.world import SOURCES_YAML, World
from warehouse.load import LoadReport, load
from warehouse.schema import read_schema
from warehouse.upgrade import load_upgraded

EARLIER = SOURCES_YAML.replace(
    'config: {meta: {history: "coalesce(votes, 0)"}}', "description: counted"
).replace("          - {name: score, data_type: double}\n", "")
"""Without the column `score` and without the history of `votes`."""


def upgraded(world: World) -> LoadReport:
    return load_upgraded(world.data_dir, world.sources, schema=world.schema, wait_seconds=0.0, terminal=False)


def lived(world: World, declarations: str) -> World:
    """A week under `declarations`."""
    world.declare(declarations)
    world.land("ideas", (0, [{"id": 1, "votes": 1, "score": 0.5}, {"id": 2}]), watermark={"n": 1})
    world.load()
    second = [{"id": 1, "votes": 4, "score": 0.75}]
    world.land("ideas", (60, second), started_from={"n": 1}, watermark={"n": 2})
    world.load()
    return world


def test_what_is_declared_since_has_its_past_after_the_next_load(world: World, tmp_path: Path) -> None:
    lived(world, EARLIER)
    assert world.query("select count(*) from raw.board__ideas__history where field = 'votes'") == [(0,)]
    world.declare(SOURCES_YAML)
    world.land("ideas", (120, [{"id": 3, "score": 0.25}]), started_from={"n": 2}, watermark={"n": 3})
    report = upgraded(world)
    assert report.problems() == []
    assert [load.records for load in report.loads] == [1]
    assert world.query("select id, score from raw.board__ideas order by id") == [
        (1, 0.75),
        (2, None),
        (3, 0.25),
    ]
    votes = "select id, value from raw.board__ideas__history where field = 'votes' order by observed_at, id"
    assert world.query(votes) == [(1, "1"), (2, "0"), (1, "4"), (3, "0")]
    # Once is enough.
    before = world.everything()
    (world.database.with_name("community.before-replay.duckdb")).unlink()
    assert upgraded(world).loads == []
    assert world.everything() == before
    assert not world.database.with_name("community.before-replay.duckdb").exists()


def test_what_was_rejected_before_is_not_told_again(world: World) -> None:
    world.declare(EARLIER)
    good = [{"id": number} for number in range(3, 300)]
    world.land("ideas", (0, [{"id": 1, "votes": "many"}, {"id": 2, "score": "high"}, *good]))
    assert len(world.load().problems()) == 1
    # Under the first declaration the board's scores were unknown fields.
    world.declare(SOURCES_YAML.replace("{name: score, data_type: double}", "{name: score, data_type: json}"))
    assert upgraded(world).problems() == []
    # A stricter declaration rejects more, and that is news.
    world.declare(SOURCES_YAML)
    (problem,) = upgraded(world).problems()
    assert "2 of 299 records were rejected" in problem


def test_another_type_is_taken_over(world: World) -> None:
    lived(world, SOURCES_YAML.replace("{name: score, data_type: double}", "{name: score, data_type: json}"))
    world.declare(SOURCES_YAML)
    with pytest.raises(ConfigError, match="column score: declared double, but json"):
        world.load()
    assert upgraded(world).problems() == []
    assert world.query("select score from raw.board__ideas where id = 1") == [(0.75,)]


def test_without_the_landing_files_columns_are_added_empty_and_that_is_told_once(world: World) -> None:
    lived(world, EARLIER)
    landing = world.data_dir / "landing"
    landing.rename(world.data_dir / "elsewhere")
    world.declare(SOURCES_YAML)
    (problem,) = upgraded(world).problems()
    assert "board__ideas: score is new; board__ideas: votes has another history" in problem
    assert "2 of 2 loaded extractions are no longer in" in problem
    assert world.query("select id, score from raw.board__ideas order by id") == [(1, None), (2, None)]
    assert upgraded(world).problems() == []


def test_a_warehouse_made_before_declarations_were_recorded_is_upgraded_by_its_columns(world: World) -> None:
    lived(world, EARLIER)
    with duckdb.connect(str(world.database)) as connection:
        connection.execute("drop table raw._declarations")
        connection.execute("alter table raw._loads drop column notes")
    world.declare(SOURCES_YAML)
    assert upgraded(world).problems() == []
    assert world.query("select score from raw.board__ideas where id = 1") == [(0.75,)]
    assert world.query("select count(*) from raw._declarations") == [(3,)]


@pytest.mark.parametrize("version", VERSIONS)
def test_an_earlier_versions_warehouse_becomes_that_of_a_fresh_load(version: str, tmp_path: Path) -> None:
    moment = datetime(2026, 3, 1, 4, tzinfo=UTC)
    size = {"members": 40, "months": 2, "posts": 250, "requests": 10, "tickets": 20}
    community = small_community(tmp_path / "community", seed=3, end=moment, **size)
    with behind_sandbox(community, tmp_path / "data") as pipeline:
        pipeline.at(moment).command("extractors")
    sources = load_sources(Path(pipeline.environ["LODESTAR_SOURCES"]), pipeline.environ)
    fresh = Path(str(tmp_path / "fresh"))
    fresh.mkdir()
    (fresh / "landing").symlink_to(tmp_path / "data" / "landing")

    earlier = load(tmp_path / "data", sources, schema=kept(version), terminal=False)
    assert earlier.records > 1000
    assert load_upgraded(tmp_path / "data", sources, terminal=False).problems() == []
    assert load(fresh, sources, schema=read_schema(), terminal=False).problems() == []
    found, expected = (
        rows(folder / "warehouse" / "community.duckdb", "raw", skip_columns="_load_id")
        for folder in (tmp_path / "data", fresh)
    )
    assert found == expected
    assert found["discourse__posts"]
