"""A scripted HTTP server on loopback: each path has its answers, every request is recorded."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlsplit

from extractors.config import COMMON_OPTIONS, Connection, SourceConfig


@dataclass
class Reply:
    """What the stand-in sends back; `cut` promises more bytes than it sends, `drop` sends nothing at all."""

    body: Any = None
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    cut: bool = False
    drop: bool = False


@dataclass
class Seen:
    """One request that arrived."""

    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    body: str
    repeated: dict[str, list[str]] = field(default_factory=dict)
    """The query with all values of names that repeat, such as `post_ids[]`."""


class StandIn:
    """`on(path, …)` scripts the answers of a path; the last one repeats. `seen` lists the requests."""

    def __init__(self) -> None:
        self.seen: list[Seen] = []
        self._scripts: dict[str, Any] = {}
        self._lock = threading.Lock()
        self.base_url = ""

    def on(self, path: str, *answers: Any) -> None:
        """Answer `path` with these in turn: a Reply, a JSON value, or a function of the request."""
        self._scripts[path] = list(answers)

    def answer(self, request: Seen) -> Reply:
        with self._lock:
            self.seen.append(request)
            script = self._scripts.get(request.path)
            if script is None:
                return Reply({"error": "not found"}, 404)
            chosen = script.pop(0) if len(script) > 1 else script[0]
        if isinstance(chosen, Callable):  # type: ignore[arg-type]
            chosen = chosen(request)
        return chosen if isinstance(chosen, Reply) else Reply(chosen)


@contextmanager
def serve() -> Iterator[StandIn]:
    """Run a stand-in for the length of a `with` block."""
    stand_in = StandIn()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def _respond(self) -> None:
            url = urlsplit(self.path)
            length = int(self.headers.get("Content-Length") or 0)
            body = self.rfile.read(length).decode()
            request = Seen(
                self.command,
                url.path,
                dict(parse_qsl(url.query)),
                dict(self.headers),
                body,
                parse_qs(url.query),
            )
            reply = stand_in.answer(request)
            if reply.drop:
                self.connection.shutdown(socket.SHUT_RDWR)
                self.close_connection = True
                return
            content = reply.body if isinstance(reply.body, bytes) else json.dumps(reply.body).encode()
            self.send_response(reply.status)
            for name, value in ({"Content-Type": "application/json"} | reply.headers).items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(content) + (100 if reply.cut else 0)))
            self.end_headers()
            self.wfile.write(content)
            if reply.cut:
                self.close_connection = True

        do_GET = do_POST = _respond

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    stand_in.base_url = f"http://127.0.0.1:{server.server_address[1]}"
    try:
        yield stand_in
    finally:
        server.shutdown()
        server.server_close()


def configured(base_url: str, vendor: str = "uservoice", name: str = "ideas", **options: Any) -> SourceConfig:
    """A source at `base_url` with default options, quick to give up."""
    defaults = {key: default for key, (_, default) in COMMON_OPTIONS.items()}
    connection = Connection(base_url, "sandbox-client", "sandbox-secret")
    return SourceConfig(name, vendor, defaults | {"retry_minutes": 0.02} | options, connection)
