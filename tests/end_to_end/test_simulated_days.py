"""Ten daily loads of a simulated community: every other way to the same day gives the same rows."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import duckdb
import pytest

from extractors.clock import iso
from tests.dbt import MODELS_ONLY, build
from tests.end_to_end.pipeline import (
    WHOLE_REREAD,
    Pipeline,
    Rows,
    behind_sandbox,
    differences,
    small_community,
)

TODAY = datetime(2026, 3, 1, 4, tzinfo=UTC)
DAYS = [TODAY + timedelta(days=day) for day in range(10)]


@pytest.fixture(scope="module")
def watched(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pipeline]:
    """A community watched for ten days, and released on the last."""
    folder = tmp_path_factory.mktemp("days")
    sources = small_community(folder / "community", seed=11, end=TODAY)
    with behind_sandbox(sources, folder / "data", options=WHOLE_REREAD) as pipeline:
        for day in DAYS:
            pipeline.at(day).read_and_load()
        pipeline.release()
        yield pipeline


@pytest.fixture(scope="module")
def built(watched: Pipeline) -> Rows:
    return watched.marts()


def test_what_is_published_is_what_was_built(watched: Pipeline, built: Rows) -> None:
    published = watched.published()
    assert {mart: published[mart] for mart in built} == built


def build_marts(pipeline: Pipeline) -> None:
    """Every model as the build of that day makes it; neither checked nor published."""
    midnight = DAYS[-1].replace(hour=0)
    build(
        pipeline.database,
        *MODELS_ONLY,
        as_of=midnight + timedelta(days=1),
        known_until=midnight,
        seeds=Path(pipeline.environ["LODESTAR_SEEDS"]),
    )


def loads(pipeline: Pipeline) -> list[tuple[object, ...]]:
    with duckdb.connect(str(pipeline.database), read_only=True) as connection:
        return connection.execute(
            "select _load_id, source, stream, lane, inserted, updated, deleted from raw._loads order by 1"
        ).fetchall()


def test_the_ten_days_brought_news_changes_and_deletes(watched: Pipeline) -> None:
    with duckdb.connect(str(watched.database), read_only=True) as connection:
        inserted, updated, deleted = connection.execute(
            "select sum(inserted), sum(updated), sum(deleted) from raw._loads where extracted_until > ?",
            [DAYS[1] - timedelta(hours=1)],
        ).fetchall()[0]
    assert inserted > 100
    assert updated > 100
    assert deleted > 0


def test_a_second_identical_run_changes_nothing(watched: Pipeline, built: Rows) -> None:
    before = loads(watched)
    # Later by our clock, while the community stands still.
    watched.environ["LODESTAR_NOW"] = iso(DAYS[-1] + timedelta(minutes=30))
    watched.read_and_load()
    again = [load for load in loads(watched) if load not in before]
    assert len(again) > 20
    assert [load for load in again if any(load[-3:])] == []
    build_marts(watched)
    assert differences(built, watched.marts()) == {}


def test_a_replay_of_the_landing_files_gives_the_same_marts(
    watched: Pipeline, built: Rows, tmp_path: Path
) -> None:
    replayed = watched.beside(tmp_path / "replayed")
    shutil.copytree(watched.data_dir / "landing", replayed.data_dir / "landing")
    replayed.command("warehouse", "replay")
    assert differences(watched.raw(), replayed.raw()) == {}
    build_marts(replayed)
    assert differences(built, replayed.marts()) == {}


def test_a_full_refresh_gives_the_same_marts(watched: Pipeline, built: Rows) -> None:
    with duckdb.connect(str(watched.database)) as connection:
        for schema in ("staging", "intermediate", "marts", "seeds"):
            connection.execute(f"drop schema {schema} cascade")
    build_marts(watched)
    assert differences(built, watched.marts()) == {}


def test_a_fresh_load_gives_the_same_marts_but_for_what_only_watching_knows(
    watched: Pipeline, tmp_path: Path
) -> None:
    fresh = watched.beside(tmp_path / "fresh")
    fresh.read_and_load()
    build_marts(fresh)
    assert differences(watched.marts(observed=False), fresh.marts(observed=False)) == {}
