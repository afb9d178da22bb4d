"""One holder at a time: a locked file that says who holds it.

The operating system drops the lock when its holder ends, however it ends, so no stale lock needs
removing. The JSON in the file only serves to name the holder to those who wait.
"""

from __future__ import annotations

import fcntl
import json
import logging
import os
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from extractors.clock import iso, now
from extractors.errors import LodestarError, storage_errors

logger = logging.getLogger("lodestar.warehouse")

POLL_SECONDS = 0.2


class InUse(LodestarError):
    """Someone else holds the lock and did not let go in time."""


@dataclass(frozen=True)
class Lock:
    """A lock held by this process."""

    path: Path
    descriptor: int
    """Open file that carries the lock; a child that inherits it keeps the lock alive."""
    command: str

    def hand_to(self, pid: int) -> None:
        """Name a child process as the holder, for those who wait."""
        self._describe(pid)

    def take_back(self) -> None:
        """Name this process as the holder again."""
        self._describe(os.getpid())

    def _describe(self, pid: int) -> None:
        holder = {
            "pid": pid,
            "host": socket.gethostname(),
            "command": self.command,
            "since": iso(now()),
        }
        os.ftruncate(self.descriptor, 0)
        os.pwrite(self.descriptor, json.dumps(holder).encode(), 0)


def holder(path: Path) -> dict[str, Any]:
    """What the lock file says about its holder; empty if it says nothing readable."""
    try:
        described = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    return described if isinstance(described, dict) else {}


@contextmanager
def locked(path: Path, command: str, wait_seconds: float) -> Iterator[Lock]:
    """Hold the lock `path` as `command`; raise InUse, naming the holder, after `wait_seconds`."""
    with storage_errors(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
    try:
        _acquire(descriptor, path, wait_seconds)
        lock = Lock(path, descriptor, command)
        with storage_errors(path):
            lock.take_back()
        try:
            yield lock
        finally:
            os.ftruncate(descriptor, 0)
    finally:
        os.close(descriptor)


def _acquire(descriptor: int, path: Path, wait_seconds: float) -> None:
    deadline = time.monotonic() + wait_seconds
    told = False
    while True:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return
        except BlockingIOError:
            who = _name(holder(path))
            if time.monotonic() >= deadline:
                raise InUse(
                    f"{path.with_suffix('') if path.suffix == '.lock' else path} is in use by {who}, still "
                    f"after {wait_seconds:g} s. Wait until it is done, or end that process, and run again."
                ) from None
            if not told:
                logger.info("waiting for %s", who)
                told = True
            time.sleep(POLL_SECONDS)


def _name(described: dict[str, Any]) -> str:
    if not described:
        return "another process"
    return (
        f"`{described.get('command')}` (process {described.get('pid')} on {described.get('host')}, since "
        f"{described.get('since')})"
    )
