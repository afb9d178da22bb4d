"""Categories and tags of a forum, as old and new servers give them."""

from __future__ import annotations

from typing import Any

from tests.extractors.reading import read
from tests.extractors.sources.discourse.forum import forum
from tests.extractors.stand_in import Seen, StandIn


def test_subcategories_are_records_of_their_own(server: StandIn):
    child = {"id": 2, "name": "child", "parent_category_id": 1}
    parent = {"id": 1, "name": "parent", "subcategory_ids": [2], "subcategory_list": [child]}
    server.on("/categories.json", {"category_list": {"categories": [parent]}})
    outcome = read(forum(server, "categories"), "discourse")
    assert outcome.ids == [1, 2]
    assert "subcategory_list" not in outcome.records[0]


def test_children_left_out_of_a_very_long_list_are_asked_for(server: StandIn):
    def answer(request: Seen) -> dict[str, Any]:
        below = request.query.get("parent_category_id")
        page = int(request.query["page"])
        shown = {
            (None, 1): [{"id": 1, "subcategory_ids": [10, 11]}],
            (None, 2): [{"id": 2, "subcategory_ids": []}],
            ("1", 1): [{"id": 10}, {"id": 11}],
        }
        return {"category_list": {"categories": shown.get((below, page), [])}}

    server.on("/categories.json", answer)
    assert sorted(read(forum(server, "categories"), "discourse").ids) == [1, 2, 10, 11]


def test_tags_of_old_and_new_servers_and_of_groups_have_their_name(server: StandIn):
    server.on(
        "/tags.json",
        {
            "tags": [{"id": "linux", "text": "linux", "count": 2}, {"id": 5, "name": "bsd", "text": "bsd"}],
            "extras": {
                "tag_groups": [
                    {"id": 1, "tags": [{"id": "mac", "text": "mac"}, {"id": "bsd", "text": "bsd"}]}
                ]
            },
        },
    )
    assert [tag["name"] for tag in read(forum(server, "tags"), "discourse").records] == [
        "linux",
        "bsd",
        "mac",
    ]
