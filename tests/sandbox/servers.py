"""A sandbox server of its own process, for tests that need real connections."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).parents[2]


@contextmanager
def serving(*arguments: str) -> Iterator[dict[str, str]]:
    """`python -m sandbox serve` on a free port; gives each source's address."""
    sources = arguments.count("--source")
    server = subprocess.Popen(
        [sys.executable, "-m", "sandbox", "serve", "--port", "0", *arguments],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert server.stdout is not None
        lines = [server.stdout.readline() for _ in range(sources)]
        yield {name: rest.split()[0] for name, _, rest in (line.partition(": ") for line in lines)}
    finally:
        server.terminate()
        server.wait(timeout=20)
        assert server.stdout is not None
        server.stdout.close()
