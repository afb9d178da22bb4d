"""The columns an account's streams are sorted and filtered by."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from sandbox.dataset import NULL, Record, Shape, number_of, time_of

SECOND = 1_000_000

STATUSES = ("new", "open", "pending", "hold", "solved", "closed", "deleted")
ROLES = ("end-user", "agent", "admin")
SCORES = ("offered", "unoffered", "received", "good", "bad")


def _code_of(choices: tuple[str, ...], name: str) -> Callable[[Record], int]:
    return lambda record: choices.index(record[name]) if record.get(name) in choices else NULL


def _seconds(*readers: Callable[[Record], int]) -> Callable[[Record], int]:
    """The first known of several times, in whole seconds; 0 if none is."""

    def read(record: Record) -> int:
        for reader in readers:
            value = reader(record)
            if value != NULL:
                return value // SECOND
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
SHAPES: dict[str, Shape] = {
    "tickets": Shape(
        {**_TIMES, "stamp": _stamp("generated_timestamp"), "status": _code_of(STATUSES, "status")},
        bury=_bury_ticket,
    ),
    "users": Shape({**_BY_UPDATE, "role": _code_of(ROLES, "role"), "active": number_of("active")}),
    "organizations": Shape(_BY_UPDATE),
    "ticket_events": Shape(
        {"id": number_of("id"), "stamp": _stamp("timestamp"), "ticket": number_of("ticket_id")}
    ),
    "ticket_metric_events": Shape({"id": number_of("id"), "stamp": _seconds(time_of("time"))}),
    "satisfaction_ratings": Shape({**_TIMES, "score": _code_of(SCORES, "score")}),
    "deleted_tickets": Shape({"id": number_of("id"), "deleted": time_of("deleted_at")}),
    "tags": Shape({}, key=("name",)),
}
OTHER = Shape(_TIMES)
