"""Cursors of exports (time and id) and of lists (a record and its place)."""

from __future__ import annotations

import base64
import binascii

import orjson

from sandbox.web import Refusal


def write_cursor(stamp: int, last_id: int) -> str:
    """The cursor of an export after the record `last_id` of second `stamp`."""
    return base64.b64encode(f"{stamp}.0||{last_id}|".encode()).decode()


def read_cursor(cursor: str) -> tuple[int, int]:
    """(stamp, last id) of an export's cursor; raises Refusal for one that is none."""
    try:
        stamp, _, rest = base64.b64decode(cursor, validate=True).decode().partition("||")
        return int(float(stamp)), int(rest.rstrip("|"))
    except (binascii.Error, ValueError):
        raise Refusal(400, {"error": "InvalidValue", "description": "Parameter cursor is invalid"}) from None


def write_place(name: str, place: int) -> str:
    """The cursor of a list at a record's id or name, and its place as far as it is known."""
    return base64.urlsafe_b64encode(orjson.dumps({"o": "id", "v": name, "p": place})).decode()


def read_place(cursor: str) -> tuple[str, int]:
    """(id or name, place) of a list's cursor; raises Refusal for one that is none."""
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
