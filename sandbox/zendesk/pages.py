"""Pages of lists: by cursor once `page[size]` is sent, by number otherwise."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from starlette.requests import Request
from starlette.responses import Response

from sandbox.dataset import Dataset, Record, Rows, Table
from sandbox.web import Refusal, answer, is_true, number, page_of, query_with
from sandbox.zendesk.answers import own_url
from sandbox.zendesk.cursors import read_place, write_place
from sandbox.zendesk.records import Records

_OFFSET_LIMIT = 10_000
_INDICATED = ("groups", "organizations", "users")


class Pages:
    """Cuts lists into pages."""

    def __init__(self, dataset: Dataset, records: Records, *, strict_indicators: bool) -> None:
        self._dataset = dataset
        self._records = records
        self._strict_indicators = strict_indicators

    def page(
        self,
        request: Request,
        stream: str,
        table: Table | None,
        rows: Rows,
        bodies: Callable[[Table, Rows], list[bytes]] | None = None,
    ) -> Response:
        """The page of a list that is asked for; `bodies` makes records that are not the stream's own."""
        if "page[size]" in request.query_params or "page[after]" in request.query_params:
            return self.by_cursor(request, stream, rows, bodies)
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
        url = own_url(request)
        return answer(
            {
                stream: self._records.shown(request, stream, shown, bodies),
                **self._records.side_loads(request, stream, shown),
                "count": len(rows),
                "next_page": f"{url}?{query_with(request, 'page', page + 1)}" if stop < len(rows) else None,
                "previous_page": f"{url}?{query_with(request, 'page', page - 1)}" if page > 1 else None,
            }
        )

    def by_cursor(
        self,
        request: Request,
        stream: str,
        rows: Rows,
        bodies: Callable[[Table, Rows], list[bytes]] | None = None,
    ) -> Response:
        """The page after the cursor given, or the first."""
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
        cursor = write_place(self._row_id(stream, int(rows[stop - 1])), stop) if stop > start else after
        before = write_place(self._row_id(stream, int(rows[start])), start) if stop > start else None
        next_url = f"{own_url(request)}?{query_with(request, 'page[after]', cursor or '')}"
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
                stream: self._records.shown(request, stream, shown, bodies),
                **self._records.side_loads(request, stream, shown),
                "meta": meta,
                "links": {"prev": None, "next": next_url if has_more else None},
            }
        )

    def _row_id(self, stream: str, row: int) -> str:
        table = self._dataset["tickets" if stream == "ticket_metrics" else stream]
        record = table.record(row)
        return str(record[table.shape.key[0]])

    def _place_after(self, stream: str, rows: Rows, cursor: str) -> int:
        """Where the list goes on after a cursor: by the record it names, by its place if that is gone."""
        name, place = read_place(cursor)
        table = self._dataset["tickets" if stream == "ticket_metrics" else stream]
        row = table.find(name) if table.shape.key == ("name",) else table.find(int(name))
        if row is not None:
            found = np.flatnonzero(rows == row)
            if len(found):
                return int(found[0]) + 1
        return min(place, len(rows))

    def of_records(self, request: Request, name: str, records: list[Record]) -> Response:
        """A page of records made for this answer."""
        bad = Refusal(400, {"error": "InvalidValue", "description": "page is invalid"})
        total = len(records)
        if "page[size]" not in request.query_params:
            return answer({name: records, "count": total, "next_page": None, "previous_page": None})
        size = min(number(request, "page[size]", 100, bad, low=1), 100)
        after = request.query_params.get("page[after]")
        start = read_place(after)[1] if after else 0
        stop = min(start + size, total)
        cursor = write_place(name, stop)
        url = f"{own_url(request)}?{query_with(request, 'page[after]', cursor)}"
        meta = {"has_more": stop < total, "after_cursor": cursor, "before_cursor": None}
        links = {"prev": None, "next": url if stop < total else None}
        return answer({name: records[start:stop], "meta": meta, "links": links})
