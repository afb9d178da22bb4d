"""What load does with extractions: merge by observation order, history, deletes, rejections, watermarks."""

from __future__ import annotations

import json
import secrets

import pytest

from extractors.errors import ConfigError
from tests.warehouse.world import SOURCES_YAML, World, at, source

HISTORY = (
    "select id, field, observed_at, value from raw.board__ideas__history order by observed_at, id, field"
)


def test_declared_fields_become_typed_columns(world: World) -> None:
    record = {
        "id": 9007199254740993,
        "title": "Dark mode",
        "state": "open",
        "votes": 3,
        "created_at": "2026-02-03T04:05:06.789+02:00",
        "score": 4,
        "open": True,
        "due": "2026-12-24",
        "extra": {"a": [1, None, "ä"]},
    }
    world.land("ideas", (0, [record]))
    assert not world.load().failed
    assert world.query(
        "select id, title, votes, created_at::varchar, score, open, due::varchar, extra::varchar, _source, "
        "_load_id, _extracted_at, _deleted_at from raw.board__ideas"
    ) == [
        (
            9007199254740993,
            "Dark mode",
            3,
            "2026-02-03 02:05:06.789+00",
            4.0,
            True,
            "2026-12-24",
            '{"a":[1,null,"ä"]}',
            "ideas",
            1,
            at(0),
            None,
        )
    ]


def test_the_newest_observation_of_a_key_wins_whatever_the_order_of_loading(world: World) -> None:
    world.land("ideas", (10, [{"id": 1, "title": "seen at 10"}]))
    world.load()
    world.land(
        "ideas", (5, [{"id": 1, "title": "seen at 5"}, {"id": 2, "title": "only at 5"}]), lane="reread"
    )
    world.load()
    assert world.query("select id, title, _load_id from raw.board__ideas order by id") == [
        (1, "seen at 10", 1),
        (2, "only at 5", 2),
    ]


def test_within_one_page_the_later_line_wins(world: World) -> None:
    world.land("ideas", (0, [{"id": 1, "title": "first line"}, {"id": 1, "title": "second line"}]))
    world.load()
    assert world.query("select title from raw.board__ideas") == [("second line",)]


def test_an_unchanged_record_keeps_its_load_id_and_moves_its_observation(world: World) -> None:
    world.land("ideas", (0, [{"id": 1, "votes": 2}]))
    world.load()
    world.land("ideas", (60, [{"id": 1, "votes": 2}]))
    report = world.load()
    assert (report.loads[0].updated, report.loads[0].unchanged) == (0, 1)
    assert world.query("select _load_id, _extracted_at from raw.board__ideas") == [(1, at(60))]


def test_loading_twice_changes_nothing(world: World) -> None:
    world.land("ideas", (0, [{"id": 1, "votes": 2}]), watermark={"id": 1})
    world.load()
    before = world.everything()
    assert world.load().loads == []
    assert world.everything() == before


def test_the_same_records_in_two_sources_are_two_rows(world: World) -> None:
    world.sources.append(source("other"))
    world.land("ideas", (0, [{"id": 1, "title": "here"}]))
    world.land("ideas", (1, [{"id": 1, "title": "there"}]), source="other")
    world.load()
    assert world.query("select _source, title from raw.board__ideas order by 1") == [
        ("ideas", "here"),
        ("other", "there"),
    ]


def test_unfinished_extractions_are_left_alone(world: World) -> None:
    world.land("ideas", (0, [{"id": 1}]), finish=False)
    assert world.load().loads == []
    assert world.query("select count(*) from raw.board__ideas") == [(0,)]


# History


def test_every_change_of_a_tracked_value_is_history_in_order_even_within_one_extraction(world: World) -> None:
    world.land(
        "ideas",
        (0, [{"id": 1, "state": "open", "votes": 1}]),
        (1, [{"id": 1, "state": "planned", "votes": 1}, {"id": 1, "state": "planned", "votes": 4}]),
    )
    world.load()
    world.land("ideas", (2, [{"id": 1, "state": "planned", "votes": 4}]))
    world.load()
    world.land("ideas", (3, [{"id": 1, "state": "open", "votes": 4}]))
    world.load()
    assert world.query(HISTORY) == [
        (1, "state", at(0), "open"),
        (1, "votes", at(0), "1"),
        (1, "state", at(1), "planned"),
        (1, "votes", at(1), "4"),
        (1, "state", at(3), "open"),
    ]


def test_an_ignored_older_observation_leaves_no_history(world: World) -> None:
    world.land("ideas", (10, [{"id": 1, "state": "planned"}]))
    world.load()
    world.land("ideas", (5, [{"id": 1, "state": "open"}]), lane="reread")
    world.load()
    assert world.query("select value from raw.board__ideas__history where field = 'state'") == [("planned",)]


# Deletes


def test_a_delete_record_marks_the_row_and_changes_nothing_else(world: World) -> None:
    world.land("ideas", (0, [{"id": 1, "title": "kept", "state": "open"}]))
    world.load()
    world.land("ideas", (5, [{"id": 1, "title": "SCRUBBED", "state": "removed"}]))
    assert world.load().loads[0].deleted == 1
    world.land("ideas", (6, [{"id": 1, "title": "SCRUBBED", "state": "removed"}]))
    assert world.load().loads[0].deleted == 0
    assert world.query("select title, state, _deleted_at, _extracted_at from raw.board__ideas") == [
        ("kept", "open", at(5), at(6))
    ]
    assert world.query(HISTORY)[2:] == [(1, "_deleted_at", at(5), "2026-03-01 08:05:00+00")]


def test_a_delete_record_of_an_unknown_key_becomes_a_deleted_row(world: World) -> None:
    world.land("ideas", (0, [{"id": 7, "title": "gone already", "state": "removed"}]))
    world.load()
    assert world.query("select id, title, _deleted_at from raw.board__ideas") == [(7, "gone already", at(0))]


def test_a_record_that_comes_back_is_no_longer_deleted(world: World) -> None:
    world.land(
        "ideas",
        (0, [{"id": 1, "title": "a", "state": "open"}]),
        (1, [{"id": 1, "state": "removed"}]),
        (2, [{"id": 1, "title": "b", "state": "open"}]),
    )
    world.load()
    assert world.query("select title, _deleted_at from raw.board__ideas") == [("b", None)]
    deletions = (
        "select observed_at, value from raw.board__ideas__history where field = '_deleted_at' order by 1"
    )
    assert world.query(deletions) == [(at(1), "2026-03-01 08:01:00+00"), (at(2), None)]


def test_what_vanishes_from_a_whole_reading_is_marked_deleted(world: World) -> None:
    world.land("labels", (0, [{"name": "a"}, {"name": "b"}]), snapshot=True)
    world.load()
    world.land("labels", (61, [{"name": "b"}]), snapshot=True, started=60)
    assert world.load().loads[0].deleted == 1
    assert world.query("select name, _deleted_at, _load_id from raw.board__labels order by 1") == [
        ("a", at(60), 2),
        ("b", None, 1),
    ]
    world.land("labels", (120, [{"name": "a"}, {"name": "b"}]), snapshot=True)
    world.load()
    assert world.query("select name, _deleted_at from raw.board__labels order by 1") == [
        ("a", None),
        ("b", None),
    ]
    history = "select name, observed_at, value from raw.board__labels__history order by observed_at"
    assert world.query(history) == [("a", at(60), "2026-03-01 09:00:00+00"), ("a", at(120), None)]


def test_only_rows_of_that_source_seen_before_the_reading_began_can_vanish(world: World) -> None:
    world.sources.append(source("other"))
    world.land("labels", (0, [{"name": "a"}]), snapshot=True, source="other")
    world.land("labels", (0, [{"name": "a"}, {"name": "b"}]), snapshot=True)
    world.land("labels", (65, [{"name": "new meanwhile"}]), lane="reread")
    world.land("labels", (70, [{"name": "b"}]), snapshot=True, started=60)
    world.load()
    assert world.query("select _source, name from raw.board__labels where _deleted_at is not null") == [
        ("ideas", "a")
    ]


def test_a_rejected_record_has_not_vanished(world: World) -> None:
    world.land("labels", (0, [{"name": "a", "colour": "red"}, {"name": "b"}]), snapshot=True)
    world.load()
    world.land("labels", (60, [{"name": "a", "colour": 7}, {"name": "b"}]), snapshot=True)
    assert world.load().failed
    assert world.query("select name, colour, _deleted_at from raw.board__labels order by 1") == [
        ("a", "red", None),
        ("b", None, None),
    ]


def test_a_suspicious_shrink_is_refused_until_accepted_and_outdated_by_a_full_reading(world: World) -> None:
    everything = [{"name": f"label {number}"} for number in range(100)]
    world.land("labels", (0, everything), snapshot=True)
    world.load()
    world.land("labels", (60, everything[:79]), snapshot=True)
    report = world.load()
    assert "21 of 100 known records are missing" in report.problems()[0]
    assert "--accept-shrink ideas.labels" in report.problems()[0]
    assert world.query("select count(*) from raw.board__labels where _deleted_at is not null") == [(0,)]

    accepted = world.load(accept_shrink=["ideas.labels"])
    assert not accepted.failed
    assert world.query("select count(*) from raw.board__labels where _deleted_at is not null") == [(21,)]
    (notes,) = world.query("select notes from raw._loads order by _load_id desc limit 1")[0]
    assert json.loads(notes) == ["accepted that 21 of 100 records vanished"]


def test_a_refused_shrink_does_not_block_the_next_whole_reading(world: World) -> None:
    everything = [{"name": f"label {number}"} for number in range(100)]
    world.land("labels", (0, everything), snapshot=True)
    world.land("labels", (60, []), snapshot=True, started=60)
    world.land("labels", (120, everything), snapshot=True)
    assert len(world.load().problems()) == 1
    assert not world.load().failed
    assert world.query("select count(*) from raw.board__labels where _deleted_at is null") == [(100,)]


def test_twenty_of_a_few_may_vanish_but_never_all(world: World) -> None:
    world.land("labels", (0, [{"name": f"label {number}"} for number in range(21)]), snapshot=True)
    world.load()
    world.land("labels", (60, [{"name": "label 0"}]), snapshot=True)
    assert not world.load().failed
    world.land("labels", (120, []), snapshot=True, started=120)
    assert "1 of 1 known records are missing" in world.load().problems()[0]


def test_accepting_a_shrink_of_an_unknown_stream_lists_the_known_ones(world: World) -> None:
    with pytest.raises(ConfigError, match=r"ideas\.lables.*ideas\.gone, ideas\.ideas, ideas\.labels"):
        world.load(accept_shrink=["ideas.lables"])


@pytest.mark.parametrize("gone_first", [True, False])
def test_another_stream_can_say_that_a_record_was_deleted(world: World, gone_first: bool) -> None:
    gone = (10, [{"id": 1, "gone_at": "2026-02-28T00:00:00Z"}])
    idea = (5, [{"id": 1, "title": "kept"}, {"id": 2, "title": "alive"}])
    for stream, page in [("gone", gone), ("ideas", idea)][:: 1 if gone_first else -1]:
        world.land(stream, page)
        world.load()
    assert world.query("select id, title, _deleted_at::varchar from raw.board__ideas order by 1") == [
        (1, "kept", "2026-02-28 00:00:00+00"),
        (2, "alive", None),
    ]
    deletions = "select id, observed_at from raw.board__ideas__history where field = '_deleted_at'"
    assert world.query(deletions) == [(1, at(10))]
    world.land("ideas", (20, [{"id": 1, "title": "restored"}]))
    world.load()
    assert world.query("select title, _deleted_at from raw.board__ideas where id = 1") == [("restored", None)]


# Types and drift


def test_a_misfit_is_rejected_its_previous_version_stays_and_the_run_ends_red(world: World) -> None:
    world.land("ideas", (0, [{"id": 1, "title": "before"}, {"id": 2}]))
    world.load()
    extract_id = world.land(
        "ideas", (5, [{"id": 2, "title": "fine"}, {"id": 1, "title": "after", "votes": 12.7}])
    )
    report = world.load()
    assert report.failed
    assert "record 1, field votes is number, declared integer" in report.problems()[0]
    assert world.query("select id, title from raw.board__ideas order by 1") == [(1, "before"), (2, "fine")]
    (row,) = world.query(
        "select source, stream, record_key, field, expected, found, file, line from raw._rejected"
    )
    assert row[:6] == ("ideas", "ideas", "[1]", "votes", "integer", "number")
    assert row[6].startswith(f"ideas/ideas/{extract_id}/part-000000-")
    assert row[7] == 2
    assert not world.load().failed


@pytest.mark.parametrize(
    ("records", "reason"),
    [
        ([{"id": number, "votes": "3" if number < 3 else 3} for number in range(199)], "3 of 199 records"),
        (
            [{"id": number, "votes": "3" if number < 101 else 3} for number in range(20000)],
            "more than 100 records",
        ),
        ([{"id": 1}, {"id": "2"}], "line 2: key field id is string, not bigint"),
        ([{"id": 1}, {"title": "no id"}], "line 2: key field id is null, not bigint"),
    ],
)
def test_too_many_misfits_or_a_bad_key_stop_the_stream_but_are_recorded(
    world: World, records: list[dict[str, object]], reason: str
) -> None:
    world.land("ideas", (0, records), watermark={"id": 1})
    world.land("ideas", (1, [{"id": 5000}]), started_from={"id": 1})
    world.land("labels", (2, [{"name": "other streams load"}]))
    report = world.load()
    assert reason in report.problems()[0]
    assert len(report.problems()) == 1
    assert world.query("select count(*) from raw.board__ideas") == [(0,)]
    assert world.query("select count(*) from raw._watermarks") == [(0,)]
    assert world.query("select name from raw.board__labels") == [("other streams load",)]
    rejected = world.query("select count(*), count(_load_id) from raw._rejected")
    assert rejected[0][0] > 0
    assert rejected[0][1] == 0
    world.load()
    assert world.query("select count(*), count(_load_id) from raw._rejected") == rejected


def test_correcting_the_declaration_lets_a_stopped_stream_load(world: World) -> None:
    world.land("labels", (0, [{"name": "a", "colour": 1}, {"name": "b", "colour": 2}]), watermark={"page": 1})
    assert world.load().failed
    world.declare(
        SOURCES_YAML.replace("{name: colour, data_type: varchar}", "{name: colour, data_type: bigint}")
    )
    with pytest.raises(ConfigError, match=r"raw\.board__labels, column colour: declared bigint, but varchar"):
        world.load()


def test_unknown_fields_are_counted_as_drift_until_declared(world: World) -> None:
    world.land("ideas", (0, [{"id": 1, "mood": None, "html": "<p>"}]), (1, [{"id": 2, "mood": "happy"}]))
    world.land("ideas", (2, [{"id": 3, "mood": "sad"}]), lane="reread")
    world.load()
    assert world.query("select * from raw._schema_drift") == [
        ("ideas", "ideas", "mood", "string", 3, at(0), at(2))
    ]
    world.declare(
        SOURCES_YAML.replace(
            "{name: title, data_type: varchar}",
            "{name: title, data_type: varchar}\n          - {name: mood, data_type: varchar}",
        )
    )
    world.land("ideas", (5, [{"id": 3, "mood": "sad"}]))
    world.load()
    assert world.query("select count(*) from raw._schema_drift") == [(0,)]
    assert world.query("select id, mood from raw.board__ideas order by 1") == [
        (1, None),
        (2, None),
        (3, "sad"),
    ]


def test_an_undeclared_stream_is_named_with_where_to_declare_it(world: World) -> None:
    world.land("moods", (0, [{"id": 1}]))
    assert "raw.board__moods is not declared" in world.load().problems()[0]
    assert world.query("select count(*) from raw._loads") == [(0,)]


@pytest.mark.parametrize("cut", [0, 20, 60])
def test_a_damaged_landing_file_stops_its_stream_and_is_named(world: World, cut: int) -> None:
    records = [{"id": number, "title": secrets.token_hex(40)} for number in range(3)]
    extract_id = world.land("ideas", (0, records))
    (part,) = (world.data_dir / "landing/ideas/ideas" / extract_id).glob("part-*")
    content = part.read_bytes()
    part.write_bytes(content[:-cut] if cut else content[:40] + b"?" + content[41:])
    world.land("labels", (0, [{"name": "loads all the same"}]))
    report = world.load()
    assert extract_id in report.problems()[0]
    assert world.query("select count(*) from raw.board__labels") == [(1,)]


# Watermarks and the record of loads


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
