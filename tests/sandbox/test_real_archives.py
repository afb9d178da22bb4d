"""Every record of the real archives can be read, and comes exactly as the archive has it."""

from __future__ import annotations

import json
from collections.abc import Collection
from typing import Any

import pytest

from tests.sandbox.datasets import ADMIN, AGENT, SHARED, Client, client, read, signed_in

pytestmark = pytest.mark.skipif(
    not SHARED.is_dir(), reason="the real archives (../shared/data) are not on this machine"
)

Record = dict[str, Any]
FORUMS = ["delving", "urho_sample"]


def by_id(records: Collection[Record]) -> dict[int, Record]:
    found = {record["id"]: record for record in records}
    assert len(found) == len(records), "a record came twice"
    return found


def page_walk(one: Client, path: str, name: str, last_key: str) -> list[Record]:
    found, page = [], 0
    while records := one.get(path, {"page": page}).json()[name][last_key]:
        found += records
        page += 1
    return found


@pytest.fixture(params=FORUMS)
def forum(request):
    return SHARED / request.param


def test_all_topics(forum):
    one = client(forum, "discourse")
    found = page_walk(
        one, "/it/latest.json?per_page=100&order=created&ascending=true", "topic_list", "topics"
    )
    assert by_id(found) == by_id(read(forum, "discourse", "topics"))
    assert by_id(page_walk(one, "/it/latest.json", "topic_list", "topics")).keys() == by_id(found).keys()


def test_all_regular_posts_newest_first(forum):
    one = client(forum, "discourse")
    found, before = [], None
    while records := one.get("/it/posts.json", {"before": before} if before else None).json()["latest_posts"]:
        found += records
        before = records[-1]["id"]
    regular = [post for post in read(forum, "discourse", "posts") if post["post_type"] == 1]
    assert found == sorted(regular, key=lambda post: -post["id"])


def test_all_posts_by_topic_in_the_order_of_the_archive(forum):
    one = client(forum, "discourse")
    views = {}
    if (forum / "discourse" / "topic_views.jsonl.gz").is_file():
        views = by_id(read(forum, "discourse", "topic_views"))
    found = []
    for topic in read(forum, "discourse", "topics"):
        shown = one.get(f"/it/t/{topic['id']}.json").json()
        stream = shown["post_stream"].pop("stream")
        found += shown.pop("post_stream")["posts"]
        rest = [("post_ids[]", post) for post in stream[20:]]
        if rest:
            query = "&".join(f"{name}={value}" for name, value in rest)
            found += one.get(f"/it/t/{topic['id']}/posts.json?{query}").json()["post_stream"]["posts"]
        if views:
            view = views[topic["id"]]
            assert stream == view.pop("post_stream")["stream"]
            assert shown == {**view, "chunk_size": 20}
    without_source = read(forum, "discourse", "posts")
    for post in without_source:
        post.pop("raw", None)
    assert by_id(found) == by_id(without_source)


def test_all_users_and_categories(forum):
    one = client(forum, "discourse", ADMIN)
    found, page = [], 1
    while people := one.get(f"/it/admin/users/list/active.json?order=created&asc=true&page={page}").json():
        found += people
        page += 1
    assert by_id(found) == by_id(read(forum, "discourse", "users"))
    assert one.get("/it/site.json").json()["categories"] == read(forum, "discourse", "categories")


@pytest.mark.parametrize(
    "stream", ["comments", "forums", "status_updates", "statuses", "suggestions", "users"]
)
def test_all_records_of_the_board(stream):
    board = SHARED / "fslang_twothirds"
    one = signed_in(board)
    found: list[Record] = []
    cursor: str | None = ""
    while cursor is not None:
        given = {"per_page": 100, **({"cursor": cursor} if cursor else {})}
        answer = one.get(f"/it/api/v2/admin/{stream}", given).json()
        found += answer[stream]
        cursor = answer["pagination"].get("cursor")
    assert by_id(found) == by_id(read(board, "uservoice", stream))


def desk() -> Client:
    return client(SHARED / "uci_incidents", "zendesk", AGENT)


@pytest.mark.parametrize("stream", ["tickets", "users"])
def test_all_records_of_the_desks_cursor_exports(stream):
    one, found = desk(), []
    url = f"/it/api/v2/incremental/{stream}/cursor.json?start_time=0&per_page=100&include=metric_sets"
    answer = {"end_of_stream": False}
    while not answer["end_of_stream"]:
        answer = one.get(url).json()
        found += answer[stream]
        url = answer["after_url"]
    assert by_id(found) == by_id(read(SHARED / "uci_incidents", "zendesk", stream))


@pytest.mark.parametrize("stream", ["ticket_events", "ticket_metric_events"])
def test_all_records_of_the_desks_time_exports(stream):
    one, found = desk(), {}
    url = f"/it/api/v2/incremental/{stream}.json?start_time=0&per_page=500&include=comment_events"
    answer = {"end_of_stream": False}
    while not answer["end_of_stream"]:
        answer = one.get(url).json()
        found.update({json.dumps(record): record for record in answer[stream]})
        url = answer["next_page"]
    assert by_id(found.values()) == by_id(read(SHARED / "uci_incidents", "zendesk", stream))


@pytest.mark.parametrize("stream", ["groups", "ticket_fields"])
def test_all_records_of_the_desks_lists(stream):
    one, found = desk(), []
    url = f"/it/api/v2/{stream}.json?page[size]=20"
    while url:
        answer = one.get(url).json()
        found += answer[stream]
        url = answer["links"]["next"]
    assert by_id(found) == by_id(read(SHARED / "uci_incidents", "zendesk", stream))
