"""What is made from the database, which holds the person too: removed, and made anew without them."""

from __future__ import annotations

import logging
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from extractors.durable import sync_folder
from extractors.errors import storage_errors
from extractors.suppression import FILE
from warehouse.backup import backup
from warehouse.build import build
from warehouse.connection import working_lock
from warehouse.erasing.people import EraseIncomplete
from warehouse.layout import DBT_PROJECT, Layout
from warehouse.lock import locked
from warehouse.publish import WAIT_SECONDS as PUBLISH_WAIT
from warehouse.publish import publish, unpin
from warehouse.releases import RELEASE, Release, current_release

logger = logging.getLogger("lodestar.erase")

Publishing = Callable[[Path], Release]


def remove_old(layout: Layout, wait_seconds: float) -> None:
    """Remove what was made from the database as it was: its predecessors, candidates, dbt's output."""
    with both_locks(layout, wait_seconds), storage_errors(layout.data_dir):
        for path in layout.warehouse.glob("community.*duckdb*"):
            if path.name not in (layout.database.name, f"{layout.database.name}.wal", layout.lock.name):
                path.unlink()
        for folder in (layout.candidates, layout.refused, layout.warehouse / "dbt_project"):
            shutil.rmtree(folder, ignore_errors=True)
        for name in ("run", "compiled"):
            shutil.rmtree(layout.dbt_target / name, ignore_errors=True)
        (layout.dbt_target / "run_results.json").unlink(missing_ok=True)


@contextmanager
def both_locks(layout: Layout, wait_seconds: float) -> Iterator[None]:
    """Nobody writes the working database or a release meanwhile."""
    with (
        working_lock(layout.data_dir, "erase", wait_seconds),
        locked(layout.publish_lock, "python -m warehouse erase", PUBLISH_WAIT),
    ):
        yield


def fresh_release(data_dir: Path, publishing: Publishing) -> int:
    """Publish a release without the person and remove all others; how many."""
    layout = Layout(data_dir)
    old = [path for path in layout.releases.glob("*") if (path / RELEASE).is_file()]
    if not old and current_release(layout) is None:
        return 0
    if unpin(data_dir):
        logger.warning("a rollback was pinned to a release that is removed now; it is no longer pinned")
    release = publishing(data_dir)
    with storage_errors(layout.releases):
        for path in layout.releases.iterdir():
            if path.name != release.stamp:
                shutil.rmtree(path)
        sync_folder(layout.releases)
    return len(old)


def published(data_dir: Path) -> Release:
    """Build, check and publish, as the daily load does."""
    candidate = build(data_dir)
    # The gate in a process of its own: what it needs takes seconds to import and much memory.
    checked = subprocess.run(
        [sys.executable, "-m", "expectations", str(candidate.path)],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        cwd=DBT_PROJECT.parent,
    )
    if not (candidate.path / "gate" / "results.json").is_file():
        raise EraseIncomplete(f"the gate could not check the candidate: {checked.stderr.strip()[-300:]}")
    return publish(data_dir, candidate)


def fresh_backup(data_dir: Path, wait_seconds: float) -> int:
    """Back up the rebuilt database, then remove every earlier backup; how many."""
    layout = Layout(data_dir)
    old = sorted(path for path in layout.backups.glob("*") if path.name != FILE)
    if old:
        fresh = backup(data_dir, wait_seconds=wait_seconds)
        with storage_errors(layout.backups):
            for path in old:
                if path != fresh:
                    path.unlink(missing_ok=True)
            sync_folder(layout.backups)
    return len(old)
