"""Copies of the raw tables, and bringing the working database back from one."""

from __future__ import annotations

import logging
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb

from extractors.config import SourceConfig
from extractors.durable import sync_file, sync_folder
from extractors.errors import LodestarError, storage_errors
from warehouse.connection import (
    MEGABYTE,
    STORAGE_VERSION,
    WAIT_SECONDS,
    connected,
    open_working,
    require_free_disk,
    working_lock,
)
from warehouse.database_file import put_in_place, remove_database
from warehouse.layout import Layout
from warehouse.load import LoadReport, load
from warehouse.schema import Schema
from warehouse.stamp import next_stamp, stamped_at
from warehouse.tables import literal, quoted

logger = logging.getLogger("lodestar.backup")

DAILY = 7
MONTHLY = 12


class NoBackup(LodestarError):
    """There is nothing to restore from."""


@dataclass(frozen=True)
class Restored:
    """What a restore brought back."""

    backup: Path
    report: LoadReport
    """The later landing files that were loaded on top."""


def backups(data_dir: Path) -> list[Path]:
    """The complete backups, oldest first."""
    return sorted(path for path in Layout(data_dir).backups.glob("*.duckdb") if stamped_at(path.stem))


def backup(data_dir: Path, *, wait_seconds: float = WAIT_SECONDS) -> Path:
    """Copy schema raw to `backup/<stamp>.duckdb`; keeps the newest of 7 days and of 12 months.

    The copy is compared with the original row count by row count before it gets its name.
    """
    layout = Layout(data_dir)
    with open_working(data_dir, "backup", wait_seconds) as working:
        connection = working.connection
        size = layout.database.stat().st_size if layout.database.exists() else 0
        require_free_disk(layout.backups, 64 * MEGABYTE + size, "backup")
        with storage_errors(layout.backups):
            layout.backups.mkdir(parents=True, exist_ok=True)
            for leftover in layout.backups.glob("*.tmp*"):
                leftover.unlink()
        path = layout.backups / f"{next_stamp(each.stem for each in backups(data_dir))}.duckdb"
        unfinished = path.with_suffix(".tmp")
        _copy_raw(connection, unfinished)
    with storage_errors(path):
        sync_file(unfinished)
        unfinished.rename(path)
        for surplus in _surplus(backups(data_dir)):
            surplus.unlink()
        sync_folder(layout.backups)
    logger.info("backup %s: %.1f MB", path, path.stat().st_size / MEGABYTE)
    return path


def restore(
    data_dir: Path,
    sources: Sequence[SourceConfig],
    *,
    source_file: Path | None = None,
    schema: Schema | None = None,
    wait_seconds: float = WAIT_SECONDS,
    terminal: bool | None = None,
) -> Restored:
    """Put the newest backup (or `source_file`) in the place of the working database, then load what is later.

    The replaced file is kept beside as `community.before-restore.duckdb`. Raises NoBackup.
    """
    layout = Layout(data_dir)
    if source_file is None:
        known = backups(data_dir)
        if not known:
            raise NoBackup(
                f"there is no backup in {layout.backups}. Rebuild from the landing files with: python -m "
                "warehouse replay"
            )
        source_file = known[-1]
    if not source_file.is_file():
        raise NoBackup(f"{source_file} does not exist. Backups are in {layout.backups}.")
    fresh = layout.database.with_name("community.restore.duckdb")
    with working_lock(data_dir, "restore", wait_seconds):
        require_free_disk(layout.warehouse, 64 * MEGABYTE + source_file.stat().st_size, "restore")
        with storage_errors(fresh):
            remove_database(fresh)
            shutil.copyfile(source_file, fresh)
        with connected(layout.spill, fresh) as connection:
            try:
                connection.execute("select count(*) from raw._loads").fetchone()
            except duckdb.CatalogException:
                raise NoBackup(f"{source_file} is no backup of Lodestar: it has no raw._loads.") from None
        put_in_place(fresh, layout.database, layout.database.with_name("community.before-restore.duckdb"))
    report = load(data_dir, sources, schema=schema, wait_seconds=wait_seconds, terminal=terminal)
    return Restored(source_file, report)


def _copy_raw(connection: duckdb.DuckDBPyConnection, target: Path) -> None:
    connection.execute(
        f"attach {literal(str(target))} as backup (storage_version {literal(STORAGE_VERSION)})"
    )
    connection.execute("create schema backup.raw")
    tables = [
        name
        for (name,) in connection.execute(
            "select table_name from duckdb_tables() where database_name = current_database() and "
            "schema_name = 'raw' order by 1"
        ).fetchall()
    ]
    for name in tables:
        connection.execute(f"create table backup.raw.{quoted(name)} as from raw.{quoted(name)}")
        counts = connection.execute(
            f"select (select count(*) from raw.{quoted(name)}), (select count(*) from "
            f"backup.raw.{quoted(name)})"
        ).fetchone()
        if counts is None or counts[0] != counts[1]:
            raise LodestarError(
                f"the backup of raw.{name} has not all its rows. Check the disk and run again."
            )
    connection.execute("detach backup")


def _surplus(paths: Sequence[Path]) -> list[Path]:
    """Backups that are the newest neither of one of the last days nor of one of the last months."""
    days: dict[str, Path] = {}
    months: dict[str, Path] = {}
    for path in paths:
        days[path.stem[:8]] = path
        months[path.stem[:6]] = path
    kept = set(list(days.values())[-DAILY:]) | set(list(months.values())[-MONTHLY:])
    return [path for path in paths if path not in kept]
