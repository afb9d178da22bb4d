"""Refusals and addresses that several parts of the account give."""

from __future__ import annotations

from starlette.requests import Request

from sandbox.web import Refusal, base_url


def not_found() -> Refusal:
    """The answer for an unknown path."""
    return Refusal(404, {"error": "InvalidEndpoint", "description": "Not found"})


def record_not_found() -> Refusal:
    """The answer for an id no record has."""
    return Refusal(404, {"error": "RecordNotFound", "description": "Not found"})


def own_path(request: Request) -> str:
    """The path below the source's prefix."""
    path: str = request.scope["path"]
    return path.removeprefix(request.scope.get("root_path", ""))


def own_url(request: Request) -> str:
    """The request's address, without its query."""
    return f"{base_url(request)}{own_path(request)}.json"
