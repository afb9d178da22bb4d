"""Stand-in for Zendesk Support's API v2 (https://developer.zendesk.com/api-reference/).

Cursor exports order records by (generated timestamp, id) and end on `end_of_stream`; time exports
repeat the last second; ordinary lists page by cursor once `page[size]` is sent and by number
otherwise. What changed within the last minute of the sandbox's clock is withheld from exports.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from starlette.requests import Request
from starlette.routing import Router
from starlette.types import Receive, Scope, Send

from sandbox.clock import SandboxClock
from sandbox.dataset import Dataset
from sandbox.limits import Spent
from sandbox.web import Refusal, refusal_of, with_headers
from sandbox.zendesk.access import EMAIL, TOKEN, Access, rate_headers
from sandbox.zendesk.account import Account
from sandbox.zendesk.answers import not_found
from sandbox.zendesk.exports import Exports
from sandbox.zendesk.lists import LISTS, Lists
from sandbox.zendesk.pages import Pages
from sandbox.zendesk.records import Records
from sandbox.zendesk.shapes import OTHER, SHAPES
from sandbox.zendesk.tickets import Tickets

__all__ = ["EMAIL", "LISTS", "OPTIONS", "TOKEN", "Zendesk", "make"]

OPTIONS = {"boundary_indicators": ("always", "asked")}
"""`asked`: users, groups and organizations say `has_more` only with include_boundary_indicators=true."""


class Zendesk:
    """One Zendesk account's API over one dataset."""

    def __init__(
        self,
        dataset: Dataset,
        clock: SandboxClock,
        *,
        limited: bool = False,
        options: Mapping[str, str] | None = None,
    ) -> None:
        self.dataset = dataset
        self._access = Access(limited=limited)
        records = Records(dataset)
        strict = (options or {}).get("boundary_indicators") == "asked"
        pages = Pages(dataset, records, strict_indicators=strict)
        # Lists answer for any stream's name, so they come last.
        parts = (
            Exports(dataset, clock, records, pages),
            Account(pages),
            Tickets(dataset, pages),
            Lists(dataset, clock, pages),
        )
        self._router = Router([route for part in parts for route in part.routes])

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        request = Request(scope, receive)
        spent: list[Spent] = []
        try:
            self._access.authenticate(request)
            self._access.spend(request, spent)
            await self._router(scope, receive, with_headers(send, rate_headers(request, spent)))
        except Exception as error:
            response = refusal_of(error, self)
            await response(scope, receive, with_headers(send, rate_headers(request, spent)))

    def not_found(self) -> Refusal:
        """The answer for an unknown path."""
        return not_found()

    def expire_tokens(self) -> bool:
        """API tokens don't expire; nothing to renew."""
        return False


def make(
    dataset_directory: Path, clock: SandboxClock, *, limited: bool, options: Mapping[str, str]
) -> Zendesk:
    """A Zendesk account that serves `<dataset_directory>/zendesk`."""
    return Zendesk(
        Dataset(dataset_directory, "zendesk", SHAPES, OTHER), clock, limited=limited, options=options
    )
