"""Stand-in for a Discourse forum's JSON API (https://docs.discourse.org).

Three kinds of reader see different things: an admin key everything, a user key and nobody only what is
public. Topic lists put pinned topics first on page 0, topics give their posts in chunks of 20 with the
ids of all, `/posts.json` walks down the newest 50 below `before`. A path is answered in JSON if it ends
in `.json` or the client accepts `application/json`, else as a web page.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from starlette.requests import Request
from starlette.responses import HTMLResponse
from starlette.routing import Router
from starlette.types import Receive, Scope, Send

from sandbox.clock import SandboxClock
from sandbox.dataset import Dataset
from sandbox.discourse.access import ADMIN_KEY, USER_KEY, Access
from sandbox.discourse.badges import Badges
from sandbox.discourse.directory import Directory
from sandbox.discourse.forum import Forum, not_found
from sandbox.discourse.groups import Groups
from sandbox.discourse.people import People
from sandbox.discourse.posts import Posts
from sandbox.discourse.shapes import SHAPES
from sandbox.discourse.site import Site
from sandbox.discourse.topic_lists import TopicLists
from sandbox.discourse.topics import Topics
from sandbox.web import Refusal, refusal_of

__all__ = ["ADMIN_KEY", "OPTIONS", "USER_KEY", "Discourse", "make"]

OPTIONS = {
    "posts_window": ("exclusive", "inclusive"),
    "directory": ("on", "off"),
    "detailed_404": ("off", "on"),
}
"""`posts_window`: inclusive is the id window `before-50 < id <= before` of old servers; `directory`: whether
the user directory is public; `detailed_404`: deleted topics answer 410."""


class Discourse:
    """One forum's API over one dataset."""

    def __init__(
        self,
        dataset: Dataset,
        clock: SandboxClock,
        *,
        limited: bool = False,
        options: Mapping[str, str] | None = None,
    ) -> None:
        chosen = options or {}
        self.dataset = dataset
        forum = Forum(dataset, detailed_404=chosen.get("detailed_404") == "on")
        self._access = Access(forum, limited=limited)
        parts = (
            TopicLists(forum),
            Topics(forum),
            Posts(forum, old_window=chosen.get("posts_window") == "inclusive"),
            Site(forum),
            Groups(forum),
            Badges(forum),
            People(forum),
            Directory(forum, clock, is_shown=chosen.get("directory") != "off"),
        )
        self._router = Router([route for part in parts for route in part.routes])

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        request = Request(scope, receive)
        if not scope.get("sandbox.json") and "application/json" not in request.headers.get("accept", ""):
            await HTMLResponse("<!DOCTYPE html><html><head><title>Forum</title></head></html>")(
                scope, receive, send
            )
            return
        try:
            self._access.spend_address()
            scope["sandbox.viewer"] = self._access.viewer(request.headers)
            await self._router(scope, receive, send)
        except Exception as error:
            await refusal_of(error, self)(scope, receive, send)

    def not_found(self) -> Refusal:
        """The answer for an unknown path, and for admin paths asked for by others."""
        return not_found()

    def expire_tokens(self) -> bool:
        """API keys don't expire; nothing to renew."""
        return False


def make(
    dataset_directory: Path, clock: SandboxClock, *, limited: bool, options: Mapping[str, str]
) -> Discourse:
    """A forum that serves `<dataset_directory>/discourse`."""
    return Discourse(Dataset(dataset_directory, "discourse", SHAPES), clock, limited=limited, options=options)
