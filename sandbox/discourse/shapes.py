"""The columns a forum's streams are sorted and filtered by."""

from __future__ import annotations

from collections.abc import Callable

from sandbox.dataset import Record, Shape, number_of, time_of

REGULAR, WHISPER = 1, 4
"""Post types."""
LIKE = 2
"""The post action type of likes."""


def _flag(name: str) -> Callable[[Record], int]:
    return lambda record: 1 if record.get(name) else 0


def _is_hidden_list(record: Record) -> int:
    return 1 if record.get("visible") is False else 0


def _is_message(record: Record) -> int:
    return 1 if record.get("archetype") == "private_message" else 0


def _is_pinned(record: Record) -> int:
    everywhere = record.get("pinned_globally")
    return 1 if everywhere or (everywhere is None and record.get("pinned")) else 0


def _post_type(post: Record) -> int:
    """Archives that keep ordinary posts only may leave the type out."""
    return REGULAR if post.get("post_type") is None else number_of("post_type")(post)


def _likes_of(post: Record) -> int:
    return sum(one.get("count") or 0 for one in post.get("actions_summary") or [] if one.get("id") == LIKE)


SHAPES: dict[str, Shape] = {
    "topics": Shape(
        {
            "id": number_of("id"),
            "bumped": time_of("bumped_at"),
            "created": time_of("created_at"),
            "views": number_of("views"),
            "posts": number_of("posts_count"),
            "likes": number_of("like_count"),
            "op_likes": number_of("op_like_count"),
            "posters": lambda record: len(record.get("posters") or []),
            "category": number_of("category_id"),
            "author": number_of("user_id"),
            "pinned": _is_pinned,
            "message": _is_message,
            "unlisted": _is_hidden_list,
            "deleted": _flag("deleted_at"),
        }
    ),
    "posts": Shape(
        {
            "id": number_of("id"),
            "topic": number_of("topic_id"),
            "number": number_of("post_number"),
            "type": _post_type,
            "deleted": _flag("deleted_at"),
            "author": number_of("user_id"),
            "likes": _likes_of,
            "accepted": _flag("accepted_answer"),
            "created": time_of("created_at"),
            "reply_to": number_of("reply_to_post_number"),
        }
    ),
    "users": Shape(
        {
            "id": number_of("id"),
            "created": time_of("created_at"),
            "seen": time_of("last_seen_at"),
            "emailed": time_of("last_emailed_at"),
            "trust": number_of("trust_level"),
            "days": number_of("days_visited"),
            "posts_read": number_of("posts_read_count"),
            "topics_entered": number_of("topics_entered"),
            "posts": number_of("post_count"),
            "staff": lambda record: 1 if record.get("admin") or record.get("moderator") else 0,
            "suspended": _flag("suspended"),
            "silenced": _flag("silenced"),
            "staged": _flag("staged"),
        }
    ),
    "categories": Shape(),
    # Older servers give a tag's name as `text` or `id`.
    "tags": Shape(key=("name",), key_otherwise=("text", "id")),
    "groups": Shape(),
    "group_members": Shape(
        {"group": number_of("_group_id"), "owner": _flag("_is_owner")}, key=("_group_id", "id")
    ),
    "topic_views": Shape(),
    "badges": Shape(),
    "user_badges": Shape(
        {
            "id": number_of("id"),
            "badge": number_of("badge_id"),
            "user": number_of("user_id"),
            "granted": time_of("granted_at"),
        }
    ),
}
