"""A DuckDB database as files: the database itself and its log beside it."""

from __future__ import annotations

from pathlib import Path

from extractors.durable import sync_file, sync_folder
from extractors.errors import storage_errors


def log_of(database: Path) -> Path:
    """DuckDB's write-ahead log of a database file."""
    return database.with_name(f"{database.name}.wal")


def remove_database(database: Path) -> None:
    """Delete a database file and its log, if they are there."""
    with storage_errors(database):
        database.unlink(missing_ok=True)
        log_of(database).unlink(missing_ok=True)


def put_in_place(fresh: Path, database: Path, kept: Path) -> None:
    """Replace `database` by the closed file `fresh` in one rename; the old one stays as `kept`.

    The old log is moved away first, lest it be applied to the new file.
    """
    with storage_errors(database):
        sync_file(fresh)
        remove_database(kept)
        if log_of(database).exists():
            log_of(database).rename(log_of(kept))
        if database.exists():
            kept.hardlink_to(database)
        fresh.replace(database)
        sync_folder(database.parent)
