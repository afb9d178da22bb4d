"""What the Discourse tests share: a forum's client, its topics and their list."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from tests.extractors.reading import NOW, client
from tests.extractors.stand_in import Seen, StandIn

RECENT = "2026-03-30T10:00:00.000Z"

OLD = "2025-01-01T10:00:00.000Z"


def days_ago(days: float) -> str:
    return (NOW - timedelta(days=days)).strftime("%Y-%m-%dT%H:%M:%S.000Z")


def forum(server: StandIn, stream: str, **options: Any):
    return client(server, "discourse", stream, **options)


def topic(topic_id: int, bumped: str = RECENT, **more: Any) -> dict[str, Any]:
    return {"id": topic_id, "bumped_at": bumped, "pinned": False, "posts_count": 1, **more}


class TopicList:
    """`/latest.json`: by creation (id) on demand, else by activity with pinned topics first on page 0."""

    def __init__(self, server: StandIn, topics: list[dict[str, Any]], per_page: int = 3) -> None:
        self.topics = topics
        self.per_page = per_page
        self.before_page: dict[int, Any] = {}
        server.on("/latest.json", self.answer)

    def answer(self, request: Seen) -> dict[str, Any]:
        page = int(request.query.get("page", 0))
        if page in self.before_page:
            self.before_page.pop(page)()
        if request.query.get("order") == "created":
            ordered = sorted(self.topics, key=lambda one: one["id"])
        else:
            ordered = sorted(self.topics, key=lambda one: (not one["pinned"], one["bumped_at"]), reverse=True)
            ordered = [one for one in ordered if one["pinned"]] + [
                one for one in ordered if not one["pinned"]
            ]
        shown = ordered[page * self.per_page : (page + 1) * self.per_page]
        listing: dict[str, Any] = {"topics": shown, "per_page": self.per_page}
        if (page + 1) * self.per_page < len(ordered):
            listing["more_topics_url"] = f"/latest?page={page + 1}"
        return {"topic_list": listing}
