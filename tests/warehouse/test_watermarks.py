"""Watermarks, and the record of loads and sources."""

from __future__ import annotations

import json

from tests.warehouse.world import World, at, source


def test_the_watermark_moves_with_the_rows_and_reaches_the_state_file(world: World) -> None:
    world.land("ideas", (0, [{"id": 1}]), watermark={"max_id": 1})
    world.load()
    world.land("ideas", (5, [{"id": 2}]), started_from={"max_id": 1}, watermark={"max_id": 2})
    world.load()
    state = json.loads((world.data_dir / "state" / "watermarks.json").read_text())
    assert state == {"ideas": {"ideas": {"new": {"max_id": 2}}}}


def test_a_watermark_that_moved_meanwhile_stays_though_the_rows_load(world: World) -> None:
    world.land("ideas", (0, [{"id": 1}]), watermark={"max_id": 1})
    world.land("ideas", (5, [{"id": 2}]), watermark={"max_id": 2})
    report = world.load()
    assert report.loads[1].notes == ("the watermark stays: it has moved since this extraction started",)
    assert world.query("select watermark::varchar from raw._watermarks") == [('{"max_id":1}',)]
    assert world.query("select count(*) from raw.board__ideas") == [(2,)]


def test_a_state_file_left_behind_by_a_crash_is_written_anew(world: World) -> None:
    world.land("ideas", (0, [{"id": 1}]), watermark={"max_id": 1})
    world.load()
    path = world.data_dir / "state" / "watermarks.json"
    path.write_text("{}")
    world.load()
    assert json.loads(path.read_text())["ideas"]["ideas"]["new"] == {"max_id": 1}


def test_each_load_is_on_record_with_its_files(world: World) -> None:
    extract_id = world.land("ideas", (0, [{"id": 1}]), (1, [{"id": 2}]), watermark={"max_id": 2})
    world.load()
    (row,) = world.query(
        "select _load_id, source, vendor, stream, lane, extract_id, is_snapshot, started_at, "
        "extracted_until, records, inserted, files from raw._loads"
    )
    assert row[:-1] == (1, "ideas", "board", "ideas", "new", extract_id, False, at(0), at(1), 2, 2)
    files = json.loads(row[-1])
    assert (files["folder"], files["parts"]) == (f"ideas/ideas/{extract_id}", 2)
    assert len(files["sha256"]) == 64


def test_a_source_no_longer_configured_is_retired_and_its_rows_stay(world: World) -> None:
    world.land("ideas", (0, [{"id": 1}]))
    world.load()
    world.sources[:] = [source("other", stale_after_hours=12.0)]
    world.load()
    assert world.query(
        "select source, vendor, stale_after_hours, retired_at is not null from raw._sources order by 1"
    ) == [
        ("ideas", "board", 36.0, True),
        ("other", "board", 12.0, False),
    ]
    assert world.query("select count(*) from raw.board__ideas") == [(1,)]
    world.sources[:] = [source()]
    world.load()
    assert world.query("select retired_at from raw._sources where source = 'ideas'") == [(None,)]


def test_every_declared_table_exists_before_anything_feeds_it(world: World) -> None:
    world.load()
    tables = {
        name for (name,) in world.query("select table_name from duckdb_tables() where schema_name = 'raw'")
    }
    assert {"board__ideas", "board__ideas__history", "board__labels", "_loads", "_rejected"} <= tables
