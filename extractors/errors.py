"""Errors that a user can do something about: one line that says what, where and what to do next.

No message carries a secret or a record's value.
"""

from __future__ import annotations

import errno
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

MAKE_SPACE = "Free some there or move DATA_DIR, then run again."
"""What to do about a full disk."""


class LodestarError(Exception):
    """Base of all expected failures; `str()` is one line for a terminal, a log or a task's message."""


class ConfigError(LodestarError):
    """Something in sources.toml, a connection or an environment variable is wrong."""


class StorageError(LodestarError):
    """The data folder can't be written or read."""


class Stopped(LodestarError):
    """The extraction was asked to stop; what is durable stays and the next run goes on from there."""


class SourceError(LodestarError):
    """A source failed: `source`, `stream` (None while connecting), `message`, `remedy`, HTTP `status`."""

    def __init__(
        self, source: str, stream: str | None, message: str, remedy: str = "", *, status: int | None = None
    ) -> None:
        self.source = source
        self.stream = stream
        self.message = message.rstrip(". ")
        self.remedy = remedy.rstrip(". ")
        self.status = status
        place = f"source {source}" + (f", stream {stream}" if stream else "")
        super().__init__(f"{place}: {self.message}." + (f" {self.remedy}." if self.remedy else ""))


@contextmanager
def storage_errors(place: Path) -> Iterator[None]:
    """Turn a full disk, a missing right or a read-only file system into one clear line naming `place`."""
    try:
        yield
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise StorageError(f"no space left for {place}. {MAKE_SPACE}") from None
        if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
            raise StorageError(
                f"{place} can't be written ({error.strerror}). Check its owner and rights, or DATA_DIR."
            ) from None
        raise
