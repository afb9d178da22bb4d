"""The weekly comparison finds what was deleted and changed at the vendors behind the daily load's back."""

from __future__ import annotations

import gzip
import importlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import orjson
import pytest

from extractors.config import COMMON_OPTIONS, Connection, SourceConfig
from extractors.run import extract
from sandbox.app import Sandbox, SourceSpec
from sandbox.run_with import CREDENTIALS
from tests.extractors.test_conformance import KEYS, NOW, _served
from warehouse.load import load
from warehouse.reconcile import Found, reconcile

NAMES = {"discourse": "forum", "uservoice": "ideas", "zendesk": "desk"}
Wire = dict[str, dict[str, list[dict[str, Any]]]]


def wire() -> Wire:
    """Each vendor's records, by stream."""
    content: Wire = {
        vendor: importlib.import_module(f"tests.extractors.datasets.{vendor}").records() for vendor in NAMES
    }
    forum = content["discourse"]
    for topic in forum["topics"]:
        posts = [post for post in forum["posts"] if post["topic_id"] == topic["id"]]
        topic["like_count"] = sum(one["count"] for post in posts for one in post["actions_summary"])
    for badge in forum["badges"]:
        badge["grant_count"] = sum(one["badge_id"] == badge["id"] for one in forum["user_badges"])
    return content


def changed(content: Wire) -> dict[str, Any]:
    """Delete and change old records without a trace; what was done."""
    forum, ideas, desk = content["discourse"], content["uservoice"], content["zendesk"]
    topics = forum["topics"]
    gone_topic, thinned, liked = topics[3], topics[5], topics[7]
    gone_posts = [post["id"] for post in forum["posts"] if post["topic_id"] == gone_topic["id"]]
    gone_posts.append(max(post["id"] for post in forum["posts"] if post["topic_id"] == thinned["id"]))
    topics.remove(gone_topic)
    thinned["posts_count"] -= 1
    (late,) = [
        post for post in forum["posts"] if post["topic_id"] == liked["id"] and post["post_number"] == 1
    ]
    liked["like_count"] += 5 - sum(one["count"] for one in late["actions_summary"])
    late["actions_summary"] = [{"id": 2, "count": 5}]
    forum["posts"] = [post for post in forum["posts"] if post["id"] not in gone_posts]
    grant = forum["user_badges"].pop(10)
    next(one for one in forum["badges"] if one["id"] == grant["badge_id"])["grant_count"] -= 1
    gone_comment = ideas["comments"].pop(4)
    ideas["suggestions"][2]["title"] = "Said otherwise"
    gone_ticket, gone_user = desk["tickets"].pop(2), desk["users"].pop(5)
    return {
        "posts": sorted(gone_posts),
        "topics": [gone_topic["id"]],
        "user_badges": [grant["id"]],
        "comments": [gone_comment["id"]],
        "tickets": [gone_ticket["id"]],
        "users": [gone_user["id"]],
        "late_like": late["id"],
        "renamed": ideas["suggestions"][2]["id"],
    }


def written(folder: Path, content: Wire) -> Path:
    for vendor, streams in content.items():
        (folder / vendor).mkdir(parents=True)
        for stream, records in streams.items():
            with gzip.open(folder / vendor / f"{stream}.jsonl.gz", "wb") as file:
                file.write(b"".join(orjson.dumps(record) + b"\n" for record in records))
    return folder


@pytest.fixture
def sites(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """Serves a content at an address; gives the configured sources."""
    monkeypatch.setenv("LODESTAR_NOW", NOW)
    servers = []

    def start(name: str, content: Wire, **options: Any) -> list[SourceConfig]:
        folder = written(tmp_path / name, content)
        specs = [SourceSpec(source, vendor, folder) for vendor, source in NAMES.items() if vendor in content]
        servers.append(_served(Sandbox(specs, limited=False).app))
        base = servers[-1].__enter__()
        defaults = {key: default for key, (_, default) in COMMON_OPTIONS.items()}
        defaults |= {"requests_per_minute": 1e6, "retry_minutes": 0.2, "reread_days": 1}
        return [
            SourceConfig(
                source, vendor, defaults | options, Connection(f"{base}/{source}", *CREDENTIALS[vendor])
            )
            for vendor, source in NAMES.items()
            if vendor in content
        ]

    yield start
    for server in servers:
        server.__exit__(None, None, None)


class Warehouse:
    def __init__(self, data_dir: Path) -> None:
        self.data_dir = data_dir

    def daily(self, sources: list[SourceConfig]) -> None:
        for source in sources:
            report = extract(source, self.data_dir, all_sources=sources, environ=KEYS)
            assert report.problems() == []
        assert load(self.data_dir, sources, terminal=False).problems() == []

    def compare(self, sources: list[SourceConfig], **options: Any) -> Found:
        return reconcile(self.data_dir, sources, all_sources=sources, environ=KEYS, **options)

    def ask(self, sql: str) -> list[Any]:
        with duckdb.connect(
            str(self.data_dir / "warehouse" / "community.duckdb"), read_only=True
        ) as connection:
            return [row[0] if len(row) == 1 else row for row in connection.execute(sql).fetchall()]

    def deleted(self, table: str) -> list[int]:
        return self.ask(f"select id from raw.{table} where _deleted_at is not null order by id")


def test_deletes_and_silent_changes_are_found_and_marked(sites: Any, tmp_path: Path):
    warehouse = Warehouse(tmp_path / "data")
    before = sites("before", wire())
    warehouse.daily(before)
    calm = warehouse.compare(before)
    assert (calm.problems(), calm.lines()) == ([], [])

    later = wire()
    done = changed(later)
    after = sites("after", later)
    warehouse.daily(after)
    tables = {
        "posts": "discourse__posts",
        "topics": "discourse__topics",
        "user_badges": "discourse__user_badges",
        "comments": "uservoice__comments",
        "users": "zendesk__users",
    }
    assert {name: warehouse.deleted(table) for name, table in tables.items()} == {
        name: [] for name in tables
    }, "the daily load can't see them"
    found = warehouse.compare(after)
    assert found.problems() == []
    assert {name: warehouse.deleted(table) for name, table in tables.items()} == {
        name: done[name] for name in tables
    }
    assert done["tickets"][0] in warehouse.deleted("zendesk__tickets")
    (likes,) = warehouse.ask(
        f"select value from raw.discourse__posts__history where id = {done['late_like']} "
        "and field = 'actions_summary' order by observed_at desc limit 1"
    )
    assert likes == "5"
    assert warehouse.ask(f"select title from raw.uservoice__suggestions where id = {done['renamed']}") == [
        "Said otherwise"
    ]
    rows = warehouse.ask("select count(*) from raw.discourse__posts")
    assert rows == [len(wire()["discourse"]["posts"])], "nothing is dropped"
    again = warehouse.compare(after)
    assert (again.problems(), again.lines()) == ([], [])


def test_a_key_that_sees_little_any_more_deletes_nothing(sites: Any, tmp_path: Path):
    warehouse = Warehouse(tmp_path / "data")
    desk = {"zendesk": wire()["zendesk"]}
    warehouse.daily(sites("before", desk))
    blind = {"zendesk": desk["zendesk"] | {"users": desk["zendesk"]["users"][:2]}}
    after = sites("after", blind)
    found = warehouse.compare(after)
    (line,) = found.problems()
    assert "--accept-shrink desk.users" in line
    assert warehouse.deleted("zendesk__users") == []
    accepted = warehouse.compare(after, accept_shrink=["desk.users"])
    assert accepted.problems() == []
    assert len(warehouse.deleted("zendesk__users")) == len(desk["zendesk"]["users"]) - 2
