"""What the stand-ins share: answers, refusals, parameters and pages."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol
from urllib.parse import urlencode

import numpy as np
import orjson
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Message, Receive, Scope, Send

from sandbox.dataset import Dataset, Rows

JSON = "application/json; charset=utf-8"
"""The content type; pydiscourse insists on exactly this text."""


class Refusal(Exception):
    """A request that is answered with an error: status, body (a JSON value or plain text) and headers."""

    def __init__(self, status: int, body: Any, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(status)
        self.status = status
        self.body = body
        self.headers = dict(headers or {})

    def response(self) -> Response:
        """The answer."""
        if isinstance(self.body, str):
            return Response(self.body, self.status, self.headers, media_type="text/plain")
        return answer(self.body, self.status, self.headers)


class StandIn(Protocol):
    """A vendor's API over one dataset, mounted under a source's prefix."""

    dataset: Dataset

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request; the path in `scope` has its `.json` ending cut off."""

    def not_found(self) -> Refusal:
        """The vendor's answer for an unknown path."""

    def expire_tokens(self) -> bool:
        """Make every access token invalid; False where the vendor has none to renew."""


class Disturbance:
    """A fault inside a page's list of records, for the route to apply."""

    def __init__(self, kind: str) -> None:
        self.kind = kind
        self.applied = False


def answer(value: Any, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    """A JSON answer; prepared bodies go in as `orjson.Fragment`."""
    return Response(orjson.dumps(value), status, dict(headers or {}), media_type=JSON)


def listed(bodies: Sequence[bytes]) -> orjson.Fragment:
    """A JSON array of prepared bodies."""
    return orjson.Fragment(b"[" + b",".join(bodies) + b"]")


def base_url(request: Request) -> str:
    """Scheme, host and prefix as the client wrote them, without a slash at the end."""
    host = request.headers.get("host") or "localhost"
    return f"{request.scope['scheme']}://{host}{request.scope.get('root_path', '')}"


def query_with(request: Request, name: str, value: object, *left_out: str) -> str:
    """The request's query string with `name` set to `value`, at its end, and without those `left_out`."""
    kept = [item for item in request.query_params.multi_items() if item[0] not in (name, *left_out)]
    return urlencode([*kept, (name, value)])


def without(body: bytes, *names: str) -> bytes:
    """A prepared body without some fields; the same bytes if it has none of them."""
    if not any(f'"{name}"'.encode() in body for name in names):
        return body
    record = orjson.loads(body)
    for name in names:
        record.pop(name, None)
    return orjson.dumps(record)


def number(request: Request, name: str, default: int, bad: Refusal, *, low: int | None = None) -> int:
    """A whole number from the query string; raises `bad` if it is none or below `low`."""
    text = request.query_params.get(name)
    if text is None or text == "":
        return default
    try:
        value = int(text)
    except ValueError:
        raise bad from None
    if low is not None and value < low:
        raise bad
    return value


def is_true(request: Request, name: str) -> bool:
    """Whether a flag of the query string is set."""
    return request.query_params.get(name, "").lower() in ("true", "1", "yes", "t")


def page_of(request: Request, order: Rows, start: int, stop: int) -> Rows:
    """The rows of one page, with the page faults that are due (see sandbox.faults).

    A duplicate page says a third of its records twice; a shifted page begins with the last records of
    the page before, as when new ones come in ahead of it while a client reads.
    """
    page = order[start:stop]
    disturbance: Disturbance | None = request.scope.get("sandbox.disturbance")
    if disturbance is None:
        return page
    if disturbance.kind == "duplicate_page" and len(page):
        disturbance.applied = True
        return np.concatenate([page, page[: len(page) // 3 + 1]])
    if disturbance.kind == "shifted_page" and start > 0 and len(page):
        disturbance.applied = True
        return order[max(0, start - (stop - start) // 4 - 1) : stop]
    return page


def refusal_of(error: Exception, stand_in: StandIn) -> Response:
    """The answer for what a route raised, in the vendor's form."""
    if isinstance(error, Refusal):
        return error.response()
    if isinstance(error, HTTPException) and error.status_code in (404, 405):
        return stand_in.not_found().response()
    raise error


def with_headers(send: Send, headers: Mapping[str, str]) -> Send:
    """A `send` that adds headers to the answer."""
    encoded = [(name.lower().encode(), value.encode()) for name, value in headers.items()]

    async def sending(message: Message) -> None:
        if message["type"] == "http.response.start":
            message["headers"] = [*message["headers"], *encoded]
        await send(message)

    return sending
