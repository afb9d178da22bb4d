"""The history load: what lies before `start_date`, in slices that are read, loaded and told.

It may run for days beside the daily load. It may be stopped at any time, however roughly: what is durable is
kept, and the next run goes on there. While the working database is in use, reading goes on and loading
follows.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Collection, Sequence
from datetime import datetime
from pathlib import Path

from extractors.config import SourceConfig
from extractors.slices import SLICE_MINUTES, Page, read_slice
from warehouse.connection import WAIT_SECONDS
from warehouse.lock import InUse
from warehouse.upgrade import load_upgraded

logger = logging.getLogger("lodestar.history")


def load_history(
    data_dir: Path,
    sources: Sequence[SourceConfig],
    *,
    all_sources: Sequence[SourceConfig],
    since: datetime | None = None,
    streams: Collection[str] | None = None,
    slice_minutes: float = SLICE_MINUTES,
    page: Page | None = None,
    stop: threading.Event | None = None,
    wait_seconds: float = WAIT_SECONDS,
) -> list[str]:
    """Read and load the history of `sources`, no further back than `since`, to its end; what was not well.

    Ends early when a slice could read nothing or what it read can't be loaded.
    """
    for number in range(1, 10**9):
        read = read_slice(
            sources,
            data_dir,
            all_sources=all_sources,
            since=since,
            streams=streams,
            minutes=slice_minutes,
            page=page,
            stop=stop,
        )
        read.log(number)
        problems = load_slice(data_dir, all_sources, wait_seconds, must=not read.is_left)
        if problems or not read.is_left or not read.has_advanced:
            return [*read.problems, *problems]
    return []


def load_slice(
    data_dir: Path, all_sources: Sequence[SourceConfig], wait_seconds: float = WAIT_SECONDS, *, must: bool
) -> list[str]:
    """Load what was read; what was not well. Unless it `must`, a busy database waits for the next slice."""
    try:
        report = load_upgraded(data_dir, all_sources, wait_seconds=wait_seconds)
    except InUse as error:
        if must:
            raise
        logger.info("%s Reading goes on; what is read is loaded with the next slice.", error)
        return []
    for loaded in report.loads:
        if loaded.load_id is not None and loaded.records:
            logger.info("loaded %s", loaded)
    return report.problems()
