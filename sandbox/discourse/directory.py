"""The user directory: what each member did in a period."""

from __future__ import annotations

from collections import Counter
from urllib.parse import urlencode

import numpy as np
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from sandbox.clock import SandboxClock
from sandbox.dataset import Record
from sandbox.discourse.forum import Forum, brief_of, denied, invalid, viewer_of
from sandbox.discourse.shapes import REGULAR
from sandbox.web import Refusal, answer, number, page_of

_DIRECTORY_PAGE = 50
_DIRECTORY_LAST_PAGE = 10
_DIRECTORY_ORDERS = (
    "likes_received",
    "likes_given",
    "topic_count",
    "post_count",
    "topics_entered",
    "posts_read",
    "days_visited",
)
_PERIODS = ("daily", "weekly", "monthly", "quarterly", "yearly", "all")


class Directory:
    """The user directory, where the forum shows one."""

    def __init__(self, forum: Forum, clock: SandboxClock, *, is_shown: bool) -> None:
        self._forum = forum
        self._dataset = forum.dataset
        self._clock = clock
        self._is_shown = is_shown
        self.routes = [
            Route("/directory_items", self._directory),
        ]

    async def _directory(self, request: Request) -> Response:
        period = request.query_params.get("period")
        if not self._is_shown:
            raise denied("")
        if period is None:
            raise Refusal(400, {"errors": ["param is missing or the value is empty: period"]})
        if period not in _PERIODS:
            raise denied("")
        page = number(request, "page", 0, invalid("page"), low=0)
        if page > _DIRECTORY_LAST_PAGE:
            raise invalid("page")
        order = request.query_params.get("order") or _DIRECTORY_ORDERS[0]
        items = self._directory_items()
        rising = "asc" in request.query_params
        if order in _DIRECTORY_ORDERS:
            items = sorted(items, key=lambda item: (item[order] if rising else -item[order], item["id"]))
        start, stop = page * _DIRECTORY_PAGE, (page + 1) * _DIRECTORY_PAGE
        rows = page_of(request, np.arange(len(items)), start, stop)
        shown = [items[row] for row in rows.tolist()]
        own = viewer_of(request).user_id
        if page == 0 and own is not None:
            place = next((at for at, item in enumerate(shown) if item["id"] == own), 10)
            shown = [item for item in items if item["id"] == own and place >= 10] + shown
        kept = [
            (name, request.query_params[name])
            for name in ("period", "order", "asc")
            if name in request.query_params
        ]
        prefix, query = request.scope.get("root_path", ""), urlencode([*kept, ("page", page + 1)])
        more = f"{prefix}/directory_items.json?{query}"
        now = self._clock.now().strftime("%Y-%m-%dT%H:%M:%S.000Z")
        meta = {
            "last_updated_at": now,
            "total_rows_directory_items": len(items),
            "load_more_directory_items": more,
        }
        return answer({"directory_items": shown, "meta": meta})

    def _directory_items(self) -> list[Record]:
        def make() -> list[Record]:
            users, posts, topics = self._dataset["users"], self._dataset["posts"], self._dataset["topics"]
            rows, topic_rows = posts.rows(), topics.rows()
            rows = rows[(posts.column("type")[rows] == REGULAR) & (posts.column("deleted")[rows] == 0)]
            authors = posts.column("author")[rows]
            written = Counter(authors.tolist())
            opened = Counter(topics.column("author")[topic_rows].tolist())
            liked: Counter[int] = Counter()
            for author, likes in zip(authors.tolist(), posts.column("likes")[rows].tolist(), strict=True):
                liked[author] += likes
            return [
                {
                    "id": user["id"],
                    "likes_received": liked[user["id"]],
                    "likes_given": user.get("likes_given") or 0,
                    "topics_entered": user.get("topics_entered") or 0,
                    "topic_count": opened[user["id"]],
                    "post_count": written[user["id"]],
                    "posts_read": user.get("posts_read_count") or 0,
                    "days_visited": user.get("days_visited") or 0,
                    "user": {**brief_of(user), "title": user.get("title")},
                }
                for user in users.records()
                if user["id"] > 0 and not user.get("staged")
            ]

        return self._dataset.derived("directory", make)
