"""Killing a process at a chosen step: before, in the middle of or after its nth write, statement or rename.

`arm` is called in the process that is to die. It counts the steps also when none of them is deadly, so that
a calm run tells how many there are.
"""

from __future__ import annotations

import os
import shutil
import signal
import threading
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import duckdb

from extractors import durable, landing
from warehouse import bookkeeping, publish, releases

EXTRACT = (
    "extract before",
    "extract torn",
    "extract unnamed",
    "extract after",
    "extract term",
    "extract moment",
)
LOAD = ("load before", "load committing", "load committed", "load state", "load moment")
PUBLISH = ("publish before", "publish after", "publish moment")
PLACES = (*EXTRACT, *LOAD, *PUBLISH)
"""Where a process is killed.

extract: before a landing file is written, with half of it or all of it under its temporary name, and after
it has its own; by SIGTERM after it. load: before any statement; while, and right after, a transaction
commits; in the middle of writing the state file. publish: before and after a rename, link or removal.
moment: at any time.
"""
_MOVES = ("rename", "replace", "symlink_to", "unlink")


@dataclass(frozen=True)
class Kill:
    """One death: the place, and how far on it is (a share of its steps or of its seconds)."""

    place: str
    share: float

    @property
    def stage(self) -> str:
        """The command that dies."""
        return self.place.split()[0]

    @property
    def counter(self) -> str:
        """Which steps its share is of."""
        return {
            "extract": "writes",
            "load before": "statements",
            "load committing": "commits",
            "load committed": "commits",
            "load state": "states",
            "publish": "moves",
        }.get(self.place) or {"extract": "writes", "publish": "moves"}.get(self.stage, "statements")

    @property
    def is_timed(self) -> bool:
        """Whether another process kills it, after some seconds."""
        return self.place.endswith("moment")

    def step(self, counted: dict[str, int]) -> int:
        """The deadly step, from 1, given how many a calm run takes."""
        return 1 + int(self.share * max(counted.get(self.counter, 1), 1))

    def __str__(self) -> str:
        return f"{self.place} {self.share:.0%}"


def die() -> None:
    """End this process as a power cut would."""
    os.kill(os.getpid(), signal.SIGKILL)


@dataclass
class Steps:
    """Counts steps of several kinds; any thread may count."""

    counted: Counter[str] = field(default_factory=Counter)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def next(self, kind: str) -> int:
        """The number of the step that is about to be taken, from 1."""
        with self.lock:
            self.counted[kind] += 1
            return self.counted[kind]


def arm(kill: Kill | None, step: int) -> Steps:
    """Count this process' steps from now on, and die at `step` of the kind that `kill` is about."""
    steps = Steps()

    def due(counter: str) -> str:
        """The place of the death that is due at the step taken now; empty if none is."""
        number = steps.next(counter)
        return kill.place if kill and kill.counter == counter and number == step else ""

    _replace(landing, "write_durably", _deadly_write(due, "writes"))
    _replace(bookkeeping, "write_durably", _deadly_write(due, "states"))
    _count_statements(due, kill)
    _count_moves(due)
    return steps


def _deadly_write(due: Callable[[str], str], counter: str) -> Callable[[Path, bytes], None]:
    def write(path: Path, content: bytes) -> None:
        place = due(counter)
        temporary = path.with_name(f"{path.name}.00000000.tmp")
        if place == "extract before":
            die()
        elif place in ("extract torn", "load state"):
            temporary.write_bytes(content[: len(content) // 2])
            die()
        elif place == "extract unnamed":
            temporary.write_bytes(content)
            die()
        durable.write_durably(path, content)
        if place == "extract after":
            die()
        elif place == "extract term":
            os.kill(os.getpid(), signal.SIGTERM)

    return write


class _Connection:
    """A database connection whose statements are counted."""

    def __init__(
        self, connection: duckdb.DuckDBPyConnection, due: Callable[[str], str], delay: float
    ) -> None:
        self._connection = connection
        self._due = due
        self._delay = delay

    def __getattr__(self, name: str) -> Any:
        return getattr(self._connection, name)

    def __enter__(self) -> _Connection:
        return self

    def __exit__(self, *_: object) -> None:
        self._connection.close()

    def execute(self, query: str, *arguments: Any) -> Any:
        """Execute a statement, unless it is the one to die at."""
        place = self._due("statements")
        if place == "load before":
            die()
        if query != "commit":
            return self._connection.execute(query, *arguments)
        place = self._due("commits")
        if place == "load committing":
            threading.Timer(self._delay, die).start()
        done = self._connection.execute(query, *arguments)
        if place == "load committed":
            die()
        return done


def _count_statements(due: Callable[[str], str], kill: Kill | None) -> None:
    connect = duckdb.connect
    # A commit of a small transaction takes a millisecond or two.
    delay = 0.002 * kill.share if kill else 0.0

    def connected(*arguments: Any, **options: Any) -> Any:
        return _Connection(connect(*arguments, **options), due, delay)

    _replace(duckdb, "connect", connected)


def _count_moves(due: Callable[[str], str]) -> None:
    def counted(real: Callable[..., Any]) -> Callable[..., Any]:
        def move(*arguments: Any, **options: Any) -> Any:
            place = due("moves")
            if place == "publish before":
                die()
            done = real(*arguments, **options)
            if place == "publish after":
                die()
            return done

        return move

    for name in _MOVES:
        _replace(Path, name, counted(getattr(Path, name)))
    _replace(shutil, "rmtree", counted(shutil.rmtree))
    for module, name in ((publish, "sync_tree"), (publish, "sync_folder"), (releases, "sync_folder")):
        _replace(module, name, counted(getattr(module, name)))


def _replace(owner: Any, name: str, by: Callable[..., Any]) -> None:
    """Put a counting function in the place of a real one, in this process only."""
    setattr(owner, name, by)
