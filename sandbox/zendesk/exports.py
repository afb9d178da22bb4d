"""Incremental exports: by cursor, or by time; the last minute is withheld from both."""

from __future__ import annotations

import re

import numpy as np
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from sandbox.clock import SandboxClock
from sandbox.dataset import NULL, Dataset, Rows
from sandbox.web import Refusal, answer, base_url, is_true, number, page_of, query_with
from sandbox.zendesk.answers import not_found, own_path, own_url
from sandbox.zendesk.cursors import read_cursor, write_cursor
from sandbox.zendesk.pages import Pages
from sandbox.zendesk.records import Records
from sandbox.zendesk.shapes import SECOND, STATUSES

_WITHHELD_SECONDS = 60
_LEADING_DIGITS = re.compile(r"\d+")


class Exports:
    """Streams in the order in which their records changed."""

    def __init__(self, dataset: Dataset, clock: SandboxClock, records: Records, pages: Pages) -> None:
        self._dataset = dataset
        self._clock = clock
        self._records = records
        self._pages = pages
        self.routes = [
            Route("/api/v2/incremental/{stream:str}/cursor", self._cursor_export),
            Route("/api/v2/incremental/{stream:str}/sample", self._sample_export),
            Route("/api/v2/incremental/{stream:str}", self._time_export),
        ]

    async def _cursor_export(self, request: Request) -> Response:
        stream = request.path_params["stream"]
        if stream not in ("tickets", "users"):
            raise not_found()
        size = self._export_size(request)
        rows, stamps, ids = self._export_order(stream, is_true(request, "exclude_deleted"))
        cursor = request.query_params.get("cursor")
        if cursor:
            stamp, last_id = read_cursor(cursor)
            first = _after(stamps, ids, stamp, last_id)
        else:
            stamp, last_id = self._start_time(request), 0
            first = int(np.searchsorted(stamps, stamp, side="left"))
        open_until = self._open_until(stamps)
        stop = min(first + size, open_until)
        if stop > first:
            stamp, last_id = int(stamps[stop - 1]), int(ids[stop - 1])
        after = write_cursor(stamp, last_id)
        page = page_of(request, rows, first, max(first, stop))
        return answer(
            {
                stream: self._records.shown(request, stream, page),
                **self._records.side_loads(request, stream, page),
                "after_url": f"{own_url(request)}?{query_with(request, 'cursor', after, 'start_time')}",
                "before_url": None,
                "after_cursor": after,
                "before_cursor": None,
                "end_of_stream": stop >= open_until,
            }
        )

    async def _time_export(self, request: Request) -> Response:
        stream = request.path_params["stream"]
        if stream not in ("tickets", "users", "organizations", "ticket_events", "ticket_metric_events"):
            raise not_found()
        if stream == "ticket_metric_events" and "page[size]" in request.query_params:
            rows, stamps, _ = self._export_order(stream, False)
            first = int(np.searchsorted(stamps, self._start_time(request), side="left"))
            return self._pages.by_cursor(request, stream, rows[first : max(first, self._open_until(stamps))])
        return self._time_page(request, stream, self._export_size(request))

    async def _sample_export(self, request: Request) -> Response:
        stream = request.path_params["stream"]
        if stream not in ("tickets", "users", "organizations", "ticket_events"):
            raise not_found()
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
        url = f"{base_url(request)}/api/v2/incremental/{stream}.json"
        page = page_of(request, rows, first, max(first, stop))
        return answer(
            {
                stream: self._records.shown(request, stream, page),
                **self._records.side_loads(request, stream, page),
                "next_page": f"{url}?{query_with(request, 'start_time', end_time)}",
                "count": len(page),
                "end_time": end_time,
                "end_of_stream": stop >= open_until,
            }
        )

    def _export_order(self, stream: str, exclude_deleted: bool) -> tuple[Rows, Rows, Rows]:
        """Rows, stamps (epoch seconds) and ids of a stream, in export order."""

        def make() -> tuple[Rows, Rows, Rows]:
            table = self._dataset[stream]
            rows = table.rows()
            if exclude_deleted and stream == "tickets":
                rows = rows[table.column("status")[rows] != STATUSES.index("deleted")]
            changed = table.changed()[rows]
            # A patch that does not say so moves the record all the same.
            arrived = np.where(changed == NULL, 0, changed // SECOND)
            stamps = np.maximum(table.column("stamp")[rows], arrived)
            ids = table.column("id")[rows]
            order = np.lexsort((ids, stamps))
            return rows[order], stamps[order], ids[order]

        return self._dataset.derived(f"export {stream} {exclude_deleted}", make)

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
            by_cursor = own_path(request).endswith("/cursor")
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


def _after(stamps: Rows, ids: Rows, stamp: int, last_id: int) -> int:
    """The place of the first row after (stamp, last_id)."""
    low, high = np.searchsorted(stamps, stamp, side="left"), np.searchsorted(stamps, stamp, side="right")
    return int(low + np.searchsorted(ids[low:high], last_id, side="right"))


def _end_of_second(stamps: Rows, stop: int, limit: int) -> int:
    """`stop` moved on to where the second it falls into is over, at most to `limit`."""
    if stop >= limit:
        return limit
    return min(limit, int(np.searchsorted(stamps, stamps[stop - 1], side="right")))
