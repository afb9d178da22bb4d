"""Made-up topics, posts and people, as a forum's dataset has them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from tests.sandbox.datasets import Answer

START = datetime(2025, 1, 1, tzinfo=UTC)


def stamp(minutes: int) -> str:
    return (START + timedelta(minutes=minutes)).strftime("%Y-%m-%dT%H:%M:%S.000Z")


def topic(number: int, **more: object) -> dict[str, object]:
    return {
        "id": number,
        "title": f"Topic {number}",
        "slug": f"topic-{number}",
        "created_at": stamp(number),
        "bumped_at": stamp(number),
        "last_posted_at": stamp(number),
        "posts_count": 1,
        "category_id": 1,
        "visible": True,
        "archetype": "regular",
        "pinned": False,
        "pinned_globally": False,
        "posters": [{"user_id": 1}],
        "user_id": 1,
        **more,
    }


def post(number: int, topic_id: int = 1, post_number: int | None = None, **more: object) -> dict[str, object]:
    return {
        "id": number,
        "topic_id": topic_id,
        "post_number": post_number or number,
        "post_type": 1,
        "created_at": stamp(number),
        "deleted_at": None,
        "user_id": 1,
        "username": "ada",
        "raw": f"text {number}",
        "cooked": f"<p>text {number}</p>",
        "actions_summary": [],
        **more,
    }


USERS = [
    {
        "id": 1,
        "username": "Ada",
        "name": "Ada",
        "email": "ada@example.org",
        "admin": True,
        "created_at": stamp(1),
    },
    {
        "id": 2,
        "username": "bob",
        "name": None,
        "email": "bob@example.org",
        "admin": False,
        "created_at": stamp(2),
    },
]

CATEGORIES = [
    {"id": 1, "name": "Open", "slug": "open", "parent_category_id": None, "read_restricted": False},
    {"id": 2, "name": "Staff", "slug": "staff", "parent_category_id": None, "read_restricted": True},
    {"id": 3, "name": "Below", "slug": "below", "parent_category_id": 1, "read_restricted": False},
]


def topic_ids(answer: Answer) -> list[int]:
    return [one["id"] for one in answer.json()["topic_list"]["topics"]]


def post_ids(answer: Answer) -> list[int]:
    return [one["id"] for one in answer.json()["latest_posts"]]
