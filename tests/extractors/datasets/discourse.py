"""A forum: 44 topics, 174 posts, the largest topic with 45 of them, six topics solved."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from extractors.source import Record

Keys = set[tuple[Any, ...]]
_FIRST = datetime(2026, 1, 1, tzinfo=UTC)
_TOPICS = 44
_SOLVED = (1, 2, 10, 20, 30, 43)
_LONG_TOPIC_POSTS = 45


def _at(hours: float) -> str:
    return (_FIRST + timedelta(hours=hours)).strftime("%Y-%m-%dT%H:%M:%S.000Z")


def _posts() -> list[Record]:
    places = [(1, number) for number in range(1, _LONG_TOPIC_POSTS + 1)]
    places += [(topic, number) for topic in range(2, _TOPICS + 1) for number in range(1, 4)]
    return [
        {
            "id": place,
            "topic_id": topic,
            "topic_slug": f"topic-{topic}",
            "post_number": number,
            "post_type": 1,
            "user_id": 1 + place % 30,
            "username": f"person{1 + place % 30}",
            "name": None,
            "raw": "Text",
            "cooked": "<p>Text</p>",
            "created_at": _at(place * 2),
            "updated_at": _at(place * 2),
            "version": 1,
            "reply_count": 0,
            "actions_summary": [{"id": 2, "count": 1}] if place % 3 == 0 else [],
            "category_id": 1 + topic % 3,
            "hidden": False,
            "user_deleted": False,
            "deleted_at": None,
        }
        for place, (topic, number) in enumerate(places, 1)
    ]


def _topics(posts: list[Record]) -> list[Record]:
    topics = []
    for topic in range(1, _TOPICS + 1):
        own = [post for post in posts if post["topic_id"] == topic]
        topics.append(
            {
                "id": topic,
                "title": f"Topic {topic}",
                "fancy_title": f"Topic {topic}",
                "slug": f"topic-{topic}",
                "posts_count": len(own),
                "highest_post_number": len(own),
                "created_at": own[0]["created_at"],
                "last_posted_at": own[-1]["created_at"],
                "bumped_at": own[-1]["created_at"],
                "archetype": "regular",
                "category_id": 1 + topic % 3,
                "user_id": own[0]["user_id"],
                "pinned": topic == 5,
                "visible": True,
                "closed": False,
                "archived": False,
                "tags": [],
                "has_accepted_answer": topic in _SOLVED,
                "posters": [],
            }
        )
    return topics


def _members() -> list[Record]:
    groups = {41: range(1, 31), 42: range(5, 8)}
    return [
        {"_group_id": group, "id": user, "username": f"person{user}", "_is_owner": user == 5}
        for group, users in groups.items()
        for user in users
    ]


def records() -> dict[str, list[Record]]:
    """Wire records by stream."""
    posts = _posts()
    return {
        "categories": [
            {"id": n, "name": f"Space {n}", "slug": f"space-{n}", "parent_category_id": 1 if n == 3 else None}
            for n in range(1, 4)
        ],
        "tags": [
            {"id": n, "name": name, "slug": name} for n, name in enumerate(["billing", "how-to", "v10.2"], 1)
        ],
        "groups": [
            {"id": n, "name": f"group{n}", "automatic": False, "visibility_level": 0} for n in (41, 42)
        ],
        "group_members": _members(),
        "users": [
            {
                "id": n,
                "username": f"person{n}",
                "name": f"Person {n}",
                "email": f"person{n}@example.org",
                "admin": n == 1,
                "moderator": False,
                "active": True,
                "trust_level": 1,
                "created_at": _at(n),
                "last_seen_at": _at(500),
                "post_count": 3,
            }
            for n in range(1, 121)
        ],
        "topics": _topics(posts),
        "posts": posts,
        "badges": [
            {"id": n, "name": f"Badge {n}", "badge_type_id": 3, "enabled": True, "listable": True}
            for n in (1, 2)
        ],
        "user_badges": [
            {"id": n, "badge_id": 1 + n % 2, "user_id": 1 + n % 30, "granted_at": _at(n), "granted_by_id": -1}
            for n in range(1, 231)
        ],
    }


def expected() -> dict[str, Keys]:
    """Keys by stream."""
    wire = records()
    keys: dict[str, Keys] = {
        stream: {(record["id"],) for record in content} for stream, content in wire.items()
    }
    keys["tags"] = {(tag["name"],) for tag in wire["tags"]}
    keys["group_members"] = {(member["_group_id"], member["id"]) for member in wire["group_members"]}
    keys["admin_users"] = keys["directory_items"] = keys.pop("users")
    keys["threads"] = {(topic,) for topic in _SOLVED}
    keys["counts"] = {("topics",), ("users",)}
    return keys
