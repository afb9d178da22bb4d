"""`python -m extractors [SOURCE…] [--stream S]`: read sources into landing files.

Exit code 0: all read; 1: something failed (one `error:` line each on stderr); 2: wrong usage.
"""

from __future__ import annotations

import argparse
import logging
import signal
import sys
import threading
import time
from collections.abc import Sequence
from types import FrameType, TracebackType

from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TaskID, TextColumn, TimeElapsedColumn

from extractors import clock
from extractors.config import SourceConfig, data_dir, load_sources
from extractors.errors import ConfigError, LodestarError
from extractors.run import ExtractReport, extract, logger
from extractors.source import lane_name

LOG_EVERY_SECONDS = 10.0


class Display:
    """Progress of all sources: bars on a terminal, a line now and then elsewhere; and what is logged."""

    def __init__(self, on_terminal: bool) -> None:
        self._lock = threading.Lock()
        self._tasks: dict[tuple[str, str, str], TaskID] = {}
        self._logged: dict[tuple[str, str, str], float] = {}
        self._bars: Progress | None = None
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
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        logger.removeHandler(self._handler)
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
            elif time.monotonic() - self._logged.setdefault(key, time.monotonic()) >= LOG_EVERY_SECONDS:
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


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; gives the exit code."""
    parser = argparse.ArgumentParser(
        prog="python -m extractors", description="Read sources into landing files."
    )
    parser.add_argument("sources", nargs="*", metavar="SOURCE", help="names from sources.toml (default: all)")
    parser.add_argument("--stream", action="append", dest="streams", metavar="S", help="only this stream")
    options = parser.parse_args(arguments)
    stop = threading.Event()
    signal.signal(signal.SIGTERM, _terminate)
    try:
        configured = load_sources()
        return _extract_all(_named(configured, options.sources), configured, options.streams, stop)
    except LodestarError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print(
            "error: interrupted; what is durable stays, and the next run goes on from there", file=sys.stderr
        )
        return 130


def _terminate(_signal: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt


def _named(configured: tuple[SourceConfig, ...], names: list[str]) -> list[SourceConfig]:
    known = {source.name: source for source in configured}
    if unknown := sorted(set(names) - set(known)):
        raise ConfigError(f"unknown source {', '.join(unknown)}. Known: {', '.join(known) or 'none'}.")
    if not known:
        raise ConfigError("no source is configured. Add [sources.NAME] to sources.toml.")
    return [known[name] for name in names] if names else list(configured)


def _extract_all(
    sources: list[SourceConfig],
    configured: tuple[SourceConfig, ...],
    streams: list[str] | None,
    stop: threading.Event,
) -> int:
    reports: list[ExtractReport] = []
    failures: list[str] = []
    with Display(sys.stderr.isatty()) as display:

        def read(source: SourceConfig) -> None:
            def page(stream: str, lane: str, records: int, left: int | None) -> None:
                display.page(source.name, stream, lane, records, left)

            try:
                report = extract(
                    source, data_dir(), all_sources=configured, streams=streams, progress=page, stop=stop
                )
                reports.append(report)
            except LodestarError as error:
                failures.append(str(error))

        threads = [threading.Thread(target=read, args=(source,), daemon=True) for source in sources]
        for thread in threads:
            thread.start()
        try:
            while any(thread.is_alive() for thread in threads):
                time.sleep(0.05)
        except KeyboardInterrupt:
            stop.set()
            for thread in threads:
                thread.join(3.0)
            raise
    for line in dict.fromkeys(failures + [line for report in reports for line in report.problems()]):
        print(f"error: {line}", file=sys.stderr)
    return 1 if failures or any(report.failed for report in reports) else 0


if __name__ == "__main__":
    sys.exit(main())
