"""The HTTP client: every form of 429, faults, redirects, credentials, clear errors."""

from __future__ import annotations

import logging
import threading
import time
from email.utils import formatdate

import pytest

from extractors.errors import SourceError, Stopped
from extractors.http import Api, Pacer
from extractors.pagination import Repeats, cursor_of, next_request, records_of, walk
from tests.extractors.stand_in import Reply, StandIn, configured


def api_for(server: StandIn, path: str = "", **options) -> Api:
    return Api(configured(server.base_url + path, **options)).for_stream("posts")


@pytest.mark.parametrize(
    "refusal",
    [
        Reply({"e": 1}, 429, {"Retry-After": "1"}),
        Reply({"e": 1}, 429, {"Retry-After": formatdate(time.time() + 3600, usegmt=True), "Date": formatdate(time.time() + 3599, usegmt=True)}),
        Reply(b"slow down", 429, {"Retry-After": "1", "Content-Type": "text/plain"}),
        Reply({"errors": [], "extras": {"wait_seconds": 1}}, 429),
        Reply({"retry_after": 1.0}, 429),
        Reply(b"", 429),
    ],
    ids=["seconds", "date", "text", "wait_seconds", "retry_after", "none"],
)
def test_every_form_of_429_is_waited_for(server: StandIn, refusal: Reply):
    server.on("/list.json", refusal, [1])
    began = time.monotonic()
    assert api_for(server).get("/list.json") == [1]
    assert 0.9 <= time.monotonic() - began < 4


def test_an_epoch_retry_after_is_a_moment_and_not_a_duration(server: StandIn):
    server.on("/list.json", lambda _: Reply({}, 429, {"Retry-After": str(int(time.time()) + 2)}), [1])
    server._scripts["/list.json"][0] = Reply({}, 429, {"Retry-After": str(int(time.time()) + 2)})
    began = time.monotonic()
    assert api_for(server).get("/list.json") == [1]
    assert 0.5 <= time.monotonic() - began < 5
