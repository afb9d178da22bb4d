"""Deletes: what vendors say, what vanishes, what comes back, what shrinks too much."""

from __future__ import annotations

import json

import pytest

from extractors.errors import ConfigError
from tests.warehouse.world import HISTORY, World, at, source


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


def test_a_comparison_that_finds_most_records_gone_is_refused_until_a_later_one_is_loaded(
    world: World,
) -> None:
    ideas = [{"id": number, "title": "a", "state": "open"} for number in range(1, 41)]
    world.land("ideas", (0, ideas))
    world.load()
    gone = [{"id": number, "state": "removed"} for number in range(1, 31)]
    world.land("ideas", (5, gone), lane="reconcile")
    (refused,) = world.load().problems()
    assert "30 of 40 known records are gone" in refused and "--accept-shrink ideas.ideas" in refused
    assert world.query("select count(*) from raw.board__ideas where _deleted_at is not null") == [(0,)]

    world.land("ideas", (9, [{"id": 3, "state": "removed"}]), lane="reconcile")
    assert len(world.load().problems()) == 1
    after = world.load()
    assert after.problems() == []
    assert "a later comparison was loaded" in after.loads[0].notes[0]
    assert world.query("select id from raw.board__ideas where _deleted_at is not null") == [(3,)]
