"""What the Zendesk tests share: reading a stream, and a cursor export."""

from __future__ import annotations

from typing import Any

from tests.extractors.reading import NOW, Outcome, client, read
from tests.extractors.stand_in import Reply, Seen, StandIn

TICKETS = "/api/v2/incremental/tickets/cursor.json"

ORGANIZATIONS = "/api/v2/incremental/organizations.json"

EVENTS = "/api/v2/incremental/ticket_events.json"

METRIC_EVENTS = "/api/v2/incremental/ticket_metric_events.json"

GROUPS = "/api/v2/groups.json"

NOW_SECOND = int(NOW.timestamp())


def read_stream(
    server: StandIn, stream: str, *args: Any, pages: int | None = None, **options: Any
) -> Outcome:
    return read(client(server, "zendesk", stream, **options), "zendesk", *args, pages=pages)


def asked(server: StandIn, name: str) -> list[str | None]:
    return [request.query.get(name) for request in server.seen]


class TicketExport:
    """A cursor export over stamps by id that withholds the minute before `now`; a cursor is `stamp|id`."""

    def __init__(
        self, server: StandIn, stamps: dict[int, int], now: int = NOW_SECOND, per_page: int = 2
    ) -> None:
        self.stamps = stamps
        self.now = now
        self.per_page = per_page
        self.refused: set[str] = set()
        server.on(TICKETS, self.answer)

    def answer(self, request: Seen) -> Any:
        cursor = request.query.get("cursor")
        if cursor in self.refused:
            return Reply({"error": "InvalidValue", "description": "Parameter cursor is invalid"}, 400)
        if cursor:
            stamp, last = map(int, cursor.split("|"))
        else:
            stamp, last = int(request.query["start_time"]), -1
            if stamp > self.now - 60:
                return Reply({"error": "StartTimeTooRecent"}, 422)
        rows = sorted((moment, key) for key, moment in self.stamps.items() if moment <= self.now - 60)
        rest = [row for row in rows if row > (stamp, last)]
        shown = rest[: self.per_page]
        after = shown[-1] if shown else (stamp, last)
        return {
            "tickets": [{"id": key, "generated_timestamp": moment} for moment, key in shown],
            "after_cursor": f"{after[0]}|{after[1]}",
            "end_of_stream": len(rest) <= self.per_page,
        }
