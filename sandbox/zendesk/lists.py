"""Ordinary lists: any stream of the account, by id or as asked for."""

from __future__ import annotations

import numpy as np
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from sandbox.clock import SandboxClock
from sandbox.dataset import NULL, Dataset, Rows, Table
from sandbox.web import Refusal, answer, number
from sandbox.zendesk.answers import not_found
from sandbox.zendesk.pages import Pages
from sandbox.zendesk.records import metric_set_bodies
from sandbox.zendesk.shapes import ROLES, SCORES, SECOND, STATUSES

LISTS = (
    "brands", "custom_statuses", "deleted_users", "group_memberships", "groups", "macros",
    "organization_fields", "organization_memberships", "organizations", "satisfaction_ratings", "tags",
    "ticket_fields", "ticket_forms", "ticket_metrics", "tickets", "triggers", "user_fields", "users", "views",
)  # fmt: skip
"""Answered with an empty list where the dataset has no such stream."""
_ARCHIVED_AFTER_SECONDS = 120 * 86_400
_DELETED_LISTED_SECONDS = 30 * 86_400


class Lists:
    """Streams as lists."""

    def __init__(self, dataset: Dataset, clock: SandboxClock, pages: Pages) -> None:
        self._dataset = dataset
        self._clock = clock
        self._pages = pages
        self.routes = [
            Route("/api/v2/deleted_tickets", self._deleted_tickets),
            Route("/api/v2/{stream:str}/count", self._count),
            Route("/api/v2/{stream:str}", self._list),
        ]

    async def _list(self, request: Request) -> Response:
        stream = request.path_params["stream"]
        if stream == "ticket_metrics":
            return self._ticket_metrics(request)
        if stream not in LISTS and stream not in self._dataset:
            raise not_found()
        if stream not in self._dataset:
            return self._pages.page(request, stream, None, np.empty(0, dtype=np.int64))
        table = self._dataset[stream]
        rows = self._shown(stream, table, self._sorted(request, stream, table))
        if stream == "users" and (roles := _choices(request, "role")):
            wanted = [ROLES.index(role) for role in roles if role in ROLES]
            rows = rows[np.isin(table.column("role")[rows], wanted)]
        elif stream == "satisfaction_ratings":
            rows = self._ratings(request, table, rows)
        return self._pages.page(request, stream, table, rows)

    async def _count(self, request: Request) -> Response:
        """How many records the list of a stream has."""
        stream = request.path_params["stream"]
        if stream not in LISTS:
            raise not_found()
        count = 0
        if stream in self._dataset:
            table = self._dataset[stream]
            count = len(self._shown(stream, table, table.rows()))
        refreshed = self._clock.now().strftime("%Y-%m-%dT%H:%M:%SZ")
        return answer({"count": {"value": count, "refreshed_at": refreshed}})

    def _sorted(self, request: Request, stream: str, table: Table) -> Rows:
        """A stream's rows in the order asked for; by id if none is."""
        sort = request.query_params.get("sort") or request.query_params.get("sort_by") or "id"
        descending = sort.startswith("-") or request.query_params.get("sort_order") == "desc"
        column = {"created_at": "created", "updated_at": "updated"}.get(sort.lstrip("-"), "id")
        if column not in table.shape.columns:
            return table.rows()

        def make() -> Rows:
            rows = table.rows()
            rows = rows[np.lexsort((table.column("id")[rows], table.column(column)[rows]))]
            return rows[::-1] if descending else rows

        return self._dataset.derived(f"list {stream} {column} {descending}", make)

    def _ratings(self, request: Request, table: Table, rows: Rows) -> Rows:
        bad = Refusal(400, {"error": "InvalidValue", "description": "start_time or end_time is invalid"})
        created = table.column("created")[rows]
        since, until = number(request, "start_time", 0, bad), number(request, "end_time", 0, bad)
        chosen = np.ones(len(rows), dtype=bool)
        if since:
            chosen &= created >= since * SECOND
        if until:
            chosen &= created <= until * SECOND
        if score := request.query_params.get("score"):
            chosen &= table.column("score")[rows] == (SCORES.index(score) if score in SCORES else NULL)
        return rows[chosen]

    def _shown(self, stream: str, table: Table, rows: Rows) -> Rows:
        """What a list shows and its count counts: no deleted user (`active` false), no old ticket."""
        if stream == "tickets":
            return self._unarchived(table, rows)
        if stream == "users":
            rows = rows[table.column("active")[rows] != 0]
        return rows

    def _unarchived(self, table: Table, rows: Rows) -> Rows:
        """Tickets the ordinary list shows: not deleted, not closed 120 days ago or longer."""
        status, updated = table.column("status")[rows], table.column("updated")[rows]
        long_ago = int(self._clock.now().timestamp() - _ARCHIVED_AFTER_SECONDS) * SECOND
        archived = (status == STATUSES.index("closed")) & (updated < long_ago)
        shown: Rows = rows[(status != STATUSES.index("deleted")) & ~archived]
        return shown

    def _ticket_metrics(self, request: Request) -> Response:
        table = self._dataset["tickets"]
        rows = self._unarchived(table, self._sorted(request, "tickets", table))[::-1]
        return self._pages.page(request, "ticket_metrics", table, rows, metric_set_bodies)

    async def _deleted_tickets(self, request: Request) -> Response:
        table = self._dataset["deleted_tickets"]
        rows = table.rows()
        now = int(self._clock.now().timestamp())
        deleted = table.column("deleted")[rows]
        rows = rows[deleted >= (now - _DELETED_LISTED_SECONDS) * SECOND]
        return self._pages.page(request, "deleted_tickets", table, rows[np.argsort(table.column("id")[rows])])


def _choices(request: Request, name: str) -> list[str]:
    return [*request.query_params.getlist(name), *request.query_params.getlist(f"{name}[]")]
