"""Replay, backup and restore bring the same raw tables back."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.warehouse.world import SOURCES_YAML, World
from warehouse.backup import NoBackup, backup, backups, restore
from warehouse.load import LoadReport
from warehouse.replay import ReplayFailed, replay


def replayed(world: World) -> LoadReport:
    return replay(world.data_dir, world.sources, schema=world.schema, wait_seconds=0.0, terminal=False)


def live_some_days(world: World) -> None:
    """Changes, late observations, deletes and returns, a rejected record, drift, an accepted shrink."""
    labels = [{"name": f"label {number}"} for number in range(40)]
    world.land("labels", (0, labels), snapshot=True)
    world.land(
        "ideas", (1, [{"id": 1, "state": "open", "votes": 1}, {"id": 2, "mood": "x"}]), watermark={"n": 1}
    )
    world.load()
    world.land(
        "ideas",
        (
            60,
            [
                {"id": 1, "state": "planned", "votes": 2},
                {"id": 1, "state": "removed"},
                {"id": 2, "votes": "3"},
            ],
        ),
        started_from={"n": 1},
        watermark={"n": 2},
    )
    world.land("gone", (61, [{"id": 2, "gone_at": "2026-03-01T08:30:00Z"}]))
    world.load()
    world.land("labels", (120, labels[:5]), snapshot=True)
    world.load(accept_shrink=["ideas.labels"])
    late = world.land("ideas", (30, [{"id": 1, "state": "started"}, {"id": 3}]), lane="reread")
    world.land("labels", (180, labels), snapshot=True)
    world.load()
    assert late


def test_a_replay_gives_the_same_tables_and_history(world: World) -> None:
    live_some_days(world)
    before = world.everything()
    times = world.query("select _load_id, loaded_at, seconds from raw._loads order by 1")
    report = replayed(world)
    assert len(report.loads) == 7
    assert world.everything() == before
    assert world.query("select _load_id, loaded_at, seconds from raw._loads order by 1") == times
    assert world.load().loads == []


def test_a_replay_without_a_readable_database_takes_the_order_of_extraction(world: World) -> None:
    world.land("ideas", (0, [{"id": 1, "state": "open"}]), watermark={"n": 1})
    world.land("ideas", (60, [{"id": 1, "state": "done"}]), started_from={"n": 1}, watermark={"n": 2})
    world.load()
    before = world.everything()
    world.database.write_bytes(b"broken")
    (world.data_dir / "state" / "watermarks.json").unlink()
    replayed(world)
    assert world.everything() == before
    state = json.loads((world.data_dir / "state" / "watermarks.json").read_text())
    assert state["ideas"]["ideas"]["new"] == {"n": 2}


def test_a_newly_declared_field_has_its_past_after_a_replay(world: World) -> None:
    world.land("ideas", (0, [{"id": 1, "mood": "sad"}]))
    world.land("ideas", (60, [{"id": 1, "mood": "glad"}]), lane="reread")
    world.load()
    column = "{name: mood, data_type: varchar, config: {meta: {history: mood}}}"
    world.declare(
        SOURCES_YAML.replace(
            "{name: title, data_type: varchar}", f"{{name: title, data_type: varchar}}\n          - {column}"
        )
    )
    replayed(world)
    history = "select value from raw.board__ideas__history where field = 'mood' order by observed_at"
    assert world.query(history) == [("sad",), ("glad",)]
    assert world.query("select mood from raw.board__ideas") == [("glad",)]
    assert world.query("select count(*) from raw._schema_drift") == [(0,)]


def test_a_replay_with_landing_files_missing_changes_nothing(world: World) -> None:
    extract_id = world.land("ideas", (0, [{"id": 1}]))
    world.load()
    folder = world.data_dir / "landing" / "ideas" / "ideas" / extract_id
    folder.rename(world.data_dir / "elsewhere")
    before = world.everything()
    with pytest.raises(ReplayFailed, match=rf"1 of 1 loaded extractions .*ideas/ideas/{extract_id}"):
        replayed(world)
    assert world.everything() == before


def test_a_replay_under_a_declaration_the_data_does_not_fit_changes_nothing(world: World) -> None:
    world.land("ideas", (0, [{"id": number, "title": "text"} for number in range(5)]))
    world.load()
    before = world.everything()
    world.declare(
        SOURCES_YAML.replace("{name: title, data_type: varchar}", "{name: title, data_type: bigint}")
    )
    with pytest.raises(ReplayFailed, match="field title is string, declared bigint"):
        replayed(world)
    assert world.everything() == before


def test_a_restored_backup_with_later_landing_files_is_the_same_database(world: World) -> None:
    live_some_days(world)
    backup(world.data_dir)
    world.land("ideas", (240, [{"id": 4, "state": "open"}]), started_from={"n": 2}, watermark={"n": 3})
    world.load()
    before = world.everything()
    world.database.write_bytes(b"broken")
    restored = restore(world.data_dir, world.sources, schema=world.schema, terminal=False)
    assert [load.records for load in restored.report.loads] == [1]
    assert world.everything() == before


def test_restoring_without_a_backup_names_the_replay(world: World) -> None:
    with pytest.raises(NoBackup, match="python -m warehouse replay"):
        restore(world.data_dir, world.sources, schema=world.schema, terminal=False)


def test_backups_are_kept_for_seven_days_and_twelve_months(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.load()
    folder = world.data_dir / "backup"
    folder.mkdir()
    for day in ["20250115", "20250215", *(f"2025{month:02}28" for month in range(3, 13))]:
        (folder / f"{day}T030000Z.duckdb").touch()
    for date in range(1, 10):
        (folder / f"202601{date:02}T030000Z.duckdb").touch()
        (folder / f"202601{date:02}T040000Z.duckdb").touch()
    (folder / "20260110T000000Z.tmp").touch()
    monkeypatch.setenv("LODESTAR_NOW", "2026-01-10T03:00:00Z")
    newest = backup(world.data_dir)
    kept = [path.stem for path in backups(world.data_dir)]
    # Twelve months: January 2026 (today's) and the eleven before it; seven days: 4 to 10 January.
    assert [stem[:8] for stem in kept] == [
        "20250215",
        *(f"2025{month:02}28" for month in range(3, 13)),
        *(f"202601{day:02}" for day in range(4, 11)),
    ]
    assert kept[-2] == "20260109T040000Z"
    assert kept[-1] == newest.stem
    assert sorted(path.suffix for path in folder.iterdir() if path.suffix != ".duckdb") == []


def test_a_backup_holds_schema_raw_and_opens_read_only(world: World, tmp_path: Path) -> None:
    world.land("ideas", (0, [{"id": 1}]))
    world.load()
    path = backup(world.data_dir)
    assert path.parent == world.data_dir / "backup"
    rows = world.query(f"attach '{path}' as copy (read_only); select id from copy.raw.board__ideas")
    assert rows == [(1,)]
