"""A simulated dataset: repeatable, complete and of one mind at every moment."""

from __future__ import annotations

import hashlib
import re
from collections import Counter, defaultdict
from collections.abc import Callable
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.sandbox.simulation.folding import NOW, Record, fold, key_of, lines, make, records

MOMENTS = ("2025-10-05T12:00:00.000Z", NOW, "2026-04-11T03:30:00.000Z")
STAGING = Path(__file__).parents[3] / "dbt_project/models/staging"
_DISCOURSE = "categories tags groups group_members users topics posts badges user_badges"
_USERVOICE = (
    "forums statuses categories labels users suggestions supporters comments status_updates nps_ratings "
    "external_accounts external_users"
)
_ZENDESK = (
    "tickets users organizations ticket_events ticket_metric_events groups brands ticket_fields "
    "satisfaction_ratings deleted_tickets"
)
STREAMS = {
    vendor: tuple(names.split())
    for vendor, names in (("discourse", _DISCOURSE), ("uservoice", _USERVOICE), ("zendesk", _ZENDESK))
}
ALL = [f"{vendor}/{stream}" for vendor, streams in STREAMS.items() for stream in streams]


def digests(directory: Path) -> dict[str, str]:
    return {
        str(path.relative_to(directory)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(directory.rglob("*"))
        if path.is_file()
    }


def by(rows: list[Record], *path: str) -> dict[Any, list[Record]]:
    grouped: dict[Any, list[Record]] = defaultdict(list)
    for row in rows:
        value: Any = row
        for step in path:
            value = value[step]
        grouped[value].append(row)
    return grouped


def likes(post: Record) -> int:
    return sum(action["count"] for action in post["actions_summary"] if action["id"] == 2)


def test_the_same_seed_and_options_give_the_same_bytes(community: Path, tmp_path: Path) -> None:
    make(tmp_path)
    assert digests(tmp_path) == digests(community)


def test_another_seed_gives_another_community(community: Path, tmp_path: Path) -> None:
    make(tmp_path, seed=8)
    assert digests(tmp_path)["discourse/posts.jsonl.gz"] != digests(community)["discourse/posts.jsonl.gz"]


def test_every_declared_stream_is_there(community: Path) -> None:
    found = {f"{path.parent.name}/{path.name.split('.')[0]}" for path in community.glob("*/*.jsonl.gz")}
    assert set(ALL) == found


@pytest.mark.parametrize("stream", ALL)
def test_the_lines_of_a_record_follow_each_other_in_time(community: Path, stream: str) -> None:
    latest: dict[tuple[Any, ...], str] = {}
    gone: set[tuple[Any, ...]] = set()
    for line in lines(community, stream):
        key = key_of(stream, line)
        assert key not in gone
        assert latest.get(key, "") <= line.get("_from", "")
        latest[key] = line.get("_from", "")
        if line.get("_delete"):
            gone.add(key)


def test_without_history_the_last_state_is_that_of_the_history(community: Path, tmp_path: Path) -> None:
    make(tmp_path, history=False)
    for stream in ALL:
        plain = list(lines(tmp_path, stream))
        assert not any(field in line for line in plain for field in ("_from", "_patch", "_delete"))
        assert {key_of(stream, line): line for line in plain} == fold(community, stream), stream


def test_without_the_past_all_is_as_with_it_from_the_end_on(community: Path, tmp_path: Path) -> None:
    make(tmp_path, past=False)
    for stream in ALL:
        assert not any(line.get("_patch") and line["_from"] <= NOW for line in lines(tmp_path, stream)), (
            stream
        )
        for now in (NOW, "2026-03-09T00:00:00.000Z", "2027-01-01T00:00:00.000Z"):
            assert fold(tmp_path, stream, now) == fold(community, stream, now), (stream, now)


@pytest.mark.parametrize("now", MOMENTS)
def test_topics_agree_with_their_posts_at_every_moment(community: Path, now: str) -> None:
    posts = by(records(community, "discourse/posts", now), "topic_id")
    topics = records(community, "discourse/topics", now)
    assert set(posts) == {topic["id"] for topic in topics}
    for topic in topics:
        own = sorted(posts[topic["id"]], key=lambda post: post["post_number"])
        spoken = [post for post in own if post["post_type"] == 1]
        last = max(spoken, key=lambda post: (post["created_at"], post["id"]))
        assert topic["posts_count"] == len(own)
        assert topic["highest_post_number"] == own[-1]["post_number"]
        assert topic["reply_count"] == sum(post["reply_to_post_number"] is not None for post in own)
        assert topic["like_count"] == sum(map(likes, own))
        assert topic["op_like_count"] == likes(own[0])
        assert topic["last_posted_at"] == last["created_at"]
        assert topic["last_poster_username"] == last["username"]
        assert topic["bumped_at"] >= topic["last_posted_at"]
        assert topic["has_accepted_answer"] == any(post["accepted_answer"] for post in own)
        assert {post["category_id"] for post in own} == {topic["category_id"]}
        assert {(post["topic_title"], post["topic_slug"]) for post in own} == {
            (topic["title"], topic["slug"])
        }
        assert topic["posters"][0]["user_id"] == own[0]["user_id"]
        latest = [one for one in topic["posters"] if (one["extras"] or "").startswith("latest")]
        assert [one["user_id"] for one in latest] == [last["user_id"]]


@pytest.mark.parametrize("now", MOMENTS)
def test_users_and_categories_are_counted_right(community: Path, now: str) -> None:
    posts = [post for post in records(community, "discourse/posts", now) if post["post_type"] == 1]
    written = Counter(post["user_id"] for post in posts)
    users = records(community, "discourse/users", now)
    assert set(written) <= {user["id"] for user in users}
    assert {user["id"]: user["post_count"] for user in users if user["post_count"]} == dict(written)
    members = Counter(member["_group_id"] for member in records(community, "discourse/group_members", now))
    groups = {group["id"]: group["user_count"] for group in records(community, "discourse/groups", now)}
    assert {group: count for group, count in groups.items() if count} == dict(members)
    grants = Counter(grant["badge_id"] for grant in records(community, "discourse/user_badges", now))
    badges = records(community, "discourse/badges", now)
    assert {badge["id"]: badge["grant_count"] for badge in badges if badge["grant_count"]} == dict(grants)


@pytest.mark.parametrize("now", MOMENTS)
def test_requests_agree_with_votes_comments_and_status_updates(community: Path, now: str) -> None:
    votes = by(records(community, "uservoice/supporters", now), "links", "suggestion")
    comments = by(records(community, "uservoice/comments", now), "links", "suggestion")
    updates = by(records(community, "uservoice/status_updates", now), "links", "suggestion")
    suggestions = records(community, "uservoice/suggestions", now)
    ids = {suggestion["id"] for suggestion in suggestions}
    assert set(votes) | set(comments) | set(updates) <= ids
    users = {user["id"] for user in records(community, "uservoice/users", now)}
    for suggestion in suggestions:
        number, links = suggestion["id"], suggestion["links"]
        assert suggestion["supporters_count"] == len(votes[number])
        assert suggestion["votes_count"] >= suggestion["supporters_count"]
        shown = [comment for comment in comments[number] if comment["state"] == "published"]
        assert suggestion["comments_count"] == len(shown)
        assert links["created_by"] in users
        changes = sorted(updates[number], key=lambda update: (update["created_at"], update["id"]))
        for before, after in pairwise(changes):
            assert after["links"]["old_status"] == before["links"]["new_status"]
        if changes:
            assert links["status"] == changes[-1]["links"]["new_status"]
            assert links["last_status_update"] == changes[-1]["id"]
        assert (suggestion["closed_at"] is not None) == (suggestion["state"] in ("closed", "merged"))
        assert (links["parent_suggestion"] is not None) == (suggestion["state"] == "merged")
        assert links["parent_suggestion"] is None or links["parent_suggestion"] in ids
    for label in records(community, "uservoice/labels", now):
        labelled = [one for one in suggestions if label["id"] in one["links"]["labels"]]
        assert label["open_suggestions_count"] == sum(one["state"] == "published" for one in labelled)
    for forum in records(community, "uservoice/forums", now):
        mine = [one for one in suggestions if one["links"]["forum"] == forum["id"]]
        assert forum["suggestions_count"] == len(mine)
        assert forum["open_suggestions_count"] == sum(one["state"] == "published" for one in mine)


@pytest.mark.parametrize("now", MOMENTS)
def test_tickets_agree_with_their_events(community: Path, now: str) -> None:
    events = by(records(community, "zendesk/ticket_events", now), "ticket_id")
    tickets = records(community, "zendesk/tickets", now)
    users = {user["id"] for user in records(community, "zendesk/users", now)}
    assert set(events) == {ticket["id"] for ticket in tickets}
    over = ("solved", "closed")
    for ticket in tickets:
        status, reopens, solved, replies = None, 0, None, 0
        for event in sorted(events[ticket["id"]], key=lambda one: one["timestamp"]):
            assert event["updater_id"] in users or event["updater_id"] == -1
            for child in event["child_events"]:
                if child["event_type"] == "Comment":
                    replies += child["public"] and child["author_id"] != ticket["requester_id"]
                elif "status" in child:
                    assert child["event_type"] == "Create" or child["previous_value"] == status
                    if status in over and child["status"] not in (*over, "deleted"):
                        reopens, solved = reopens + 1, None
                    elif status not in over and child["status"] in over:
                        solved = event["created_at"]
                    status = child["status"]
            assert ticket["generated_timestamp"] >= event["timestamp"]
            assert ticket["updated_at"] >= event["created_at"]
        metrics = ticket["metric_set"]
        assert (ticket["status"], metrics["reopens"], metrics["replies"]) == (status, reopens, replies)
        assert metrics["solved_at"] == solved
        assert ticket["requester_id"] in users
        assert ticket["fields"] == ticket["custom_fields"]


@pytest.mark.parametrize("vendor", STREAMS)
def test_every_record_fits_the_declared_raw_tables(community: Path, vendor: str) -> None:
    def stamp(value: object) -> bool:
        return isinstance(value, str) and datetime.fromisoformat(value).tzinfo is not None

    def whole(value: object) -> bool:
        return isinstance(value, int) and not isinstance(value, bool) and abs(value) < 2**63

    fits: dict[str, Callable[[object], bool]] = {
        "varchar": lambda value: isinstance(value, str),
        "bigint": whole,
        "integer": whole,
        "double": lambda value: whole(value) or isinstance(value, float),
        "boolean": lambda value: isinstance(value, bool),
        "timestamptz": stamp,
        "json": lambda value: True,
    }
    declared = yaml.safe_load((STAGING / vendor / f"_{vendor}__sources.yml").read_text())
    tables = {one["name"]: one for one in declared["sources"][0]["tables"]}
    for stream in STREAMS[vendor]:
        entry = tables[f"{vendor}__{'admin_users' if (vendor, stream) == ('discourse', 'users') else stream}"]
        columns = {one["name"]: one["data_type"] for one in entry["columns"]}
        known = set(columns) | set(entry["config"]["meta"].get("not_loaded", []))
        # What the directory and the profile show of a user is kept in the same record.
        known |= {"topic_count", "likes_received", "likes_given", "solutions"} if stream == "users" else set()
        for record in records(community, f"{vendor}/{stream}"):
            assert set(record) <= known, stream
            for column, kind in columns.items():
                value = record.get(column)
                assert value is None or fits[kind](value), (stream, column, value)


def test_addresses_are_of_the_ranges_kept_for_examples(community: Path) -> None:
    mail = re.compile(r"[\w.+-]+@([\w.-]+\w)")
    number = re.compile(r"\b(\d{1,3}(?:\.\d{1,3}){3})\b")
    for stream in ("discourse/users", "uservoice/users", "zendesk/users", "zendesk/ticket_events"):
        for line in lines(community, stream):
            text = str(line)
            assert all(re.search(r"(^|\.)example\.(com|org|net)$", one.lower()) for one in mail.findall(text))
            assert all(
                one.startswith(("192.0.2.", "198.51.100.", "203.0.113.")) for one in number.findall(text)
            )


def test_likes_change_posts_without_moving_updated_at(community: Path) -> None:
    changes = [
        line for line in lines(community, "discourse/posts") if "actions_summary" in line and "_patch" in line
    ]
    assert len(changes) > 500
    assert not any("updated_at" in change for change in changes)
    edits = [line for line in lines(community, "discourse/posts") if "version" in line and "_patch" in line]
    assert edits and all("updated_at" in edit for edit in edits)


def test_the_future_goes_on_for_the_days_ahead(community: Path) -> None:
    later = [line["_from"] for line in lines(community, "discourse/posts") if line.get("_from", "") > NOW]
    days = {stamp[:10] for stamp in later}
    assert len(days) == 60
    assert max(days) == "2026-04-29"
    assert datetime.fromisoformat(max(later)) < datetime(2026, 4, 30, tzinfo=UTC)


def test_special_posts_users_and_topics_are_there(community: Path) -> None:
    posts = records(community, "discourse/posts")
    assert {1, 3} == {post["post_type"] for post in posts}
    assert any(post["user_deleted"] for post in posts)
    assert any(post["reply_to_post_number"] for post in posts)
    accepted = Counter(post["topic_id"] for post in posts if post["accepted_answer"])
    assert max(accepted.values()) == 2
    topics = records(community, "discourse/topics")
    abouts = [topic for topic in topics if topic["title"].startswith("About the ")]
    assert {topic["user_id"] for topic in abouts} == {-1}
    assert len(abouts) == len(records(community, "discourse/categories"))
    assert {-1, -2} <= {user["id"] for user in records(community, "discourse/users")}
    assert any(line.get("_delete") for line in lines(community, "discourse/topics"))
    assert any(line.get("_delete") for line in lines(community, "uservoice/supporters"))
    assert {"closed", "published", "merged"} == {
        one["state"] for one in records(community, "uservoice/suggestions")
    }
    assert {"text/html", "text/plain"} == {
        one["body_mime_type"] for one in records(community, "uservoice/comments")
    }
    tickets = records(community, "zendesk/tickets")
    assert {"closed", "deleted", "new", "solved"} <= {ticket["status"] for ticket in tickets}
    deleted = [one["id"] for one in records(community, "zendesk/deleted_tickets", "2026-04-29T00:00:00.000Z")]
    everything = fold(community, "zendesk/tickets", "2026-04-29T00:00:00.000Z")
    assert all(everything[number,]["status"] == "deleted" for number in deleted)
