"""Small datasets for tests, and a client that asks the sandbox's app without a connection."""

from __future__ import annotations

import asyncio
import gzip
import json
from base64 import b64encode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit

from sandbox import discourse, uservoice, zendesk
from sandbox.app import Sandbox, SourceSpec
from sandbox.clock import SandboxClock
from sandbox.faults import Plan

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
SHARED = Path(__file__).parents[2].parent / "shared" / "data"

ADMIN = {"Api-Key": discourse.ADMIN_KEY, "Api-Username": "system"}
USER = {"User-Api-Key": discourse.USER_KEY}
AGENT = {"Authorization": "Basic " + b64encode(f"{zendesk.EMAIL}/token:{zendesk.TOKEN}".encode()).decode()}

POSTS = [
    {"id": number, "topic_id": 1, "post_number": number, "post_type": 1, "deleted_at": None}
    for number in range(1, 501)
]
IDEAS = [{"id": number, "updated_at": "2026-01-01T00:00:00Z", "links": {}} for number in range(1, 201)]
TICKETS = [{"id": number, "status": "open", "generated_timestamp": 1000 + number} for number in range(1, 101)]


def write(directory: Path, vendor: str, streams: Mapping[str, Sequence[Mapping[str, Any]]]) -> Path:
    """Write a dataset directory and give it back."""
    folder = directory / vendor
    folder.mkdir(parents=True, exist_ok=True)
    for name, records in streams.items():
        lines = "".join(json.dumps(record) + "\n" for record in records)
        (folder / f"{name}.jsonl.gz").write_bytes(gzip.compress(lines.encode()))
    return directory


def read(directory: Path, vendor: str, stream: str) -> list[dict[str, Any]]:
    """The lines of one stream of a dataset."""
    with gzip.open(directory / vendor / f"{stream}.jsonl.gz", "rt") as lines:
        return [json.loads(line) for line in lines]


@dataclass(frozen=True)
class Answer:
    """One answer; header names are in small letters."""

    status: int
    headers: dict[str, str]
    body: bytes

    def json(self) -> Any:
        """The body as JSON."""
        return json.loads(self.body)


class Client:
    """Asks an ASGI app; a whole URL or a path, as a client on this machine."""

    def __init__(self, app: Any, headers: Mapping[str, str] | None = None, peer: str = "127.0.0.1") -> None:
        self.app = app
        self.headers = dict(headers or {})
        self.peer = peer

    def get(self, url: str, params: Mapping[str, Any] | None = None, **headers: str) -> Answer:
        """GET with query parameters."""
        return self.ask("GET", url, params, b"", headers)

    def post(self, url: str, body: bytes, **headers: str) -> Answer:
        """POST a body."""
        return self.ask("POST", url, None, body, headers)

    def ask(
        self, method: str, url: str, params: Mapping[str, Any] | None, body: bytes, headers: Mapping[str, str]
    ) -> Answer:
        """One request; `_` in the names of `headers` stands for `-`."""
        place = urlsplit(url)
        query = "&".join(part for part in (place.query, urlencode(params or {}, doseq=True)) if part)
        given = {"Host": "forum.example", **self.headers, **headers}
        scope = {
            "type": "http",
            "asgi": {"version": "3.0"},
            "http_version": "1.1",
            "method": method,
            "scheme": "http",
            "path": place.path,
            "raw_path": place.path.encode(),
            "root_path": "",
            "query_string": query.encode(),
            "headers": [
                (name.lower().replace("_", "-").encode(), value.encode()) for name, value in given.items()
            ],
            "client": (self.peer, 1),
            "server": ("forum.example", 80),
        }
        sent: list[dict[str, Any]] = []

        async def receive() -> dict[str, Any]:
            return {"type": "http.request", "body": body, "more_body": False}

        async def send(message: dict[str, Any]) -> None:
            sent.append(message)

        asyncio.run(self.app(scope, receive, send))
        answered = {name.decode(): value.decode() for name, value in sent[0]["headers"]}
        return Answer(sent[0]["status"], answered, b"".join(message.get("body", b"") for message in sent[1:]))


def client(
    directory: Path,
    vendor: str,
    headers: Mapping[str, str] | None = None,
    *,
    now: datetime = NOW,
    limited: bool = False,
    faults: Plan | None = None,
    options: Mapping[str, str] | None = None,
) -> Client:
    """A client of one source named `it`, its clock standing still; paths begin with /it."""
    spec = SourceSpec("it", vendor, directory, options or {})
    return Client(Sandbox([spec], clock=SandboxClock(now), limited=limited, faults=faults).app, headers)


def signed_in(directory: Path, **settings: Any) -> Client:
    """A UserVoice client with a token."""
    one = client(directory, "uservoice", **settings)
    one.headers["Authorization"] = "Bearer " + token_of(one)
    return one


def token_of(one: Client) -> str:
    """A new access token."""
    form = {
        "grant_type": "client_credentials",
        "client_id": uservoice.CLIENT_ID,
        "client_secret": uservoice.CLIENT_SECRET,
    }
    answer = one.post(
        "/it/api/v2/oauth/token", urlencode(form).encode(), content_type="application/x-www-form-urlencoded"
    )
    assert answer.status == 200
    token: str = answer.json()["access_token"]
    return token
