"""What load does with extractions: types, merge by observation order, what it leaves alone."""

from __future__ import annotations

from tests.warehouse.world import World, at, source


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
