"""Topic lists: the latest, a category's, a member's; pinned topics first on page 0."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import numpy as np
import orjson
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from sandbox.dataset import NULL, Record, Rows, Table
from sandbox.discourse.forum import Forum, denied, invalid, not_found, viewer_of
from sandbox.web import answer, is_true, listed, number, page_of, query_with

_LIST_PAGE = 30
_LIST_ORDERS = {
    "default": "bumped",
    "activity": "bumped",
    "created": "created",
    "views": "views",
    "posts": "posts",
    "likes": "likes",
    "op_likes": "op_likes",
    "category": "category",
    "posters": "posters",
}


class TopicLists:
    """What lists topics."""

    def __init__(self, forum: Forum) -> None:
        self._forum = forum
        self._dataset = forum.dataset
        self.routes = [
            Route("/", self._home),
            Route("/latest", self._latest),
            Route("/c/{id:int}", self._category_topics),
            Route("/c/{id:int}/l/latest", self._category_topics),
            Route("/c/{slug:str}/{id:int}", self._category_topics),
            Route("/c/{slug:str}/{id:int}/l/latest", self._category_topics),
            Route("/topics/created-by/{username:str}", self._topics_by),
        ]

    async def _home(self, request: Request) -> Response:
        return await self._latest(request)

    async def _latest(self, request: Request) -> Response:
        wanted = request.query_params.get("category")
        if wanted is None:
            return self._topic_list(request, "latest", lambda topics, rows: rows, pinning=True)
        category = int(wanted) if wanted.isdigit() else NULL
        return self._topic_list(
            request,
            "latest",
            lambda topics, rows: rows[topics.column("category")[rows] == category],
            pinning=True,
        )

    async def _category_topics(self, request: Request) -> Response:
        viewer, wanted = viewer_of(request), request.path_params["id"]
        categories = self._dataset["categories"]
        if categories.find(wanted) is None:
            raise not_found()
        if wanted in self._forum.private_categories() and not viewer.is_admin:
            raise denied("")
        family = [
            wanted,
            *(one["id"] for one in categories.records() if one.get("parent_category_id") == wanted),
        ]
        return self._topic_list(
            request,
            f"c/{wanted}",
            lambda topics, rows: rows[np.isin(topics.column("category")[rows], family)],
            pinning=True,
        )

    async def _topics_by(self, request: Request) -> Response:
        username = request.path_params["username"]
        author = self._dataset["users"].record(self._forum.user_row(username))["id"]
        return self._topic_list(
            request,
            f"topics/created-by/{username}",
            lambda topics, rows: rows[topics.column("author")[rows] == author],
            pinning=False,
        )

    def _topic_list(
        self, request: Request, path: str, choose: Callable[[Table, Rows], Rows], *, pinning: bool
    ) -> Response:
        per_page = number(request, "per_page", _LIST_PAGE, invalid("per_page"), low=1)
        if per_page > 100:
            raise invalid("per_page")
        page = number(request, "page", 0, invalid("page"), low=0)
        column = _LIST_ORDERS.get(request.query_params.get("order") or "default", "bumped")
        rising, viewer = is_true(request, "ascending"), viewer_of(request)

        def in_order() -> Rows:
            topics = self._dataset["topics"]
            rows = choose(topics, self._forum.seen_topics(viewer, in_lists=True))
            places = np.lexsort((topics.column("id")[rows], topics.column(column)[rows]))
            rows = rows[places if rising else places[::-1]]
            if pinning and column == "bumped":
                pinned = topics.column("pinned")[rows] != 0
                rows = np.concatenate([rows[pinned], rows[~pinned]])
            return rows

        category = request.query_params.get("category")
        rows = self._dataset.derived(f"list {path} {category} {viewer.rights} {column} {rising}", in_order)
        start, stop = page * per_page, (page + 1) * per_page
        bodies = self._dataset["topics"].bodies(page_of(request, rows, start, stop))
        listing: dict[str, Any] = {"can_create_topic": False}
        if stop < len(rows):
            more = f"no_definitions=true&{query_with(request, 'page', page + 1)}"
            listing["more_topics_url"] = f"{request.scope.get('root_path', '')}/{path}?{more}"
        listing |= {"per_page": per_page, "top_tags": [], "topics": listed(bodies)}
        return answer({"users": self._users_of(bodies), "primary_groups": [], "topic_list": listing})

    def _users_of(self, bodies: Iterable[bytes]) -> list[Record]:
        """The people who stand beside a list of topics."""
        ids = {
            poster.get("user_id")
            for body in bodies
            for poster in orjson.loads(body).get("posters") or []
            if isinstance(poster, dict)
        }
        return [brief for one in sorted(filter(None, ids)) if (brief := self._forum.brief(one)) is not None]
