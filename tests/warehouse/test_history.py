"""History: every change of a tracked value, in the order of observation."""

from __future__ import annotations

from tests.warehouse.world import HISTORY, World, at


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
