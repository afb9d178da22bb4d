"""Stand-in for UserVoice's Admin API v2 (https://developer.uservoice.com/docs/api/v2/reference/).

Lists are newest first by id unless sorted otherwise. A cursor is the base64 of
`{"sort": …, "val": …, "last_id": …}`: a keyset on (sort value, id), to be sent back with the same
sort and filters; the last page has none.
"""

from __future__ import annotations

import base64
import binascii
import hmac
import secrets
import time
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import orjson
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route, Router
from starlette.types import Receive, Scope, Send

from sandbox.clock import SandboxClock
from sandbox.dataset import NULL, Dataset, Record, Rows, Shape, Table, micros, number_of, time_of
from sandbox.limits import Budget, Meter, Spent
from sandbox.web import Refusal, answer, listed, number, page_of, refusal_of, with_headers

CLIENT_ID = "sandbox-client"
CLIENT_SECRET = "sandbox-secret"

OPTIONS = {
    "updated_bounds": ("half_open", "inclusive", "exclusive"),
    "last_cursor": ("missing", "present"),
}
"""`updated_bounds`: which end of updated_after/updated_before belongs to the window (half_open: the first);
`last_cursor`: whether the last page carries a cursor, which then leads to an empty page."""

RESOURCES = (
    "attachments", "categories", "comments", "custom_fields", "external_accounts", "external_users",
    "features", "feature_statuses", "forum_invitations", "forums", "labels", "messages", "notes",
    "nps_ratings", "product_areas", "requests", "segmented_values", "segments", "status_updates", "statuses",
    "suggestion_activity_entries", "suggestions", "supporters", "teams", "users",
)  # fmt: skip
"""Answered with an empty list where the dataset has no such stream."""

_STREAMS = (
    "categories", "comments", "external_accounts", "external_users", "forums", "labels",
    "nps_ratings", "status_updates", "statuses", "suggestions", "supporters", "users",
)  # fmt: skip
TOKEN_SECONDS = 7200
_PER_MINUTE = Budget("account", 300, 60)

_LINK_TYPES = {
    "suggestion": "suggestions",
    "parent_suggestion": "suggestions",
    "forum": "forums",
    "category": "categories",
    "status": "statuses",
    "old_status": "statuses",
    "new_status": "statuses",
    "labels": "labels",
    "last_status_update": "status_updates",
    "user": "users",
    "created_by": "users",
    "updated_by": "users",
    "ticket": "tickets",
    "teams": "teams",
    "external_users": "external_users",
    "external_account": "external_accounts",
    "current_nps_rating": "nps_ratings",
    "previous_nps_rating": "nps_ratings",
}
_FILTERS = {
    "suggestion": "suggestion",
    "forum": "forum",
    "category": "category",
    "status": "status",
    "user": "user",
    "creator": "created_by",
}
_SORTS = {
    "id": "id",
    "created_at": "created",
    "updated_at": "updated",
    "votes_count": "votes",
    "supporters_count": "supporters",
}


def _link(name: str) -> Callable[[Record], int]:
    def read(record: Record) -> int:
        value = (record.get("links") or {}).get(name)
        return value if isinstance(value, int) else NULL

    return read


_SHAPE = Shape(
    {
        "id": number_of("id"),
        "created": time_of("created_at"),
        "updated": time_of("updated_at"),
        "votes": number_of("votes_count"),
        "supporters": number_of("supporters_count"),
        **{f"link {name}": _link(name) for name in sorted(set(_FILTERS.values()))},
    }
)


class UserVoice:
    """One UserVoice account over one dataset."""

    def __init__(
        self,
        dataset: Dataset,
        clock: SandboxClock,
        *,
        limited: bool = False,
        options: Mapping[str, str] | None = None,
        now: Callable[[], float] = time.time,
    ) -> None:
        self.dataset = dataset
        self._now = now
        self._meter = Meter(limited)
        self._bounds = (options or {}).get("updated_bounds", "half_open")
        self._last_cursor = (options or {}).get("last_cursor") == "present"
        self._tokens: dict[str, float] = {}
        self._router = Router(
            [
                Route("/api/v2/oauth/token", self._token, methods=["POST"]),
                Route("/api/v2/admin/users/current", self._current_user),
                Route("/api/v2/admin/{resource:str}/{ids:str}", self._some),
                Route("/api/v2/admin/{resource:str}", self._list),
            ]
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        request = Request(scope, receive)
        spent: list[Spent] = []
        try:
            if not scope["path"].endswith("/oauth/token"):
                self._authenticate(request)
                spent.append(self._spend())
            await self._router(scope, receive, with_headers(send, self._rate_headers(spent)))
        except Exception as error:
            await refusal_of(error, self)(scope, receive, with_headers(send, self._rate_headers(spent)))

    def not_found(self) -> Refusal:
        """The answer for an unknown path or record."""
        return _refusal(404, "record_not_found", "Record not found")

    def expire_tokens(self) -> bool:
        """Make every access token invalid."""
        self._tokens.clear()
        return True

    # Who asks, and how often

    async def _token(self, request: Request) -> Response:
        form = await request.form()
        if form.get("grant_type") != "client_credentials":
            raise Refusal(
                400, {"error": "unsupported_grant_type", "error_description": "Use client_credentials."}
            )
        known = hmac.compare_digest(str(form.get("client_id")), CLIENT_ID)
        if not (known and hmac.compare_digest(str(form.get("client_secret")), CLIENT_SECRET)):
            raise Refusal(
                401, {"error": "invalid_client", "error_description": "Client authentication failed."}
            )
        token = secrets.token_hex(32)
        self._tokens[token] = self._now() + TOKEN_SECONDS
        return answer({"access_token": token, "token_type": "bearer", "expires_in": TOKEN_SECONDS})

    def _authenticate(self, request: Request) -> None:
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        expires = self._tokens.get(token.strip()) if scheme.lower() == "bearer" else None
        if expires is None or expires < self._now():
            raise _refusal(401, "unauthorized", "User or client not authorized. Check your credentials.")

    def _spend(self) -> Spent:
        spent = self._meter.take(_PER_MINUTE)
        if spent.refused:
            refusal = _refusal(429, "rate_limit_exceeded", "Rate limit exceeded.")
            refusal.headers = {**self._rate_headers([spent]), "Retry-After": str(self._reset(spent))}
            raise refusal
        return spent

    def _reset(self, spent: Spent) -> int:
        return int(self._now()) + spent.wait_seconds

    def _rate_headers(self, spent: Iterable[Spent]) -> dict[str, str]:
        return {
            name: str(value)
            for one in spent
            for name, value in (
                ("X-Rate-Limit-Limit", one.budget.requests),
                ("X-Rate-Limit-Remaining", one.remaining),
                ("X-Rate-Limit-Reset", self._reset(one)),
            )
        }

    # Lists

    async def _list(self, request: Request) -> Response:
        resource = request.path_params["resource"]
        if resource not in RESOURCES:
            raise self.not_found()
        bad = _refusal(400, "invalid_parameter", "page and per_page are whole numbers from 1.")
        size = min(number(request, "per_page", 20, bad, low=1), 100)
        page = number(request, "page", 1, bad, low=1)
        if resource not in self.dataset:
            return answer(
                {resource: [], "links": {}, "pagination": _pagination(0, size, page), "list_meta": None}
            )
        table = self.dataset[resource]
        sort = request.query_params.get("sort", "")
        rows, values, ids = self._ordered(resource, table, sort or self._default_sort(resource))
        chosen = self._chosen(request, table, rows)
        if chosen is not None:
            rows, values, ids = rows[chosen], values[chosen], ids[chosen]
        cursor = request.query_params.get("cursor")
        start = (
            _place(cursor, sort, values, ids, self._descends(resource, sort)) if cursor else (page - 1) * size
        )
        stop = min(start + size, len(rows))
        pagination = _pagination(len(rows), size, 1 if cursor else page)
        if stop > start and (stop < len(rows) or self._last_cursor):
            last = stop - 1
            pagination["cursor"] = _write_cursor(sort, int(values[last]), int(ids[last]))
        shown = page_of(request, rows, start, stop)
        return answer(
            {
                resource: listed(table.bodies(shown)),
                **self._included(request, table, shown),
                "links": self._link_types(resource, table),
                "pagination": pagination,
                "list_meta": None,
            }
        )

    def _default_sort(self, resource: str) -> str:
        return "-created_at" if resource == "suggestion_activity_entries" else "-id"

    def _descends(self, resource: str, sort: str) -> bool:
        return (sort or self._default_sort(resource)).startswith("-")

    def _ordered(self, resource: str, table: Table, sort: str) -> tuple[Rows, Rows, Rows]:
        """Rows, sort values and ids in the order asked for."""
        column = _SORTS.get(sort.removeprefix("-"))
        if column is None:
            raise _refusal(400, "invalid_parameter", f"Can't sort by that; use one of {', '.join(_SORTS)}.")

        def make() -> tuple[Rows, Rows, Rows]:
            rows = table.rows()
            values, ids = table.column(column)[rows], table.column("id")[rows]
            order = np.lexsort((ids, values))
            if sort.startswith("-"):
                order = order[::-1]
            return rows[order], values[order], ids[order]

        return self.dataset.derived(f"order {resource} {sort}", make)

    def _chosen(self, request: Request, table: Table, rows: Rows) -> npt.NDArray[np.bool_] | None:
        """Which rows the filters let through; None: all."""
        chosen = np.ones(len(rows), dtype=bool)
        for parameter, link in _FILTERS.items():
            wanted = [
                text for value in _values(request, parameter) for text in value.split(",") if text.isdigit()
            ]
            if wanted:
                chosen &= np.isin(table.column(f"link {link}")[rows], [int(text) for text in wanted])
        updated = table.column("updated")[rows]
        if (after := _time(request, "updated_after")) is not None:
            chosen &= updated > after if self._bounds == "exclusive" else updated >= after
        if (before := _time(request, "updated_before")) is not None:
            chosen &= updated <= before if self._bounds == "inclusive" else updated < before
            chosen &= updated != NULL
        return None if chosen.all() else chosen

    def _included(self, request: Request, table: Table, rows: Rows) -> dict[str, orjson.Fragment]:
        """Related records the request asks for with `includes`."""
        wanted = [
            name
            for value in _values(request, "includes")
            for name in value.split(",")
            if name in self.dataset
        ]
        if not wanted:
            return {}
        ids: dict[str, set[int]] = {name: set() for name in wanted}
        for row in rows.tolist():
            for link, target in (table.record(row).get("links") or {}).items():
                related = _LINK_TYPES.get(link, "")
                if related in ids:
                    ids[related].update(
                        one for one in (target if isinstance(target, list) else [target]) if one
                    )
        found = {name: [self.dataset[name].find(one) for one in sorted(ids[name])] for name in wanted}
        return {
            name: listed(self.dataset[name].bodies([row for row in places if row is not None]))
            for name, places in found.items()
        }

    def _link_types(self, resource: str, table: Table) -> dict[str, dict[str, str]]:
        def make() -> dict[str, dict[str, str]]:
            rows = table.rows()
            links = (table.record(int(rows[0])).get("links") or {}) if len(rows) else {}
            return {
                f"{resource}.{name}": {"type": _LINK_TYPES[name]} for name in links if name in _LINK_TYPES
            }

        return self.dataset.derived(f"links {resource}", make)

    async def _some(self, request: Request) -> Response:
        resource = request.path_params["resource"]
        if resource not in self.dataset or resource not in RESOURCES:
            raise self.not_found()
        table = self.dataset[resource]
        wanted = request.path_params["ids"].split(",")
        found = [table.find(int(one)) if one.isdigit() else None for one in wanted]
        rows = [row for row in found if row is not None]
        if not rows:
            raise self.not_found()
        shown = np.array(rows, dtype=np.int64)
        return answer(
            {
                resource: listed(table.bodies(shown)),
                **self._included(request, table, shown),
                "links": self._link_types(resource, table),
            }
        )

    async def _current_user(self, request: Request) -> Response:
        user = {"id": 1, "name": "Sandbox admin", "email_address": "admin@sandbox.example", "is_admin": True}
        return answer({"users": [user], "links": {}})


def make(
    dataset_directory: Path, clock: SandboxClock, *, limited: bool, options: Mapping[str, str]
) -> UserVoice:
    """A UserVoice account that serves `<dataset_directory>/uservoice`."""
    dataset = Dataset(dataset_directory, "uservoice", dict.fromkeys(_STREAMS, _SHAPE), _SHAPE)
    return UserVoice(dataset, clock, limited=limited, options=options)


def _refusal(status: int, kind: str, message: str) -> Refusal:
    return Refusal(status, {"errors": {"type": kind, "message": message}})


def _values(request: Request, name: str) -> list[str]:
    return [*request.query_params.getlist(name), *request.query_params.getlist(f"{name}[]")]


def _time(request: Request, name: str) -> int | None:
    text = request.query_params.get(name)
    if not text:
        return None
    value = micros(text)
    if value == NULL:
        raise _refusal(400, "invalid_parameter", f"{name} is no ISO 8601 time.")
    return value


def _pagination(total: int, size: int, page: int) -> dict[str, Any]:
    return {"total_records": total, "total_pages": -(-total // size), "page_size": size, "page": page}


def _write_cursor(sort: str, value: int, last_id: int) -> str:
    return base64.b64encode(orjson.dumps({"sort": sort, "val": value, "last_id": last_id})).decode()


def _place(cursor: str, sort: str, values: Rows, ids: Rows, descends: bool) -> int:
    """The place of the first row after the cursor; raises Refusal if it belongs to another order."""
    bad = _refusal(400, "invalid_cursor", "The cursor is invalid or belongs to another sort order.")
    try:
        place = orjson.loads(base64.b64decode(cursor, validate=True))
        value, last_id, sorted_by = int(place["val"]), int(place["last_id"]), place["sort"]
    except (binascii.Error, ValueError, KeyError, TypeError):
        raise bad from None
    if sorted_by != sort:
        raise bad
    if descends:
        return len(values) - _count_before(values[::-1], ids[::-1], value, last_id)
    return _count_before(values, ids, value, last_id + 1)


def _count_before(values: Rows, ids: Rows, value: int, last_id: int) -> int:
    """How many of the rising (value, id) pairs lie below the given one."""
    low, high = np.searchsorted(values, [value, value + 1])
    return int(low + np.searchsorted(ids[low:high], last_id))
