"""Posts outside their topic: `/posts.json` walking down from the newest, and single ones."""

from __future__ import annotations

import numpy as np
import orjson
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from sandbox.dataset import Rows
from sandbox.discourse.forum import Forum, Viewer, invalid, not_found, viewer_of
from sandbox.discourse.shapes import REGULAR
from sandbox.web import answer, listed, number, page_of

_POSTS_PAGE = 50
_LIKERS_MOST = 200


class Posts:
    """What shows posts one by one, or the newest of all."""

    def __init__(self, forum: Forum, *, old_window: bool) -> None:
        self._forum = forum
        self._dataset = forum.dataset
        self._old_window = old_window
        self.routes = [
            Route("/posts", self._latest_posts),
            Route("/posts/by_number/{topic_id:int}/{post_number:int}", self._post_by_number),
            Route("/posts/{id:int}/replies", self._replies),
            Route("/posts/{id:int}", self._post),
            Route("/post_action_users", self._post_action_users),
        ]

    async def _latest_posts(self, request: Request) -> Response:
        viewer = viewer_of(request)

        def make() -> tuple[Rows, Rows]:
            posts = self._dataset["posts"]
            rows = posts.rows()
            seen = (posts.column("type")[rows] == REGULAR) & (posts.column("deleted")[rows] == 0)
            unlisted = self._forum.hidden_topic_ids(viewer, in_lists=True)
            seen &= ~np.isin(posts.column("topic")[rows], unlisted)
            rows = rows[seen]
            ids = posts.column("id")[rows]
            order = np.argsort(ids)
            return rows[order], ids[order]

        rows, ids = self._dataset.derived(f"latest posts {viewer.rights}", make)
        before = number(request, "before", 0, invalid("before"))
        newest = int(ids[-1]) if len(ids) else 0
        if self._old_window:
            top = before if before > 0 else newest
            first, stop = np.searchsorted(ids, [top - _POSTS_PAGE, top], side="right")
        else:
            stop = np.searchsorted(ids, before, side="left") if before > 0 else len(ids)
            first = max(0, stop - _POSTS_PAGE)
        start = len(rows) - int(stop)
        shown = page_of(request, rows[::-1], start, start + int(stop - first))
        return answer({"latest_posts": listed(self._dataset["posts"].bodies(shown))})

    async def _post(self, request: Request) -> Response:
        return self._one_post(viewer_of(request), self._dataset["posts"].find(request.path_params["id"]))

    async def _post_by_number(self, request: Request) -> Response:
        viewer, topic_id = viewer_of(request), request.path_params["topic_id"]
        self._forum.topic_row(topic_id, viewer)
        rows = self._forum.posts_of(topic_id, viewer)
        found = rows[self._dataset["posts"].column("number")[rows] == request.path_params["post_number"]]
        return self._one_post(viewer, int(found[0]) if len(found) else None)

    def _one_post(self, viewer: Viewer, row: int | None) -> Response:
        if row is None:
            raise not_found()
        if self._dataset["posts"].column("deleted")[row] and not viewer.is_admin:
            raise not_found()
        topic_id = int(self._dataset["posts"].column("topic")[row])
        if self._dataset["topics"].find(topic_id) is not None:
            self._forum.topic_row(topic_id, viewer)
        return answer(orjson.Fragment(self._dataset["posts"].body(row)))

    async def _replies(self, request: Request) -> Response:
        viewer, posts = viewer_of(request), self._dataset["posts"]
        row = posts.find(request.path_params["id"])
        if row is None:
            raise not_found()
        topic_id = int(self._dataset["posts"].column("topic")[row])
        self._forum.topic_row(topic_id, viewer)
        rows = self._forum.posts_of(topic_id, viewer)
        answers = rows[
            self._dataset["posts"].column("reply_to")[rows] == self._dataset["posts"].column("number")[row]
        ]
        return answer(listed(self._forum.post_bodies(answers, raw=False)))

    async def _post_action_users(self, request: Request) -> Response:
        row = self._dataset["posts"].find(number(request, "id", 0, invalid("id")))
        if row is None:
            raise not_found()
        self._one_post(viewer_of(request), row)
        number(request, "limit", _LIKERS_MOST, invalid("limit"), low=1)
        # Datasets know how many liked a post, not who did.
        return answer({"post_action_users": []})
