"""Opening the working database: under its lock, within memory and disk limits."""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import duckdb

from extractors.errors import MAKE_SPACE, LodestarError, StorageError, storage_errors
from warehouse.layout import Layout
from warehouse.lock import InUse, Lock, locked

WAIT_SECONDS = 900.0
"""How long a command waits for the working database before it refuses."""
STORAGE_VERSION = "v1.4.0"
"""Newest storage version that DuckDB 1.4 and 1.5 can open as well as 2.0."""
MEGABYTE = 1024 * 1024
LOAD_MEMORY = 1024 * MEGABYTE


class DatabaseError(LodestarError):
    """The working database can't be opened or written."""


@dataclass(frozen=True)
class Working:
    """The working database, open in this process and locked against all others."""

    layout: Layout
    connection: duckdb.DuckDBPyConnection
    lock: Lock


@contextmanager
def working_lock(data_dir: Path, command: str, wait_seconds: float = WAIT_SECONDS) -> Iterator[Lock]:
    """Hold the lock of the working database without opening it; leftovers of a killed holder are removed."""
    layout = Layout(data_dir)
    with locked(layout.lock, f"python -m warehouse {command}", wait_seconds) as lock:
        with storage_errors(layout.warehouse):
            for leftover in (layout.spill, layout.database.with_name(f"{layout.database.name}.tmp")):
                if leftover.exists():
                    shutil.rmtree(leftover)
            layout.spill.mkdir(parents=True)
        yield lock


@contextmanager
def open_working(data_dir: Path, command: str, wait_seconds: float = WAIT_SECONDS) -> Iterator[Working]:
    """Open the working database (created if absent) for `command`.

    Raises InUse naming the holder after `wait_seconds`, DatabaseError if the file can't be opened.
    """
    layout = Layout(data_dir)
    deadline = time.monotonic() + wait_seconds
    with (
        working_lock(data_dir, command, wait_seconds) as lock,
        connected(layout.spill, layout.database, max(0.0, deadline - time.monotonic())) as connection,
    ):
        yield Working(layout, connection, lock)


@contextmanager
def connected(spill: Path, database: Path, wait_seconds: float = 0.0) -> Iterator[duckdb.DuckDBPyConnection]:
    """A connection to `database` that spills to `spill`; the caller keeps others from opening it."""
    connection = _connect(spill, database, time.monotonic() + wait_seconds)
    try:
        with database_errors(database):
            yield connection
    finally:
        connection.close()


@contextmanager
def transaction(connection: duckdb.DuckDBPyConnection) -> Iterator[None]:
    """What is executed within is done as a whole, or, after an error or a kill, not at all."""
    connection.execute("begin")
    try:
        yield
    except BaseException:
        connection.execute("rollback")
        raise
    connection.execute("commit")


def _connect(spill: Path, database: Path, deadline: float) -> duckdb.DuckDBPyConnection:
    with storage_errors(database):
        database.parent.mkdir(parents=True, exist_ok=True)
        spill.mkdir(parents=True, exist_ok=True)
    while True:
        try:
            connection = duckdb.connect(
                str(database),
                config={
                    "storage_compatibility_version": STORAGE_VERSION,
                    "memory_limit": f"{memory_limit() // MEGABYTE}MB",
                    "temp_directory": str(spill),
                },
            )
            connection.execute("set TimeZone = 'UTC'")
            return connection
        except duckdb.Error as error:
            reason = str(error).splitlines()[0]
            if "lock on file" in reason:
                if time.monotonic() >= deadline:
                    raise InUse(
                        f"{database} is open in a program that takes no part in the locking ({reason}). "
                        "Close it and run again; to look at the data, open "
                        "published/current/community.duckdb instead."
                    ) from None
                time.sleep(1)
                continue
            if _no_space(reason):
                raise _disk_full(database) from None
            raise DatabaseError(
                f"{database} can't be opened ({reason}). Bring it back with `python -m warehouse restore` "
                "(last backup and later landing files) or `python -m warehouse replay` (all landing files)."
            ) from None


@contextmanager
def database_errors(database: Path) -> Iterator[None]:
    """Turn DuckDB's full disk, exhausted memory and damaged file into one clear line."""
    try:
        with storage_errors(database.parent):
            yield
    except duckdb.OutOfMemoryException as error:
        if _no_space(str(error)) or "temp_directory" in str(error):
            raise _disk_full(database) from None
        raise DatabaseError(
            f"{database}: DuckDB's memory limit of {memory_limit() // MEGABYTE} MB was not enough "
            f"({str(error).splitlines()[0]}). Give the machine or container more memory."
        ) from None
    except (
        duckdb.IOException,
        duckdb.FatalException,
        duckdb.InternalException,
        duckdb.TransactionException,
    ) as error:
        if _no_space(str(error)):
            raise _disk_full(database) from None
        raise DatabaseError(
            f"{database} failed ({str(error).splitlines()[0]}). Nothing half-done was kept: run again; if "
            "it fails again, bring it back with `python -m warehouse restore`."
        ) from None


def _no_space(reason: str) -> bool:
    return "No space left" in reason or "Disk quota exceeded" in reason


def _disk_full(database: Path) -> StorageError:
    return StorageError(f"no space left for {database}. Nothing half-done was kept. {MAKE_SPACE}")


def require_free_disk(folder: Path, needed_bytes: int, stage: str) -> None:
    """Raise a StorageError before `stage` starts if the disk of `folder` has too little free space."""
    existing = folder
    while not existing.exists():
        existing = existing.parent
    free = shutil.disk_usage(existing).free
    if free < needed_bytes:
        raise StorageError(
            f"{stage} needs about {needed_bytes // MEGABYTE:,} MB free for {folder}, but "
            f"{free // MEGABYTE:,} MB are left. {MAKE_SPACE}"
        )


def memory_limit(most: int = LOAD_MEMORY) -> int:
    """Bytes DuckDB may use: half of the machine's or container's, at most `most`; the rest spills."""
    available = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    for limit in (Path("/sys/fs/cgroup/memory.max"), Path("/sys/fs/cgroup/memory/memory.limit_in_bytes")):
        try:
            available = min(available, int(limit.read_text()))
        except (OSError, ValueError):
            continue
    return min(most, available // 2)
