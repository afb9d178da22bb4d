"""Badges and who was granted them."""

from __future__ import annotations

import numpy as np
import orjson
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from sandbox.dataset import Record
from sandbox.discourse.forum import Forum, admin_only, invalid, not_found
from sandbox.web import answer, listed, number, page_of

_BADGES_PAGE = 96
_BADGE_TYPES = [
    {"id": 1, "name": "Gold", "sort_order": 9},
    {"id": 2, "name": "Silver", "sort_order": 8},
    {"id": 3, "name": "Bronze", "sort_order": 7},
]


class Badges:
    """What shows badges and grants."""

    def __init__(self, forum: Forum) -> None:
        self._forum = forum
        self._dataset = forum.dataset
        self.routes = [
            Route("/badges", self._badges),
            Route("/admin/badges", self._admin_badges),
            Route("/user_badges", self._user_badges),
            Route("/user-badges/{username:str}", self._badges_of_user),
        ]

    def _badge_answer(self) -> Record:
        badges = self._dataset["badges"]
        return {
            "badges": listed(badges.bodies(badges.rows())),
            "badge_types": _BADGE_TYPES,
            "badge_groupings": [],
        }

    async def _badges(self, request: Request) -> Response:
        return answer(self._badge_answer())

    async def _admin_badges(self, request: Request) -> Response:
        admin_only(request)
        return answer(
            self._badge_answer() | {"admin_badges": {"protected_system_fields": [], "triggers": {}}}
        )

    async def _user_badges(self, request: Request) -> Response:
        badge = self._dataset["badges"].find(number(request, "badge_id", 0, invalid("badge_id")))
        if badge is None:
            raise not_found()
        badge_id = self._dataset["badges"].record(badge)["id"]
        grants = self._dataset["user_badges"]
        rows = grants.rows()
        rows = rows[grants.column("badge")[rows] == badge_id]
        if username := request.query_params.get("username"):
            user = self._dataset["users"].record(self._forum.user_row(username))
            rows = rows[grants.column("user")[rows] == user["id"]]
        order = np.lexsort((grants.column("id")[rows], grants.column("granted")[rows]))[::-1]
        offset = number(request, "offset", 0, invalid("offset"), low=0)
        shown = page_of(request, rows[order], offset, offset + _BADGES_PAGE)
        given = [grants.record(row) for row in shown.tolist()]
        people = {one.get(name) for one in given for name in ("user_id", "granted_by_id")}
        return answer(
            {
                "badges": [orjson.Fragment(self._dataset["badges"].body(badge))],
                "badge_types": _BADGE_TYPES,
                "users": [
                    brief
                    for one in sorted(filter(None, people))
                    if (brief := self._forum.brief(one)) is not None
                ],
                "topics": [],
                "user_badge_info": {
                    "grant_count": len(rows) if username else None,
                    "username": username,
                    "user_badges": listed(grants.bodies(shown)),
                },
            }
        )

    async def _badges_of_user(self, request: Request) -> Response:
        user = self._dataset["users"].record(self._forum.user_row(request.path_params["username"]))
        grants, badges = self._dataset["user_badges"], self._dataset["badges"]
        rows = grants.rows()
        rows = rows[grants.column("user")[rows] == user["id"]]
        held = [
            row
            for one in sorted(set(grants.column("badge")[rows].tolist()))
            if (row := badges.find(one)) is not None
        ]
        return answer(
            {
                "badges": listed(badges.bodies(held)),
                "badge_types": _BADGE_TYPES,
                "granted_bies": [],
                "user_badges": listed(grants.bodies(rows)),
            }
        )
