"""One topic: its own page, and its posts in chunks or by id."""

from __future__ import annotations

from collections import Counter

import numpy as np
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from sandbox.dataset import Record, Rows
from sandbox.discourse.forum import Forum, invalid, viewer_of
from sandbox.web import answer, is_true, listed, number, page_of

CHUNK = 20
_ONLY_IN_LISTS = (
    "bumped",
    "bumped_at",
    "unseen",
    "liked",
    "op_like_count",
    "posters",
    "last_poster_username",
    "has_accepted_answer",
    "excerpt",
)


class Topics:
    """What shows one topic."""

    def __init__(self, forum: Forum) -> None:
        self._forum = forum
        self._dataset = forum.dataset
        self.routes = [
            Route("/t/{id:int}/posts", self._posts_by_id),
            Route("/t/{id:int}/post_ids", self._post_ids),
            Route("/t/{id:int}", self._topic),
            Route("/t/{id:int}/{post_number:int}", self._topic),
            Route("/t/{slug:str}/{id:int}", self._topic),
            Route("/t/{slug:str}/{id:int}/{post_number:int}", self._topic),
        ]

    async def _topic(self, request: Request) -> Response:
        viewer, topic_id = viewer_of(request), request.path_params["id"]
        row = self._forum.topic_row(topic_id, viewer)
        topic = self._dataset["topics"].record(row)
        rows = self._forum.posts_of(topic_id, viewer, show_deleted=is_true(request, "show_deleted"))
        last_page = max(1, -(-len(rows) // CHUNK))
        page = max(1, number(request, "page", 1, invalid("page")))
        if page > last_page:
            ending = ".json" if request.scope.get("sandbox.json") else ""
            place = f"{request.scope.get('root_path', '')}/t/{topic.get('slug') or '-'}/{topic_id}{ending}"
            return RedirectResponse(f"{place}?page={last_page}", 301)
        if "post_number" in request.path_params and "page" not in request.query_params:
            numbers = self._dataset["posts"].column("number")[rows]
            before = int(np.count_nonzero(numbers < request.path_params["post_number"]))
            page = min(before // CHUNK + 1, last_page)
        shown = page_of(request, rows, (page - 1) * CHUNK, page * CHUNK)
        stream = self._dataset["posts"].column("id")[rows].tolist()
        posts = self._forum.post_bodies(shown, raw=is_true(request, "include_raw"))
        return answer(self._view(topic, rows) | {"post_stream": {"posts": listed(posts), "stream": stream}})

    def _view(self, topic: Record, rows: Rows) -> Record:
        """A topic's own page: as the dataset has it, else made from its entry in lists and from its posts."""
        views = self._dataset["topic_views"]
        known = views.find(topic["id"])
        if known is not None:
            return {**views.record(known), "chunk_size": CHUNK}
        view = {
            name: value for name, value in topic.items() if name not in _ONLY_IN_LISTS and name[:1] != "_"
        }
        posts = self._dataset["posts"]
        authors = Counter(self._dataset["posts"].column("author")[rows].tolist())
        participants = [
            {**brief, "post_count": count}
            for one, count in authors.most_common(24)
            if (brief := self._forum.brief(one)) is not None
        ]
        view["details"] = {
            "created_by": self._forum.brief(topic.get("user_id") or 0),
            "last_poster": self._forum.brief(int(self._dataset["posts"].column("author")[rows[-1]]))
            if len(rows)
            else None,
            "participants": participants,
        }
        view["participant_count"] = len(authors)
        accepted = rows[self._dataset["posts"].column("accepted")[rows] != 0]
        if len(accepted):
            post = posts.record(int(accepted[0]))
            view["accepted_answer"] = {
                "post_number": post.get("post_number"),
                "username": post.get("username"),
                "name": post.get("name"),
                "excerpt": post.get("excerpt"),
            }
        return {**view, "chunk_size": CHUNK}

    async def _posts_by_id(self, request: Request) -> Response:
        viewer, topic_id = viewer_of(request), request.path_params["id"]
        self._forum.topic_row(topic_id, viewer)
        wanted = [*request.query_params.getlist("post_ids[]"), *request.query_params.getlist("post_ids")]
        rows = self._forum.posts_of(topic_id, viewer, show_deleted=bool(wanted))
        if wanted:
            ids = [int(one) for text in wanted for one in text.split(",") if one.strip().isdigit()]
            shown = page_of(
                request, rows[np.isin(self._dataset["posts"].column("id")[rows], ids)], 0, len(rows)
            )
        else:
            shown = page_of(request, rows, 0, CHUNK)
        posts = self._forum.post_bodies(shown, raw=is_true(request, "include_raw"))
        return answer({"post_stream": {"posts": listed(posts)}, "id": topic_id})

    async def _post_ids(self, request: Request) -> Response:
        viewer, topic_id = viewer_of(request), request.path_params["id"]
        self._forum.topic_row(topic_id, viewer)
        return answer(
            {"post_ids": self._dataset["posts"].column("id")[self._forum.posts_of(topic_id, viewer)].tolist()}
        )
