"""The sandbox that all readers of a benchmark ask: one server of its own process, HTTPS, no limits."""

from __future__ import annotations

import json
import os
import ssl
import subprocess
import sys
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from sandbox.app import SourceSpec
from sandbox.run_with import Setting, environment

ROOT = Path(__file__).parents[1]
REQUESTS_PER_MINUTE = 600_000


@dataclass
class Asked:
    """How often a source was asked; known when the counted block has ended."""

    requests: int = 0


@dataclass(frozen=True)
class Stand:
    """A running sandbox."""

    base_url: str
    authority: Path
    """The certificate that clients are to trust."""
    sources: tuple[SourceSpec, ...]
    now: str

    @property
    def host(self) -> str:
        """Host and port."""
        return urlsplit(self.base_url).netloc

    def requests(self) -> Mapping[str, int]:
        """Requests answered so far, by source."""
        context = ssl.create_default_context(cafile=str(self.authority))
        with urllib.request.urlopen(f"{self.base_url}/_sandbox/requests", context=context) as answer:
            counts: Mapping[str, Mapping[str, Any]] = json.load(answer)
        return {name: int(count["total"]) for name, count in counts.items()}

    @contextmanager
    def counting(self, source: str) -> Iterator[Asked]:
        """Count the requests to `source` while the block runs."""
        asked = Asked()
        before = self.requests()[source]
        yield asked
        asked.requests = self.requests()[source] - before

    def trusting(self) -> dict[str, str]:
        """This process' environment for a client; both variables name the trusted certificate."""
        trust = str(self.authority)
        return {**os.environ, "REQUESTS_CA_BUNDLE": trust, "SSL_CERT_FILE": trust}

    def configured(self, data_dir: Path) -> dict[str, str]:
        """Lodestar's environment with every source configured, writing to `data_dir`."""
        return environment(Setting(self.sources, data_dir, now=self.now), self.base_url, self.trusting())


@contextmanager
def serving(folder: Path, sources: Mapping[str, tuple[str, Path]], now: datetime) -> Iterator[Stand]:
    """Serve `sources` (name: vendor, dataset directory) at the clock `now` while the block runs."""
    specs = tuple(SourceSpec(name, vendor, directory) for name, (vendor, directory) in sources.items())
    authority = folder / "authority.pem"
    moment = now.isoformat()
    named = [part for one in specs for part in ("--source", f"{one.name}={one.vendor}:{one.directory}")]
    server = subprocess.Popen(
        [sys.executable, "-m", "sandbox", "serve", "--port", "0", "--now", moment, "--tls",
         "--ca-file", str(authority), "--until-input-ends", *named],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )  # fmt: skip
    try:
        assert server.stdout is not None
        lines = [server.stdout.readline() for _ in specs]
        url = lines[0].split()[1].removesuffix(f"/{specs[0].name}")
        yield Stand(url, authority, specs, moment)
    finally:
        server.terminate()
        server.wait(timeout=20)
