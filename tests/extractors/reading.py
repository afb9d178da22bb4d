"""Runs a stream's fetch function against a stand-in, without landing files."""

from __future__ import annotations

import dataclasses
from datetime import UTC, datetime
from typing import Any

from extractors.config import Connection
from extractors.http import Api
from extractors.registry import VENDORS
from extractors.source import Lane, Page, Record, Resume, Start, Stream, Watermark
from tests.extractors.stand_in import StandIn, configured

NOW = datetime(2026, 3, 31, 12, 0, tzinfo=UTC)
"""When every extraction of these tests begins."""


@dataclasses.dataclass
class Outcome:
    """What a fetch function yielded and returned."""

    pages: list[Page]
    watermark: Watermark | None
    api: Api

    @property
    def records(self) -> list[Record]:
        return [record for page in self.pages for record in page.records]

    @property
    def ids(self) -> list[int]:
        return [record["id"] for record in self.records]


def client(
    server: StandIn,
    vendor: str,
    stream: str,
    login: str | None = "somebody",
    key: str | None = "key",
    **options: Any,
) -> Api:
    """A vendor's client for one stream; without `login` and `key` for a reader without credentials."""
    config = configured(server.base_url, vendor, "source", requests_per_minute=1e9, **options)
    config = dataclasses.replace(config, connection=Connection(server.base_url, login, key))
    api = VENDORS[vendor].connect(config)
    return api.for_stream(stream)


def stream_of(vendor: str, name: str) -> Stream:
    return next(stream for stream in VENDORS[vendor].streams if stream.name == name)


def read(
    api: Api,
    vendor: str,
    watermark: Watermark | None = None,
    resume: Resume | None = None,
    *,
    lane: Lane = "new",
    pages: int | None = None,
    until: datetime | None = None,
    daily: Watermark | None = None,
) -> Outcome:
    """Run the client's stream to its end, or stop like a killed run after so many `pages`."""
    stream = stream_of(vendor, str(api.stream))
    fetch = stream.fetch_in(lane)
    assert fetch is not None
    walk = fetch(api, Start(watermark, resume, NOW, until=until, daily=daily))
    found: list[Page] = []
    while pages is None or len(found) < pages:
        try:
            found.append(next(walk))
        except StopIteration as end:
            return Outcome(found, end.value, api)
    walk.close()
    return Outcome(found, None, api)
