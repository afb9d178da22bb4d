"""Single records, and the audits and comments of one ticket."""

from __future__ import annotations

from typing import Any

import numpy as np
import orjson
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from sandbox.dataset import Dataset, Record, Rows
from sandbox.web import Refusal, answer, listed, without
from sandbox.zendesk.answers import not_found, record_not_found
from sandbox.zendesk.pages import Pages
from sandbox.zendesk.shapes import STATUSES

_SHOWN_MANY = ("organizations", "tickets", "users")
_IDS_MOST = 100
_EVENT_FIELDS = ("id", "via", "event_type", "previous_value", "via_reference_id")


class Tickets:
    """One record by its id; a ticket's history, made from its events."""

    def __init__(self, dataset: Dataset, pages: Pages) -> None:
        self._dataset = dataset
        self._pages = pages
        self.routes = [
            Route("/api/v2/tickets/{id:int}/audits", self._audits),
            Route("/api/v2/tickets/{id:int}/comments", self._comments),
            Route("/api/v2/{stream:str}/show_many", self._many),
            Route("/api/v2/{stream:str}/{id:int}", self._one),
        ]

    async def _one(self, request: Request) -> Response:
        stream, wanted = request.path_params["stream"], request.path_params["id"]
        if stream not in self._dataset or stream in ("ticket_events", "ticket_metric_events"):
            raise not_found()
        row = self._dataset[stream].find(wanted)
        if row is None or (
            stream == "tickets" and self._dataset[stream].record(row).get("status") == "deleted"
        ):
            raise record_not_found()
        body = self._dataset[stream].body(row)
        if stream == "tickets" and "metric_sets" not in request.query_params.get("include", ""):
            body = without(body, "metric_set")
        return answer({_singular(stream): orjson.Fragment(body)})

    async def _many(self, request: Request) -> Response:
        """Up to 100 records by their ids; what is deleted or unknown is left out."""
        stream = request.path_params["stream"]
        wanted = [one for one in request.query_params.get("ids", "").split(",") if one.isdigit()]
        if stream not in _SHOWN_MANY or stream not in self._dataset:
            raise not_found()
        if not 0 < len(wanted) <= _IDS_MOST:
            raise Refusal(400, {"error": "TooManyValues", "description": "ids takes 1 to 100 ids"})
        table = self._dataset[stream]
        rows = [row for one in wanted if (row := table.find(int(one))) is not None]
        if stream == "tickets":
            rows = [row for row in rows if table.column("status")[row] != STATUSES.index("deleted")]
        bodies = table.bodies(rows)
        if stream == "tickets" and "metric_sets" not in request.query_params.get("include", ""):
            bodies = [without(body, "metric_set") for body in bodies]
        return answer({stream: listed(bodies), "count": len(rows), "next_page": None, "previous_page": None})

    async def _audits(self, request: Request) -> Response:
        events = [_audit(event) for event in self._events_of(request.path_params["id"])]
        return self._pages.of_records(request, "audits", events)

    async def _comments(self, request: Request) -> Response:
        comments = [
            {**_audit_event(child), "created_at": event.get("created_at"), "via": _channel(event.get("via"))}
            for event in self._events_of(request.path_params["id"])
            for child in event.get("child_events") or []
            if child.get("event_type") == "Comment"
        ]
        return self._pages.of_records(request, "comments", comments)

    def _events_of(self, ticket_id: int) -> list[Record]:
        tickets, events = self._dataset["tickets"], self._dataset["ticket_events"]
        row = tickets.find(ticket_id)
        if row is None or tickets.column("status")[row] == STATUSES.index("deleted"):
            raise record_not_found()

        def make() -> tuple[Rows, Rows]:
            rows = events.rows()
            of = events.column("ticket")[rows]
            order = np.lexsort((events.column("id")[rows], events.column("stamp")[rows], of))
            return rows[order], of[order]

        rows, of = self._dataset.derived("events by ticket", make)
        first, stop = np.searchsorted(of, [ticket_id, ticket_id + 1])
        return [events.record(event) for event in rows[first:stop].tolist()]


def _singular(stream: str) -> str:
    return (
        stream[:-3] + "y"
        if stream.endswith("ies")
        else stream[:-2]
        if stream.endswith("ses")
        else stream[:-1]
    )


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
