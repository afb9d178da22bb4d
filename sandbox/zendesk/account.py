"""The account itself, and what it has none of."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from sandbox.web import answer
from sandbox.zendesk.access import EMAIL
from sandbox.zendesk.pages import Pages


class Account:
    """Settings, the one who asks, and features that are always empty."""

    def __init__(self, pages: Pages) -> None:
        self._pages = pages
        self.routes = [
            Route("/api/v2/account/settings", self._settings),
            Route("/api/v2/users/me", self._me),
            Route("/api/v2/search", self._search),
            Route("/api/v2/slas/policies", self._empty("sla_policies")),
            Route("/api/v2/channels/voice/phone_numbers", self._empty("phone_numbers")),
        ]

    async def _settings(self, request: Request) -> Response:
        return answer(
            {
                "settings": {
                    "active_features": {
                        "organization_access_enabled": True,
                        "satisfaction_prediction": False,
                    },
                    "branding": {"header_color": "1A00C3"},
                    "localization": {"time_zone": "UTC"},
                    "tickets": {"comments_public_by_default": True, "list_newest_comments_first": True},
                }
            }
        )

    async def _me(self, request: Request) -> Response:
        return answer(
            {"user": {"id": 1, "name": "Sandbox agent", "email": EMAIL, "role": "admin", "active": True}}
        )

    async def _search(self, request: Request) -> Response:
        return answer({"results": [], "facets": None, "count": 0, "next_page": None, "previous_page": None})

    def _empty(self, name: str) -> Callable[[Request], Any]:
        async def empty(request: Request) -> Response:
            return self._pages.of_records(request, name, [])

        return empty
