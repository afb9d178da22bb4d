"""Progress of sources being read: bars on a terminal, a line now and then elsewhere."""

from __future__ import annotations

import logging
import sys
import threading
import time
from types import TracebackType

from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TaskID, TextColumn, TimeElapsedColumn

from extractors import clock
from extractors.run import logger
from extractors.source import lane_name

LOG_EVERY_SECONDS = 10.0


class Display:
    """Progress of all sources: bars on a terminal, a line now and then elsewhere; and what is logged."""

    def __init__(self, on_terminal: bool, log_every_seconds: float = LOG_EVERY_SECONDS) -> None:
        self._lock = threading.Lock()
        self._tasks: dict[tuple[str, str, str], TaskID] = {}
        self._logged: dict[tuple[str, str, str], float] = {}
        self._bars: Progress | None = None
        self._log_every = log_every_seconds
        self._propagated = True
        self._handler = _Shown(self)
        if on_terminal:
            self._bars = Progress(
                SpinnerColumn(),
                TextColumn("{task.description}"),
                BarColumn(bar_width=24),
                TextColumn("{task.completed:,.0f} records"),
                TimeElapsedColumn(),
                console=Console(stderr=True),
            )

    def __enter__(self) -> Display:
        if self._bars:
            self._bars.start()
        logger.addHandler(self._handler)
        logger.setLevel(logging.INFO)
        self._propagated, logger.propagate = logger.propagate, False
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        logger.removeHandler(self._handler)
        logger.propagate = self._propagated
        if self._bars:
            self._bars.stop()

    def page(self, source: str, stream: str, lane: str, records: int, left: int | None) -> None:
        """Show that a page of a stream is durable."""
        key = (source, stream, lane)
        name = lane_name(source, stream, lane)
        with self._lock:
            if self._bars:
                if key not in self._tasks:
                    self._tasks[key] = self._bars.add_task(name, total=None)
                total = None if left is None else records + left
                self._bars.update(self._tasks[key], completed=records, total=total)
            elif time.monotonic() - self._logged.setdefault(key, time.monotonic()) >= self._log_every:
                self._logged[key] = time.monotonic()
                self.log(f"{name}: {records:,} records" + (f", {left:,} left" if left is not None else ""))

    def log(self, text: str) -> None:
        """One log line on stderr, above the bars if there are any."""
        if self._bars:
            self._bars.console.print(text, highlight=False, markup=False)
        else:
            sys.stderr.write(f"{clock.now():%Y-%m-%d %H:%M:%S} {text}\n")
            sys.stderr.flush()


class _Shown(logging.Handler):
    """Shows what the extraction logs."""

    def __init__(self, display: Display) -> None:
        super().__init__()
        self._display = display

    def emit(self, record: logging.LogRecord) -> None:
        """Show one line."""
        self._display.log(record.getMessage())
