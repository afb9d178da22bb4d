"""`python -m extractors [SOURCE…] [--stream S]`: read sources into landing files.

Exit code 0: all read; 1: something failed (one `error:` line each on stderr); 2: wrong usage.
"""

from __future__ import annotations

import argparse
import signal
import sys
import threading
import time
from collections.abc import Sequence
from types import FrameType

from extractors.config import SourceConfig, data_dir, load_sources, named
from extractors.display import Display
from extractors.durable import private_umask
from extractors.errors import LodestarError
from extractors.report import ExtractReport
from extractors.run import extract


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; gives the exit code."""
    parser = argparse.ArgumentParser(
        prog="python -m extractors", description="Read sources into landing files."
    )
    parser.add_argument("sources", nargs="*", metavar="SOURCE", help="names from sources.toml (default: all)")
    parser.add_argument("--stream", action="append", dest="streams", metavar="S", help="only this stream")
    options = parser.parse_args(arguments)
    private_umask()
    stop = threading.Event()
    signal.signal(signal.SIGTERM, _terminate)
    try:
        configured = load_sources()
        return _extract_all(named(configured, options.sources), configured, options.streams, stop)
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
