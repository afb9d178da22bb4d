"""Records that don't fit the declaration, fields it lacks, landing files that are damaged."""

from __future__ import annotations

import secrets

import pytest

from extractors.errors import ConfigError
from tests.warehouse.world import SOURCES_YAML, World, at


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
