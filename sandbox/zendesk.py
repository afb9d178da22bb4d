"""Stand-in for Zendesk Support's API v2 (https://developer.zendesk.com/api-reference/).

Cursor exports order records by (generated timestamp, id) and end on `end_of_stream`; time exports
repeat the last second; ordinary lists page by cursor once `page[size]` is sent and by number
otherwise. What changed within the last minute of the sandbox's clock is withheld from exports.
"""

from __future__ import annotations

import base64
import binascii
import re
import secrets
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import numpy as np
import orjson
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route, Router
from starlette.types import Receive, Scope, Send

from sandbox.clock import SandboxClock
from sandbox.dataset import NULL, Dataset, Record, Rows, Shape, Table, number_of, time_of
from sandbox.limits import Budget, Meter, Spent
from sandbox.web import Refusal, answer, base_url, is_true, listed, number, page_of, refusal_of, with_headers

EMAIL = "agent@sandbox.example"
TOKEN = "sandbox-token"

OPTIONS = {"boundary_indicators": ("always", "asked")}
"""`asked`: users, groups and organizations say `has_more` only with include_boundary_indicators=true."""

LISTS = (
    "brands", "custom_statuses", "deleted_users", "group_memberships", "groups", "macros",
    "organization_fields", "organization_memberships", "organizations", "satisfaction_ratings", "tags",
    "ticket_fields", "ticket_forms", "ticket_metrics", "tickets", "triggers", "user_fields", "users", "views",
)  # fmt: skip
"""Answered with an empty list where the dataset has no such stream."""

_SECOND = 1_000_000
_WITHHELD_SECONDS = 60
_ARCHIVED_AFTER_SECONDS = 120 * 86_400
_DELETED_LISTED_SECONDS = 30 * 86_400
_OFFSET_LIMIT = 10_000
_ACCOUNT = Budget("account", 700, 60)
_EXPORTS = Budget("incremental exports", 10, 60)
_DELETED_TICKETS = Budget("deleted tickets", 10, 60)
_LEADING_DIGITS = re.compile(r"\d+")
_INDICATED = ("groups", "organizations", "users")


def _code_of(choices: tuple[str, ...], name: str) -> Callable[[Record], int]:
    return lambda record: choices.index(record[name]) if record.get(name) in choices else NULL


_STATUSES = ("new", "open", "pending", "hold", "solved", "closed", "deleted")
_ROLES = ("end-user", "agent", "admin")
_SCORES = ("offered", "unoffered", "received", "good", "bad")


def _seconds(*readers: Callable[[Record], int]) -> Callable[[Record], int]:
    """The first known of several times, in whole seconds; 0 if none is."""

    def read(record: Record) -> int:
        for reader in readers:
            value = reader(record)
            if value != NULL:
                return value // _SECOND
        return 0

    return read


def _stamp(name: str) -> Callable[[Record], int]:
    by_field, by_times = number_of(name), _seconds(time_of("updated_at"), time_of("created_at"))

    def read(record: Record) -> int:
        value = by_field(record)
        return value if value != NULL else by_times(record)

    return read


def _bury_ticket(record: Record, when: datetime) -> Record:
    """A ticket deleted by a dataset's `_delete`: in exports it stays, with status `deleted`."""
    stamp = when.strftime("%Y-%m-%dT%H:%M:%SZ")
    return {**record, "status": "deleted", "updated_at": stamp, "generated_timestamp": int(when.timestamp())}


_TIMES = {"id": number_of("id"), "created": time_of("created_at"), "updated": time_of("updated_at")}
_BY_UPDATE = {**_TIMES, "stamp": _seconds(time_of("updated_at"), time_of("created_at"))}
_SHAPES: dict[str, Shape] = {
    "tickets": Shape(
        {**_TIMES, "stamp": _stamp("generated_timestamp"), "status": _code_of(_STATUSES, "status")},
        bury=_bury_ticket,
    ),
    "users": Shape({**_BY_UPDATE, "role": _code_of(_ROLES, "role")}),
    "organizations": Shape(_BY_UPDATE),
    "ticket_events": Shape(
        {"id": number_of("id"), "stamp": _stamp("timestamp"), "ticket": number_of("ticket_id")}
    ),
    "ticket_metric_events": Shape({"id": number_of("id"), "stamp": _seconds(time_of("time"))}),
    "satisfaction_ratings": Shape({**_TIMES, "score": _code_of(_SCORES, "score")}),
    "deleted_tickets": Shape({"id": number_of("id"), "deleted": time_of("deleted_at")}),
    "tags": Shape({}, key=("name",)),
}
_OTHER = Shape(_TIMES)


class Zendesk:
    """One Zendesk account over one dataset."""

    def __init__(
        self,
        dataset: Dataset,
        clock: SandboxClock,
        *,
        limited: bool = False,
        options: Mapping[str, str] | None = None,
    ) -> None:
        self.dataset = dataset
        self._clock = clock
        self._meter = Meter(limited)
        self._strict_indicators = (options or {}).get("boundary_indicators") == "asked"
        self._bearer = TOKEN
        exports = "/api/v2/incremental"
        self._router = Router(
            [
                Route(f"{exports}/{{stream:str}}/cursor", self._cursor_export),
                Route(f"{exports}/{{stream:str}}/sample", self._sample_export),
                Route(f"{exports}/{{stream:str}}", self._time_export),
                Route("/api/v2/account/settings", self._settings),
                Route("/api/v2/users/me", self._me),
                Route("/api/v2/search", self._search),
                Route("/api/v2/deleted_tickets", self._deleted_tickets),
                Route("/api/v2/slas/policies", self._empty("sla_policies")),
                Route("/api/v2/channels/voice/phone_numbers", self._empty("phone_numbers")),
                Route("/api/v2/tickets/{id:int}/audits", self._audits),
                Route("/api/v2/tickets/{id:int}/comments", self._comments),
                Route("/api/v2/{stream:str}/{id:int}", self._one),
                Route("/api/v2/{stream:str}", self._list),
            ]
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        request = Request(scope, receive)
        spent: list[Spent] = []
        try:
            self._authenticate(request)
            self._spend(request, spent)
            await self._router(scope, receive, with_headers(send, _rate_headers(request, spent)))
        except Exception as error:
            response = refusal_of(error, self)
            await response(scope, receive, with_headers(send, _rate_headers(request, spent)))

    def not_found(self) -> Refusal:
        """The answer for an unknown path."""
        return Refusal(404, {"error": "InvalidEndpoint", "description": "Not found"})

    def expire_tokens(self) -> bool:
        """API tokens don't expire; nothing to renew."""
        return False

    # Who asks, and how often

    def _authenticate(self, request: Request) -> None:
        scheme, _, credentials = request.headers.get("authorization", "").partition(" ")
        if scheme.lower() == "bearer":
            if secrets.compare_digest(credentials.strip().encode(), self._bearer.encode()):
                return
            raise Refusal(
                401,
                {
                    "error": "invalid_token",
                    "error_description": "The access token provided is expired, revoked or malformed.",
                },
            )
        if scheme.lower() == "basic":
            try:
                given = base64.b64decode(credentials, validate=True)
            except (binascii.Error, ValueError):
                given = b""
            if secrets.compare_digest(given, f"{EMAIL}/token:{TOKEN}".encode()):
                return
        raise Refusal(
            401, {"error": "Couldn't authenticate you"}, {"WWW-Authenticate": 'Basic realm="Web Password"'}
        )

    def _spend(self, request: Request, spent: list[Spent]) -> None:
        path = request.scope["path"].removeprefix(request.scope.get("root_path", ""))
        spent.append(self._meter.take(_ACCOUNT))
        what = "requests"
        if path.startswith("/api/v2/incremental/"):
            spent.append(self._meter.take(_EXPORTS))
            what = "incremental export API requests"
        elif path == "/api/v2/deleted_tickets":
            spent.append(self._meter.take(_DELETED_TICKETS))
        refused = next((one for one in spent if one.refused), None)
        if refused is not None:
            raise Refusal(
                429,
                {
                    "error": "APIRateLimitExceeded",
                    "description": f"Number of allowed {what} per minute exceeded",
                },
                {"Retry-After": str(refused.wait_seconds)},
            )

    # Exports

    async def _cursor_export(self, request: Request) -> Response:
        stream = request.path_params["stream"]
        if stream not in ("tickets", "users"):
            raise self.not_found()
        size = self._export_size(request)
        rows, stamps, ids = self._export_order(stream, is_true(request, "exclude_deleted"))
        cursor = request.query_params.get("cursor")
        if cursor:
            stamp, last_id = _read_cursor(cursor)
            first = _after(stamps, ids, stamp, last_id)
        else:
            stamp, last_id = self._start_time(request), 0
            first = int(np.searchsorted(stamps, stamp, side="left"))
        open_until = self._open_until(stamps)
        stop = min(first + size, open_until)
        if stop > first:
            stamp, last_id = int(stamps[stop - 1]), int(ids[stop - 1])
        after = _write_cursor(stamp, last_id)
        kept = [
            (name, value)
            for name, value in request.query_params.multi_items()
            if name not in ("cursor", "start_time")
        ]
        url = f"{base_url(request)}/api/v2/incremental/{stream}/cursor.json"
        page = page_of(request, rows, first, max(first, stop))
        return answer(
            {
                stream: self._shown(request, stream, page),
                **self._side_loads(request, stream, page),
                "after_url": f"{url}?{urlencode([*kept, ('cursor', after)])}",
                "before_url": None,
                "after_cursor": after,
                "before_cursor": None,
                "end_of_stream": stop >= open_until,
            }
        )

    async def _time_export(self, request: Request) -> Response:
        stream = request.path_params["stream"]
        if stream not in ("tickets", "users", "organizations", "ticket_events", "ticket_metric_events"):
            raise self.not_found()
        if stream == "ticket_metric_events" and "page[size]" in request.query_params:
            rows, stamps, _ = self._export_order(stream, False)
            first = int(np.searchsorted(stamps, self._start_time(request), side="left"))
            return self._cursor_list(request, stream, rows[first : max(first, self._open_until(stamps))])
        return self._time_page(request, stream, self._export_size(request))

    async def _sample_export(self, request: Request) -> Response:
        stream = request.path_params["stream"]
        if stream not in ("tickets", "users", "organizations", "ticket_events"):
            raise self.not_found()
        return self._time_page(request, stream, 50)

    def _time_page(self, request: Request, stream: str, size: int) -> Response:
        start_time = self._start_time(request)
        rows, stamps, _ = self._export_order(stream, is_true(request, "exclude_deleted"))
        open_until = self._open_until(stamps)
        first = int(np.searchsorted(stamps, start_time, side="left"))
        stop = _end_of_second(stamps, first + size, open_until)
        if stop > first and stamps[stop - 1] == start_time and stop < open_until:
            # The first second alone fills the page: without more rows the next page would be the same.
            stop = _end_of_second(stamps, stop + size, open_until)
        end_time = int(stamps[stop - 1]) if stop > first else start_time
        kept = [(name, value) for name, value in request.query_params.multi_items() if name != "start_time"]
        url = f"{base_url(request)}/api/v2/incremental/{stream}.json"
        page = page_of(request, rows, first, max(first, stop))
        return answer(
            {
                stream: self._shown(request, stream, page),
                **self._side_loads(request, stream, page),
                "next_page": f"{url}?{urlencode([*kept, ('start_time', end_time)])}",
                "count": len(page),
                "end_time": end_time,
                "end_of_stream": stop >= open_until,
            }
        )

    def _export_order(self, stream: str, exclude_deleted: bool) -> tuple[Rows, Rows, Rows]:
        """Rows, stamps (epoch seconds) and ids of a stream, in export order."""

        def make() -> tuple[Rows, Rows, Rows]:
            table = self.dataset[stream]
            rows = table.rows()
            if exclude_deleted and stream == "tickets":
                rows = rows[table.column("status")[rows] != _STATUSES.index("deleted")]
            changed = table.changed()[rows]
            # A patch that does not say so moves the record all the same.
            arrived = np.where(changed == NULL, 0, changed // _SECOND)
            stamps = np.maximum(table.column("stamp")[rows], arrived)
            ids = table.column("id")[rows]
            order = np.lexsort((ids, stamps))
            return rows[order], stamps[order], ids[order]

        return self.dataset.derived(f"export {stream} {exclude_deleted}", make)

    def _open_until(self, stamps: Rows) -> int:
        """How many rows of an export are not withheld."""
        limit = self._clock.now().timestamp() - _WITHHELD_SECONDS
        return int(np.searchsorted(stamps, limit, side="right"))

    def _start_time(self, request: Request) -> int:
        text = request.query_params.get("start_time")
        if not text:
            if "page[size]" in request.query_params:
                return 0
            raise Refusal(
                400,
                {
                    "error": "BlankValue",
                    "description": "Parameter start_time is required and must not be blank",
                },
            )
        # Clients send floats, and tap-zendesk even an ISO time: the leading digits are what counts.
        digits = _LEADING_DIGITS.match(text)
        if digits is None:
            raise Refusal(400, {"error": "InvalidValue", "description": "Parameter start_time is invalid"})
        start_time = int(digits[0])
        # Metric events have no floor: tap-zendesk's discovery asks for those since now.
        newest = self._clock.now().timestamp() - _WITHHELD_SECONDS
        if start_time > newest and request.path_params["stream"] != "ticket_metric_events":
            by_cursor = _own_path(request).endswith("/cursor")
            raise Refusal(
                400 if by_cursor else 422,
                {
                    "error": "StartTimeTooRecent" if by_cursor else "InvalidValue",
                    "description": "Too recent start_time. Use a start_time older than 60 seconds",
                },
            )
        return start_time

    def _export_size(self, request: Request) -> int:
        bad = Refusal(400, {"error": "InvalidValue", "description": "Parameter per_page is invalid"})
        return min(number(request, "per_page", 1000, bad, low=1), 1000)

    # Lists

    async def _list(self, request: Request) -> Response:
        stream = request.path_params["stream"]
        if stream == "ticket_metrics":
            return self._ticket_metrics(request)
        if stream not in LISTS and stream not in self.dataset:
            raise self.not_found()
        if stream not in self.dataset:
            return self._page(request, stream, None, np.empty(0, dtype=np.int64))
        table = self.dataset[stream]
        rows = self._sorted(request, stream, table)
        if stream == "tickets":
            rows = self._unarchived(table, rows)
        elif stream == "users" and (roles := _choices(request, "role")):
            wanted = [_ROLES.index(role) for role in roles if role in _ROLES]
            rows = rows[np.isin(table.column("role")[rows], wanted)]
        elif stream == "satisfaction_ratings":
            rows = self._ratings(request, table, rows)
        return self._page(request, stream, table, rows)

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

        return self.dataset.derived(f"list {stream} {column} {descending}", make)

    def _ratings(self, request: Request, table: Table, rows: Rows) -> Rows:
        bad = Refusal(400, {"error": "InvalidValue", "description": "start_time or end_time is invalid"})
        created = table.column("created")[rows]
        since, until = number(request, "start_time", 0, bad), number(request, "end_time", 0, bad)
        chosen = np.ones(len(rows), dtype=bool)
        if since:
            chosen &= created >= since * _SECOND
        if until:
            chosen &= created <= until * _SECOND
        if score := request.query_params.get("score"):
            chosen &= table.column("score")[rows] == (_SCORES.index(score) if score in _SCORES else NULL)
        return rows[chosen]

    def _unarchived(self, table: Table, rows: Rows) -> Rows:
        """Tickets the ordinary list shows: not deleted, not closed 120 days ago or longer."""
        status, updated = table.column("status")[rows], table.column("updated")[rows]
        long_ago = int(self._clock.now().timestamp() - _ARCHIVED_AFTER_SECONDS) * _SECOND
        archived = (status == _STATUSES.index("closed")) & (updated < long_ago)
        shown: Rows = rows[(status != _STATUSES.index("deleted")) & ~archived]
        return shown

    def _ticket_metrics(self, request: Request) -> Response:
        table = self.dataset["tickets"]
        rows = self._unarchived(table, self._sorted(request, "tickets", table))[::-1]
        return self._page(request, "ticket_metrics", table, rows, _metric_set_bodies)

    async def _deleted_tickets(self, request: Request) -> Response:
        table = self.dataset["deleted_tickets"]
        rows = table.rows()
        now = int(self._clock.now().timestamp())
        deleted = table.column("deleted")[rows]
        rows = rows[deleted >= (now - _DELETED_LISTED_SECONDS) * _SECOND]
        return self._page(request, "deleted_tickets", table, rows[np.argsort(table.column("id")[rows])])

    def _page(
        self,
        request: Request,
        stream: str,
        table: Table | None,
        rows: Rows,
        bodies: Callable[[Table, Rows], list[bytes]] | None = None,
    ) -> Response:
        if "page[size]" in request.query_params or "page[after]" in request.query_params:
            return self._cursor_list(request, stream, rows, bodies)
        bad = Refusal(400, {"error": "InvalidValue", "description": "page or per_page is invalid"})
        size = min(number(request, "per_page", 100, bad, low=1), 100)
        page = number(request, "page", 1, bad, low=1)
        if page * size > _OFFSET_LIMIT:
            raise Refusal(
                400,
                {
                    "errors": [
                        {
                            "code": "InvalidPaginationDepth",
                            "title": "Offset pagination ends at 10000 records",
                            "detail": "page * per_page is above 10000; use cursor pagination instead.",
                        }
                    ]
                },
            )
        start, stop = (page - 1) * size, page * size
        shown = page_of(request, rows, start, stop)
        return answer(
            {
                stream: self._shown(request, stream, shown, bodies),
                **self._side_loads(request, stream, shown),
                "count": len(rows),
                "next_page": _with_page(request, stream, page + 1) if stop < len(rows) else None,
                "previous_page": _with_page(request, stream, page - 1) if page > 1 else None,
            }
        )

    def _cursor_list(
        self,
        request: Request,
        stream: str,
        rows: Rows,
        bodies: Callable[[Table, Rows], list[bytes]] | None = None,
    ) -> Response:
        bad = Refusal(
            400,
            {
                "errors": [
                    {
                        "code": "InvalidPaginationParameter",
                        "title": "page[size] is invalid",
                        "detail": "1 to 100",
                    }
                ]
            },
        )
        size = min(number(request, "page[size]", 100, bad, low=1), 100)
        after = request.query_params.get("page[after]")
        start = self._place_after(stream, rows, after) if after else 0
        stop = min(start + size, len(rows))
        has_more = stop < len(rows)
        cursor = _write_place(self._row_id(stream, int(rows[stop - 1])), stop) if stop > start else after
        before = _write_place(self._row_id(stream, int(rows[start])), start) if stop > start else None
        kept = [(name, value) for name, value in request.query_params.multi_items() if name != "page[after]"]
        url = f"{base_url(request)}{_own_path(request)}.json"
        next_url = f"{url}?{urlencode([*kept, ('page[after]', cursor or '')])}"
        meta: dict[str, Any] = {"has_more": has_more, "after_cursor": cursor, "before_cursor": before}
        if (
            self._strict_indicators
            and stream in _INDICATED
            and not is_true(request, "include_boundary_indicators")
        ):
            del meta["has_more"]
        shown = page_of(request, rows, start, stop)
        return answer(
            {
                stream: self._shown(request, stream, shown, bodies),
                **self._side_loads(request, stream, shown),
                "meta": meta,
                "links": {"prev": None, "next": next_url if has_more else None},
            }
        )

    def _row_id(self, stream: str, row: int) -> str:
        table = self.dataset["tickets" if stream == "ticket_metrics" else stream]
        record = table.record(row)
        return str(record[table.shape.key[0]])

    def _place_after(self, stream: str, rows: Rows, cursor: str) -> int:
        """Where the list goes on after a cursor: by the record it names, by its place if that is gone."""
        name, place = _read_place(cursor)
        table = self.dataset["tickets" if stream == "ticket_metrics" else stream]
        row = table.find(name) if table.shape.key == ("name",) else table.find(int(name))
        if row is not None:
            found = np.flatnonzero(rows == row)
            if len(found):
                return int(found[0]) + 1
        return min(place, len(rows))

    # Records

    def _shown(
        self,
        request: Request,
        stream: str,
        rows: Rows,
        bodies: Callable[[Table, Rows], list[bytes]] | None = None,
    ) -> orjson.Fragment:
        if stream not in self.dataset and bodies is None:
            return listed([])
        included = request.query_params.get("include", "").split(",")
        if bodies is not None:
            return listed(bodies(self.dataset["tickets"], rows))
        plain = self.dataset[stream].bodies(rows)
        if stream == "tickets" and "metric_sets" not in included:
            plain = [_without_metric_set(body) for body in plain]
        elif stream == "ticket_events" and "comment_events" not in included:
            plain = [_without_comments(body) for body in plain]
        return listed(plain)

    def _side_loads(self, request: Request, stream: str, rows: Rows) -> dict[str, orjson.Fragment]:
        """Related records the request asks for with `include`."""
        loads: dict[str, orjson.Fragment] = {}
        wanted = request.query_params.get("include", "").split(",")
        references = {
            "users": ("requester_id", "submitter_id", "assignee_id"),
            "groups": ("group_id",),
            "organizations": ("organization_id",),
            "brands": ("brand_id",),
        }
        if stream != "tickets" or not set(wanted) & set(references):
            return loads
        records = [self.dataset["tickets"].record(row) for row in rows.tolist()]
        for name in wanted:
            if name not in references or name not in self.dataset:
                continue
            table = self.dataset[name]
            ids = {record.get(field) for record in records for field in references[name]}
            found = [row for row in (table.find(one) for one in sorted(filter(None, ids))) if row is not None]
            loads[name] = listed(table.bodies(found))
        return loads

    async def _one(self, request: Request) -> Response:
        stream, wanted = request.path_params["stream"], request.path_params["id"]
        if stream not in self.dataset or stream in ("ticket_events", "ticket_metric_events"):
            raise self.not_found()
        row = self.dataset[stream].find(wanted)
        if row is None or (
            stream == "tickets" and self.dataset[stream].record(row).get("status") == "deleted"
        ):
            raise _record_not_found()
        body = self.dataset[stream].body(row)
        if stream == "tickets" and "metric_sets" not in request.query_params.get("include", ""):
            body = _without_metric_set(body)
        return answer({_singular(stream): orjson.Fragment(body)})

    async def _audits(self, request: Request) -> Response:
        events = [_audit(event) for event in self._events_of(request.path_params["id"])]
        return self._records_page(request, "audits", events)

    async def _comments(self, request: Request) -> Response:
        comments = [
            {**_audit_event(child), "created_at": event.get("created_at"), "via": _channel(event.get("via"))}
            for event in self._events_of(request.path_params["id"])
            for child in event.get("child_events") or []
            if child.get("event_type") == "Comment"
        ]
        return self._records_page(request, "comments", comments)

    def _events_of(self, ticket_id: int) -> list[Record]:
        tickets, events = self.dataset["tickets"], self.dataset["ticket_events"]
        row = tickets.find(ticket_id)
        if row is None or tickets.column("status")[row] == _STATUSES.index("deleted"):
            raise _record_not_found()

        def make() -> tuple[Rows, Rows]:
            rows = events.rows()
            of = events.column("ticket")[rows]
            order = np.lexsort((events.column("id")[rows], events.column("stamp")[rows], of))
            return rows[order], of[order]

        rows, of = self.dataset.derived("events by ticket", make)
        first, stop = np.searchsorted(of, [ticket_id, ticket_id + 1])
        return [events.record(event) for event in rows[first:stop].tolist()]

    def _records_page(self, request: Request, name: str, records: list[Record]) -> Response:
        bad = Refusal(400, {"error": "InvalidValue", "description": "page is invalid"})
        total = len(records)
        if "page[size]" not in request.query_params:
            return answer({name: records, "count": total, "next_page": None, "previous_page": None})
        size = min(number(request, "page[size]", 100, bad, low=1), 100)
        after = request.query_params.get("page[after]")
        start = _read_place(after)[1] if after else 0
        stop = min(start + size, total)
        cursor = _write_place(name, stop)
        kept = [(key, value) for key, value in request.query_params.multi_items() if key != "page[after]"]
        url = f"{base_url(request)}{_own_path(request)}.json?{urlencode([*kept, ('page[after]', cursor)])}"
        meta = {"has_more": stop < total, "after_cursor": cursor, "before_cursor": None}
        links = {"prev": None, "next": url if stop < total else None}
        return answer({name: records[start:stop], "meta": meta, "links": links})

    # The account

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
            return self._records_page(request, name, [])

        return empty


def make(
    dataset_directory: Path, clock: SandboxClock, *, limited: bool, options: Mapping[str, str]
) -> Zendesk:
    """A Zendesk account that serves `<dataset_directory>/zendesk`."""
    return Zendesk(
        Dataset(dataset_directory, "zendesk", _SHAPES, _OTHER), clock, limited=limited, options=options
    )


# Cursors


def _write_cursor(stamp: int, last_id: int) -> str:
    return base64.b64encode(f"{stamp}.0||{last_id}|".encode()).decode()


def _read_cursor(cursor: str) -> tuple[int, int]:
    try:
        stamp, _, rest = base64.b64decode(cursor, validate=True).decode().partition("||")
        return int(float(stamp)), int(rest.rstrip("|"))
    except (binascii.Error, ValueError):
        raise Refusal(400, {"error": "InvalidValue", "description": "Parameter cursor is invalid"}) from None


def _after(stamps: Rows, ids: Rows, stamp: int, last_id: int) -> int:
    """The place of the first row after (stamp, last_id)."""
    low, high = np.searchsorted(stamps, stamp, side="left"), np.searchsorted(stamps, stamp, side="right")
    return int(low + np.searchsorted(ids[low:high], last_id, side="right"))


def _end_of_second(stamps: Rows, stop: int, limit: int) -> int:
    """`stop` moved on to where the second it falls into is over, at most to `limit`."""
    if stop >= limit:
        return limit
    return min(limit, int(np.searchsorted(stamps, stamps[stop - 1], side="right")))


def _write_place(name: str, place: int) -> str:
    return base64.urlsafe_b64encode(orjson.dumps({"o": "id", "v": name, "p": place})).decode()


def _read_place(cursor: str) -> tuple[str, int]:
    try:
        place = orjson.loads(base64.urlsafe_b64decode(cursor))
        return str(place["v"]), int(place["p"])
    except (binascii.Error, ValueError, KeyError, TypeError):
        detail = {
            "code": "InvalidPaginationParameter",
            "title": "page[after] is not valid",
            "detail": "unknown cursor",
        }
        raise Refusal(400, {"errors": [detail]}) from None


# Requests


def _own_path(request: Request) -> str:
    path: str = request.scope["path"]
    return path.removeprefix(request.scope.get("root_path", ""))


def _with_page(request: Request, stream: str, page: int) -> str:
    kept = [(name, value) for name, value in request.query_params.multi_items() if name != "page"]
    return f"{base_url(request)}{_own_path(request)}.json?{urlencode([*kept, ('page', page)])}"


def _choices(request: Request, name: str) -> list[str]:
    return [*request.query_params.getlist(name), *request.query_params.getlist(f"{name}[]")]


def _rate_headers(request: Request, spent: Iterable[Spent]) -> dict[str, str]:
    headers: dict[str, str] = {}
    for index, one in enumerate(spent):
        if index == 0:
            headers["X-Rate-Limit"] = str(one.budget.requests)
            headers["X-Rate-Limit-Remaining"] = str(one.remaining)
            headers["ratelimit-limit"] = str(one.budget.requests)
            headers["ratelimit-remaining"] = str(one.remaining)
            headers["ratelimit-reset"] = str(one.wait_seconds)
        else:
            name = f"zendesk-ratelimit-{one.budget.name.replace(' ', '-')}"
            headers[name] = (
                f"total={one.budget.requests}; remaining={one.remaining}; resets={one.wait_seconds}"
            )
    if _own_path(request) == "/api/v2/tickets":
        headers["zendesk-ratelimit-tickets-index"] = "total=100; remaining=99; resets=41"
    return headers


# Records


def _record_not_found() -> Refusal:
    return Refusal(404, {"error": "RecordNotFound", "description": "Not found"})


def _singular(stream: str) -> str:
    return (
        stream[:-3] + "y"
        if stream.endswith("ies")
        else stream[:-2]
        if stream.endswith("ses")
        else stream[:-1]
    )


def _without_metric_set(body: bytes) -> bytes:
    """A ticket as it comes without `include=metric_sets`."""
    if b'"metric_set"' not in body:
        return body
    record = orjson.loads(body)
    record.pop("metric_set", None)
    return orjson.dumps(record)


def _without_comments(body: bytes) -> bytes:
    """A ticket event as it comes without `include=comment_events`."""
    if b'"Comment"' not in body:
        return body
    record = orjson.loads(body)
    children = record.get("child_events") or []
    record["child_events"] = [child for child in children if child.get("event_type") != "Comment"]
    return orjson.dumps(record)


def _metric_set_bodies(table: Table, rows: Rows) -> list[bytes]:
    records = (table.record(row) for row in rows.tolist())
    return [orjson.dumps(record["metric_set"]) for record in records if record.get("metric_set")]


_EVENT_FIELDS = ("id", "via", "event_type", "previous_value", "via_reference_id")


def _audit(event: Record) -> Record:
    """A ticket event in the form of the ticket's audits."""
    return {
        "id": event.get("id"),
        "ticket_id": event.get("ticket_id"),
        "created_at": event.get("created_at"),
        "author_id": event.get("updater_id"),
        "via": _channel(event.get("via")),
        "metadata": {"system": event.get("system") or {}, "custom": event.get("metadata") or {}},
        "events": [_audit_event(child) for child in event.get("child_events") or []],
    }


def _audit_event(child: Record) -> Record:
    if child.get("event_type") not in ("Create", "Change"):
        return {"type" if name == "event_type" else name: value for name, value in child.items()}
    changed = [(name, value) for name, value in child.items() if name not in _EVENT_FIELDS]
    name, value = changed[0] if changed else (None, None)
    event = {"id": child.get("id"), "type": child.get("event_type"), "field_name": name, "value": value}
    if "previous_value" in child:
        event["previous_value"] = child["previous_value"]
    return event


def _channel(via: Any) -> Any:
    return {"channel": via.lower().replace(" ", "_")} if isinstance(via, str) else via
