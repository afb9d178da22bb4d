"""Who asks, and how often."""

from __future__ import annotations

import base64
import binascii
import secrets
from collections.abc import Iterable

from starlette.requests import Request

from sandbox.limits import Budget, Meter, Spent
from sandbox.web import Refusal
from sandbox.zendesk.answers import own_path

EMAIL = "agent@sandbox.example"
TOKEN = "sandbox-token"

_ACCOUNT = Budget("account", 700, 60)
_EXPORTS = Budget("incremental exports", 10, 60)
_DELETED_TICKETS = Budget("deleted tickets", 10, 60)


class Access:
    """Checks credentials and counts requests."""

    def __init__(self, *, limited: bool) -> None:
        self._meter = Meter(limited)

    def authenticate(self, request: Request) -> None:
        """Raise a 401 Refusal unless the request carries the token, by itself or with the login."""
        scheme, _, credentials = request.headers.get("authorization", "").partition(" ")
        if scheme.lower() == "bearer":
            if secrets.compare_digest(credentials.strip().encode(), TOKEN.encode()):
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

    def spend(self, request: Request, spent: list[Spent]) -> None:
        """Count a request, adding to `spent` what is left of its budgets; raises a 429 Refusal above one."""
        path = own_path(request)
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


def rate_headers(request: Request, spent: Iterable[Spent]) -> dict[str, str]:
    """The headers that tell a client what is left of its budgets."""
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
    if own_path(request) == "/api/v2/tickets":
        headers["zendesk-ratelimit-tickets-index"] = "total=100; remaining=99; resets=41"
    return headers
