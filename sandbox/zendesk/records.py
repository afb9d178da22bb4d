"""Records as an account shows them, and what stands beside them."""

from __future__ import annotations

from collections.abc import Callable

import orjson
from starlette.requests import Request

from sandbox.dataset import Dataset, Rows, Table
from sandbox.web import listed, without


class Records:
    """Bodies of records, with or without what `include` asks for."""

    def __init__(self, dataset: Dataset) -> None:
        self._dataset = dataset

    def shown(
        self,
        request: Request,
        stream: str,
        rows: Rows,
        bodies: Callable[[Table, Rows], list[bytes]] | None = None,
    ) -> orjson.Fragment:
        """The array of a page's records; `bodies` makes them if they are not the stream's own."""
        if stream not in self._dataset and bodies is None:
            return listed([])
        included = request.query_params.get("include", "").split(",")
        if bodies is not None:
            return listed(bodies(self._dataset["tickets"], rows))
        plain = self._dataset[stream].bodies(rows)
        if stream == "tickets" and "metric_sets" not in included:
            plain = [without(body, "metric_set") for body in plain]
        elif stream == "ticket_events" and "comment_events" not in included:
            plain = [_without_comments(body) for body in plain]
        return listed(plain)

    def side_loads(self, request: Request, stream: str, rows: Rows) -> dict[str, orjson.Fragment]:
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
        records = [self._dataset["tickets"].record(row) for row in rows.tolist()]
        for name in wanted:
            if name not in references or name not in self._dataset:
                continue
            table = self._dataset[name]
            ids = {record.get(field) for record in records for field in references[name]}
            found = [row for row in (table.find(one) for one in sorted(filter(None, ids))) if row is not None]
            loads[name] = listed(table.bodies(found))
        return loads


def metric_set_bodies(table: Table, rows: Rows) -> list[bytes]:
    """The metric sets of some tickets, as records of their own."""
    records = (table.record(row) for row in rows.tolist())
    return [orjson.dumps(record["metric_set"]) for record in records if record.get("metric_set")]


def _without_comments(body: bytes) -> bytes:
    """A ticket event as it comes without `include=comment_events`."""
    if b'"Comment"' not in body:
        return body
    record = orjson.loads(body)
    children = record.get("child_events") or []
    record["child_events"] = [child for child in children if child.get("event_type") != "Comment"]
    return orjson.dumps(record)
