"""Runs the sandbox's server."""

from __future__ import annotations

import asyncio
import logging
import os
import shutil
import socket
import sys
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import uvicorn
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from extractors.errors import LodestarError
from sandbox.app import Sandbox, SourceSpec
from sandbox.certificate import make_certificate
from sandbox.clock import SandboxClock
from sandbox.faults import Plan


class PortError(LodestarError):
    """The server can't listen where it was told to."""


class _WithoutCuts(logging.Filter):
    """Keeps the server from reporting the answers that a fault left unfinished."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Whether to log a record."""
        return not record.getMessage().startswith("ASGI callable returned without")


class HttpProtocol(HttpToolsProtocol):
    """HTTP that tells the app its connection, so that a fault can cut it."""

    def on_message_begin(self) -> None:
        """Begin a request."""
        super().on_message_begin()
        self.scope["extensions"] = {"sandbox.transport": self.transport}  # type: ignore[dict-item]


@dataclass(frozen=True)
class Listening:
    """Where and how to serve."""

    host: str = "127.0.0.1"
    port: int = 0
    """0: any free port."""
    tls: bool = False
    ca_file: Path | None = None
    """Where to write the authority's certificate for clients."""


def listen(host: str, port: int) -> socket.socket:
    """A bound socket; raises PortError if the place is taken."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    sock = socket.socket(family, socket.SOCK_STREAM)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        sock.bind((host, port))
    except OSError as error:
        sock.close()
        raise PortError(f"can't listen on {host}:{port} ({error.strerror}). Choose another --port.") from None
    return sock


def serve(
    sources: Sequence[SourceSpec],
    listening: Listening,
    *,
    clock: SandboxClock,
    limited: bool,
    faults: Plan | None,
    announce: Callable[[str], None],
    sock: socket.socket | None = None,
    until_input_ends: bool = False,
) -> None:
    """Serve until interrupted or, if asked, until standard input ends; `announce` gets a line per source."""
    sandbox = Sandbox(sources, clock=clock, limited=limited, faults=faults)
    sock = sock or listen(listening.host, listening.port)
    scheme = "https" if listening.tls else "http"
    host = f"[{listening.host}]" if ":" in listening.host else listening.host
    with tempfile.TemporaryDirectory(prefix="sandbox-tls-") as folder:
        config = uvicorn.Config(
            sandbox.app,
            http=HttpProtocol,
            ws="none",
            lifespan="off",
            log_level="error",
            access_log=False,
            server_header=False,
            timeout_keep_alive=75,
            timeout_graceful_shutdown=1,
        )
        if listening.tls:
            hosts = list(dict.fromkeys([listening.host, "127.0.0.1", "localhost"]))
            files = make_certificate(Path(folder), hosts)
            config.ssl_certfile, config.ssl_keyfile = str(files.certificate), str(files.key)
            if listening.ca_file is not None:
                shutil.copyfile(files.authority, listening.ca_file)
        sock.listen(128)
        for spec in sources:
            announce(f"{spec.name}: {scheme}://{host}:{sock.getsockname()[1]}/{spec.name} ({spec.vendor})")
        logging.getLogger("uvicorn.error").addFilter(_WithoutCuts())
        server = uvicorn.Server(config)
        with asyncio.Runner(loop_factory=config.get_loop_factory()) as runner:
            runner.run(_run(server, sock, until_input_ends))


async def _run(server: uvicorn.Server, sock: socket.socket, until_input_ends: bool) -> None:
    if until_input_ends:
        loop = asyncio.get_running_loop()

        def ended() -> None:
            if not os.read(sys.stdin.fileno(), 4096):
                loop.remove_reader(sys.stdin.fileno())
                server.should_exit = True

        loop.add_reader(sys.stdin.fileno(), ended)
    await server.serve(sockets=[sock])
