"""Groups and their members."""

from __future__ import annotations

import numpy as np
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from sandbox.dataset import Record
from sandbox.discourse.forum import Forum, denied, invalid, not_found, viewer_of
from sandbox.web import answer, listed, number, page_of

_GROUPS_PAGE = 36


class Groups:
    """What shows groups."""

    def __init__(self, forum: Forum) -> None:
        self._forum = forum
        self._dataset = forum.dataset
        self.routes = [
            Route("/groups", self._groups),
            Route("/groups/search", self._group_search),
            Route("/groups/{name:str}/members", self._group_members),
            Route("/groups/{name:str}", self._group),
        ]

    async def _groups(self, request: Request) -> Response:
        page = number(request, "page", 0, invalid("page"), low=0)
        groups = self._forum.seen_groups(request)
        start, stop = page * _GROUPS_PAGE, (page + 1) * _GROUPS_PAGE
        rows = page_of(request, np.arange(len(groups)), start, stop)
        return answer(
            {
                "groups": [groups[row] for row in rows.tolist()],
                "extras": {"type_filters": ["public", "automatic"]},
                "total_rows_groups": len(groups),
                "load_more_groups": f"{request.scope.get('root_path', '')}/groups?page={page + 1}",
            }
        )

    def _one_group(self, request: Request) -> Record:
        wanted = request.path_params["name"].lower()
        found = [one for one in self._forum.seen_groups(request) if str(one.get("name")).lower() == wanted]
        if not found:
            raise not_found()
        return found[0]

    async def _group_search(self, request: Request) -> Response:
        return answer(self._forum.seen_groups(request))

    async def _group(self, request: Request) -> Response:
        return answer({"group": self._one_group(request), "extras": {"visible_group_names": []}})

    async def _group_members(self, request: Request) -> Response:
        group = self._one_group(request)
        if group.get("members_visibility_level") and not viewer_of(request).is_admin:
            raise denied("")
        limit = number(request, "limit", 50, invalid("limit"), low=0)
        offset = number(request, "offset", 0, invalid("offset"), low=0)
        if limit > 1000:
            raise invalid("limit")
        members = self._dataset["group_members"]
        rows = members.rows()
        rows = rows[members.column("group")[rows] == group["id"]]
        owners = rows[members.column("owner")[rows] != 0]
        return answer(
            {
                "members": listed(members.bodies(page_of(request, rows, offset, offset + limit))),
                "owners": listed(members.bodies(owners)),
                "meta": {"total": len(rows), "limit": limit, "offset": offset},
            }
        )
