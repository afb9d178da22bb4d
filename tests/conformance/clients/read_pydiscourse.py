"""Reads a forum with pydiscourse; runs in pydiscourse's own environment.

Usage: read_pydiscourse.py BASE_URL USERNAME KEY. Prints one `{"stream": …, "record": …}` a line.
"""

from __future__ import annotations

import json
import sys
from typing import Any

from pydiscourse import DiscourseClient  # type: ignore[import-not-found]


def show(stream: str, record: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps({"stream": stream, "record": record}) + "\n")


def main(base_url: str, username: str, key: str) -> None:
    client = DiscourseClient(base_url, api_username=username, api_key=key)
    topics: dict[int, str] = {}
    page = 0
    while found := client.latest_topics(page=page)["topic_list"]["topics"]:
        page += 1
        for topic in found:
            topics[topic["id"]] = topic["slug"]
            show("topics", topic)
    for topic_id, slug in topics.items():
        stream = client.topic(slug, topic_id)["post_stream"]
        for post in stream["posts"]:
            show("posts", post)
        rest = stream["stream"][len(stream["posts"]) :]
        for start in range(0, len(rest), 20):
            chunk = client.posts(topic_id, post_ids=rest[start : start + 20])
            for post in chunk["post_stream"]["posts"]:
                show("posts", post)
    before = None
    while found := client.latest_posts(before=before)["latest_posts"]:
        before = found[-1]["id"]
        for post in found:
            show("latest_posts", post)
    page = 1
    while found := client.list_users("active", page=page, order="created", asc="true", show_emails="true"):
        page += 1
        for user in found:
            show("users", user)
    for category in client.categories(include_subcategories="true"):
        inner = category.pop("subcategory_list")
        for one in [category, *inner]:
            show("categories", one)
    for group in client.groups():
        show("groups", group)
        for member in client.group_members(group["name"]):
            show("group_members", {**member, "_group_id": group["id"]})
        for owner in client.group_owners(group["name"]):
            show("group_owners", {**owner, "_group_id": group["id"]})
    for badge in client.badges()["badges"]:
        show("badges", badge)


if __name__ == "__main__":
    main(*sys.argv[1:])
