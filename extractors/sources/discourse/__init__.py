"""Discourse: forums, by the API that the forum's own pages use.

Documentation: https://docs.discourse.org/ (inferred from samples: types and nulls differ from it in
practice).

Credentials, in the source's connection:

- login and password: an API key (password) acting as the user `login`; an administrator's key for all users
  with login `system` sees accounts with hashed e-mail addresses and whatever else it may;
- password alone: a user's own API key (`User-Api-Key`): what that user sees;
- neither: a public forum as anyone sees it. What can't be seen is noted, not an error.

There is no "changed since" here. Each stream's module says how it finds what is new, what is read again
because it changes silently, and which oddities of servers old and new it takes into account. Sizes of pages
are never relied on: a short page is no end, and an empty one is asked for twice.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from extractors.config import SourceConfig
from extractors.http import Api
from extractors.source import People, Private, Record, Source, Stream

from .people import (
    backfill_user_badges,
    fetch_admin_users,
    fetch_badges,
    fetch_directory_items,
    fetch_group_members,
    fetch_groups,
    fetch_user_badges,
)
from .posts import backfill_posts, fetch_posts, reread_posts
from .reconciling import fetch_counts, reconcile_posts, reconcile_topics, reconcile_user_badges
from .site import fetch_categories, fetch_tags
from .threads import backfill_threads, fetch_threads, reread_threads
from .topics import backfill_topics, fetch_topics, reread_topics

# Nine tenths of a server's usual limits a minute.
_ADMIN_KEY_PACE = 54
_USER_KEY_PACE = 18
_ANONYMOUS_PACE = 180


def connect(config: SourceConfig) -> Api:
    """The client of a forum, with an API key, a user's key or none."""
    connection = config.require_connection()
    if connection.password and connection.login:
        headers = {"Api-Key": connection.password, "Api-Username": connection.login}
        return Api(config, headers=headers, requests_per_minute=_ADMIN_KEY_PACE)
    if connection.password:
        headers = {"User-Api-Key": connection.password}
        return Api(config, headers=headers, requests_per_minute=_USER_KEY_PACE)
    return Api(config, requests_per_minute=_ANONYMOUS_PACE)


def scrub_account(record: Record, settings: Mapping[str, Any]) -> Record:
    """Keep chosen profile fields (option `custom_fields`) and, of a single sign-on, the external id."""
    chosen = {str(name) for name in settings.get("custom_fields") or ()}
    scrubbed = dict(record)
    for field in ("user_fields", "custom_fields"):
        if isinstance(record.get(field), dict):
            scrubbed[field] = {key: value for key, value in record[field].items() if str(key) in chosen}
    sign_on = record.get("single_sign_on_record")
    if isinstance(sign_on, dict):
        scrubbed["single_sign_on_record"] = {"external_id": sign_on.get("external_id")}
    if isinstance(record.get("user"), dict):
        scrubbed["user"] = scrub_account(record["user"], settings)
    return scrubbed


_PRIVATE_ACCOUNT = {
    "email": Private.HASH,
    "secondary_emails": Private.HASH,
    "unconfirmed_emails": Private.HASH,
    "ip_address": Private.DROP,
    "registration_ip_address": Private.DROP,
    "associated_accounts": Private.DROP,
    "user_auth_tokens": Private.DROP,
    "bio_raw": Private.DROP,
    "bio_cooked": Private.DROP,
    "bio_excerpt": Private.DROP,
    "location": Private.DROP,
    "website": Private.DROP,
    "silence_reason": Private.DROP,
    "suspend_reason": Private.DROP,
    "full_suspend_reason": Private.DROP,
}
_PRIVATE_AUTHOR = {
    "user_date_of_birth": Private.DROP,
    "user_birthdate": Private.DROP,
    "user_custom_fields": Private.DROP,
}
_POST_TEXT = frozenset(
    {"cooked", "raw", "excerpt", "cooked_hidden", "topic_title", "topic_html_title", "topic_slug"}
)
_TOPIC_TEXT = frozenset({"title", "fancy_title", "unicode_title", "slug", "excerpt"})

_PEOPLE = People(
    id_fields=frozenset(
        {
            "user_id",
            "granted_by_id",
            "deleted_by_id",
            "acting_user_id",
            "featured_user_ids",
            "notice_created_by_id",
        }
    ),
    owner_fields=("user_id",),
    accounts={"admin_users": "id", "directory_items": "id", "group_members": "id"},
    object_fields=frozenset(
        {
            "user",
            "reply_to_user",
            "created_by",
            "last_poster",
            "participants",
            "mentioned_users",
            "deleted_by",
            "granted_by",
            "notice_created_by_user",
            "assigned_to_user",
        }
    ),
    username_fields=frozenset(
        {
            "username",
            "username_lower",
            "display_username",
            "last_poster_username",
            "action_code_who",
            "accepter_username",
        }
    ),
    name_fields=frozenset({"name", "username", "username_lower", "display_username"}),
    key_fields=frozenset({"email", "secondary_emails", "unconfirmed_emails", "external_id"}),
    profile=frozenset(
        {
            "avatar_template",
            "uploaded_avatar_id",
            "title",
            "user_fields",
            "custom_fields",
            "timezone",
            "status",
            "flair_url",
            "flair_name",
        }
    ),
    own=frozenset(
        {
            *("cooked", "raw", "excerpt", "cooked_hidden", "edit_reason"),
            *("avatar_template", "user_title", "user_status", "flair_url", "flair_name", "flair_group_id"),
        }
    ),
)

SOURCE = Source(
    vendor="discourse",
    documentation="https://docs.discourse.org/",
    connect=connect,
    people=_PEOPLE,
    options={"reread_requests_per_day": int, "threads": str},
    streams=(
        # Counted before the rest is read, so that what comes meanwhile is not missed.
        Stream("counts", ("stream",), fetch_counts, snapshot=True),
        # The longest first, and those that begin with the same request apart.
        Stream(
            "posts",
            ("id",),
            fetch_posts,
            reread=reread_posts,
            backfill=backfill_posts,
            reconcile=reconcile_posts,
            private=_PRIVATE_AUTHOR,
            public_text=_POST_TEXT,
        ),
        Stream(
            "topics",
            ("id",),
            fetch_topics,
            reread=reread_topics,
            backfill=backfill_topics,
            reconcile=reconcile_topics,
            public_text=_TOPIC_TEXT,
        ),
        Stream(
            "admin_users",
            ("id",),
            fetch_admin_users,
            snapshot=True,
            private=_PRIVATE_ACCOUNT,
            scrub=scrub_account,
        ),
        Stream("group_members", ("_group_id", "id"), fetch_group_members, snapshot=True),
        Stream(
            "threads",
            ("id",),
            fetch_threads,
            reread=reread_threads,
            backfill=backfill_threads,
            private={f"post_stream.posts.{path}": rule for path, rule in _PRIVATE_AUTHOR.items()},
            public_text=_TOPIC_TEXT | {f"post_stream.posts.{field}" for field in _POST_TEXT},
        ),
        Stream(
            "user_badges",
            ("id",),
            fetch_user_badges,
            backfill=backfill_user_badges,
            reconcile=reconcile_user_badges,
        ),
        Stream("directory_items", ("id",), fetch_directory_items, scrub=scrub_account),
        Stream(
            "groups",
            ("id",),
            fetch_groups,
            snapshot=True,
            private={
                "incoming_email": Private.DROP,
                "email_username": Private.DROP,
                "email_password": Private.DROP,
                "email_from_alias": Private.DROP,
                "smtp_server": Private.DROP,
            },
        ),
        Stream(
            "categories",
            ("id",),
            fetch_categories,
            snapshot=True,
            public_text=frozenset({"description", "description_text", "description_excerpt"}),
        ),
        Stream(
            "tags",
            ("name",),
            fetch_tags,
            snapshot=True,
            public_text=frozenset({"name", "text", "description"}),
        ),
        Stream(
            "badges",
            ("id",),
            fetch_badges,
            snapshot=True,
            public_text=frozenset({"long_description", "query"}),
        ),
    ),
)
