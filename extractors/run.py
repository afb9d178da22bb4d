"""Reads one source: its streams side by side, each into landing files, whatever happens to the others.

The logger `lodestar.extract` gets a line for each stream as it ends, and one for each of its notes.
"""

from __future__ import annotations

import gc
import logging
import os
import re
import shutil
import sysconfig
import threading
import time
import traceback
from collections import deque
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Literal

from extractors import clock
from extractors.config import SourceConfig, privacy_keys
from extractors.errors import (
    MAKE_SPACE,
    ConfigError,
    LodestarError,
    SourceError,
    Stopped,
    StorageError,
    storage_errors,
)
from extractors.held import read_held
from extractors.history import (
    HISTORY,
    SINCE,
    Part,
    StreamHistory,
    began_at,
    reading_history,
    rest_of_pace,
    share_of,
    stand,
)
from extractors.http import Api
from extractors.landing import Extraction, read_watermarks
from extractors.privacy import KEY_MARK, Cleaner, Keys
from extractors.registry import VENDORS
from extractors.report import ExtractReport, StreamReport
from extractors.source import DAILY, Fetch, Lane, Page, Private, Start, Stream, Watermark
from extractors.suppression import Suppression

logger = logging.getLogger("lodestar.extract")

WORKERS = 4
"""Streams of a source that are read at once; they share one pace, so more would only hold more memory."""
_LIBRARIES = tuple({sysconfig.get_path(name) for name in ("stdlib", "purelib", "platlib")})
_MARKS = frozenset({KEY_MARK, SINCE, HISTORY})
LEAST_FREE_BYTES = 32 * 2**20
RARE_COLLECTIONS = (50_000, 20, 100)
"""Parsed pages hold no cycles, so looking for some at every page would only cost a third of the time."""
STOP_AFTER_SECONDS = 10.0
"""History is cut at the first page after its time; a stream that only waits then is stopped so much later."""
STOP_SECONDS = 2.0
"""How long a run that is told to stop waits for its streams to close their extractions."""

Progress = Callable[[str, str, int, int | None], None]
"""Called after each page with stream, lane, records so far and how many are left (None if unknown)."""


def extract(
    source: SourceConfig,
    data_dir: Path,
    *,
    all_sources: Iterable[SourceConfig],
    streams: Collection[str] | None = None,
    lanes: Sequence[Lane] = DAILY,
    since: datetime | None = None,
    minutes: float | None = None,
    progress: Progress | None = None,
    stop: threading.Event | None = None,
    environ: Mapping[str, str] = os.environ,
) -> ExtractReport:
    """Read what is new in `source` (or only in some `streams`) into landing files under `data_dir`.

    `lanes` says what is read: by default what the daily load reads. A lane other than `new` and `backfill`
    waits until `new` has been loaded once. Streams run side by side; one that fails doesn't stop the others
    and is reported. `all_sources` tells to which sites links in private text are kept. `stop`, when set, ends
    the run at the next page; so do `minutes`. What the lane `backfill` (no further back than `since`) has
    read until then is complete and can be loaded. Raises ConfigError if nothing can be read at all (no
    connection, no privacy key, unknown stream) and StorageError without disk space.
    """
    began = time.monotonic()
    vendor = VENDORS[source.vendor]
    keys = privacy_keys(environ)
    chosen = _chosen(source, vendor.streams, streams)
    bases = [
        address
        for other in all_sources
        if other.name != source.name
        for address in ([other.connection.base_url] if other.connection else []) + _sites(other)
    ]
    _require_space(data_dir)
    watermarks = read_watermarks(data_dir).get(source.name, {})
    api = vendor.connect(source)
    is_history = "backfill" in lanes
    limit = source.options.get("max_minutes") if minutes is None else minutes
    deadline = None if limit is None else began + 60 * limit
    api.take_share((lambda: share_of(source)) if is_history else rest_of_pace(data_dir, source))
    with reading_history(data_dir, source.name) if is_history else nullcontext():
        parts = {
            each.stream: each
            for each in (stand(source, chosen, data_dir, since, keys[0][0]) if is_history else ())
            if each.part
        }
        run = _Run(source, data_dir, api, keys, bases, watermarks, parts, progress, deadline)
        jobs: deque[tuple[Stream, Lane]] = deque(
            (stream, lane) for lane in lanes for stream in chosen if run.has(stream, lane)
        )
        order: dict[tuple[str, str], int] = {
            (stream.name, lane): place for place, (stream, lane) in enumerate(jobs)
        }
        reports = _side_by_side(
            run, jobs, stop, deadline + STOP_AFTER_SECONDS if deadline and is_history else None
        )
    reports.sort(key=lambda report: order[report.stream, report.lane])
    return ExtractReport(source.name, source.vendor, time.monotonic() - began, tuple(reports))


def _side_by_side(
    run: _Run, jobs: deque[tuple[Stream, Lane]], stop: threading.Event | None, stop_at: float | None
) -> list[StreamReport]:
    """Read the jobs in a few threads; once told to stop, or after `stop_at`, no request is begun any more."""
    reports: list[StreamReport] = []
    collections = gc.get_threshold()

    def work() -> None:
        while True:
            try:
                stream, lane = jobs.popleft()
            except IndexError:
                return
            reports.append(run.lane(stream, lane))

    name = run.source.name
    threads = [threading.Thread(target=work, daemon=True, name=f"{name}-{n}") for n in range(WORKERS)]
    try:
        gc.set_threshold(*RARE_COLLECTIONS)
        for thread in threads:
            thread.start()
        while any(thread.is_alive() for thread in threads):
            time.sleep(0.02)
            if (stop and stop.is_set()) or (stop_at and time.monotonic() > stop_at):
                run.api.stop()
    except BaseException:
        # Whatever is durable stays; threads that hang in a read end with the process.
        run.api.stop()
        for thread in threads:
            thread.join(STOP_SECONDS)
        raise
    finally:
        gc.set_threshold(*collections)
    return reports


def _unforeseen(failure: Exception, path: str | None) -> str:
    """What to say of an error in reading the answer of `path`; its own text may hold a record's value."""
    frames = traceback.extract_tb(failure.__traceback__)
    own = [frame for frame in frames if not frame.filename.startswith(_LIBRARIES)]
    where = f"{type(failure).__name__} in {Path(own[-1].filename).name}, line {own[-1].lineno}"
    if path is None:
        return f"unexpected {where}. Please report it."
    return (
        f"the answer of {path} has a form this version doesn't know ({where}). Try again later; if it stays, "
        "please report it."
    )


@dataclass
class _Run:
    source: SourceConfig
    data_dir: Path
    api: Api
    keys: Keys
    link_bases: list[str]
    watermarks: Mapping[str, Any]
    history: Mapping[str, StreamHistory]
    """What of each stream's history is read now."""
    progress: Progress | None
    deadline: float | None

    def has(self, stream: Stream, lane: Lane) -> bool:
        """Whether there is anything to read in this lane now."""
        if lane == "backfill":
            return stream.name in self.history
        is_loaded = self.watermarks.get(stream.name, {}).get("new") is not None
        return stream.fetch_in(lane) is not None and (lane == "new" or is_loaded)

    def lane(self, stream: Stream, lane: Lane) -> StreamReport:
        """Read one lane of one stream; every failure ends in the report."""
        began = time.monotonic()
        api = self.api.for_stream(stream.name)
        tally = _Tally()
        status: Literal["ok", "failed", "skipped", "unfinished"] = "failed"
        error = reason = None
        try:
            status = self._read(stream, lane, api, tally)
        except Stopped:
            status = "unfinished"
        except LodestarError as failure:
            error = str(failure)
            if isinstance(failure, SourceError):
                reason = f"{failure.message}." + (f" {failure.remedy}." if failure.remedy else "")
            if isinstance(failure, StorageError):
                # The disk is the same for every stream.
                self.api.stop()
        except Exception as failure:
            reason = _unforeseen(failure, api.last_path)
            error = f"source {self.source.name}, stream {stream.name}: {reason}"
        report = StreamReport(
            stream.name,
            lane,
            status,
            tally.records,
            tally.pages,
            api.requests,
            round(time.monotonic() - began, 3),
            tally.extract_id,
            error,
            reason or error,
            tuple(api.notes),
            tally.share,
            tally.estimate,
        )
        for line in report.lines(self.source.name):
            logger.info(line)
        return report

    def _read(
        self, stream: Stream, lane: Lane, api: Api, tally: _Tally
    ) -> Literal["ok", "skipped", "unfinished"]:
        fetch = stream.fetch_in(lane)
        assert fetch is not None
        marks = self.watermarks.get(stream.name, {})
        stored: Watermark | None = marks.get(lane)
        history = self.history[stream.name] if lane == "backfill" else None
        part = history.part if history else None
        if history:
            stored = history.stored
        with Extraction.open(
            self.data_dir,
            source=self.source.name,
            vendor=self.source.vendor,
            stream=stream.name,
            lane=lane,
            settings_hash=self.source.settings_hash(
                self.keys[0][0], _shape(stream), *([part.name] if part else [])
            ),
            started_from=stored,
            snapshot=stream.is_snapshot_in(lane),
        ) as extraction:
            tally.extract_id = extraction.checkpoint.extract_id
            usable = self._usable(stored, api)
            start = Start(
                None if part and part.is_new else usable,
                extraction.checkpoint.resume,
                extraction.started_at,
                since=part.since if part else None,
                until=part.until if part else None,
                daily=history.daily if history else None,
                held=read_held(self.data_dir, self.source.name, stream.name) if lane == "reconcile" else None,
            )
            return self._write(stream, lane, fetch, start, api, extraction, tally, part)

    def _write(
        self,
        stream: Stream,
        lane: Lane,
        fetch: Fetch,
        start: Start,
        api: Api,
        extraction: Extraction,
        tally: _Tally,
        part: Part | None,
    ) -> Literal["ok", "skipped", "unfinished"]:
        # Read under the stream's lock: whoever is being erased waits for it before rewriting what is there.
        people = VENDORS[self.source.vendor].people
        suppression = Suppression.read(self.data_dir, self.source.name, people, self.keys)
        cleaner = Cleaner(stream, self.source.options, self.keys, self.link_bases, suppression)
        pages = fetch(api, start)
        is_cut = False
        try:
            while True:
                try:
                    page = next(pages)
                except StopIteration as end:
                    watermark: Watermark | None = end.value
                    break
                except Stopped:
                    if part is None or extraction.checkpoint.resume is None:
                        raise
                    is_cut, watermark = True, None
                    break
                extraction.write_page(_timed(page, api), cleaner.encode)
                tally.add(page, part)
                if self.progress:
                    self.progress(stream.name, lane, tally.records, tally.estimate)
                if self.deadline and time.monotonic() > self.deadline:
                    if part:
                        # If that was the last page, the stream ends without another request.
                        api.end()
                        continue
                    api.note("cut after max_minutes; the next run goes on from there")
                    is_cut, watermark = True, None
                    break
        finally:
            pages.close()
        if is_cut and not stream.may_be_cut_in(lane):
            return "unfinished"
        if is_cut:
            watermark = extraction.checkpoint.resume
        saw_nothing = not tally.pages and start.resume is None and watermark == start.watermark
        if saw_nothing and (extraction.checkpoint.snapshot or api.notes):
            extraction.discard()
            tally.extract_id = None
            return "skipped"
        if watermark is None and part:
            watermark = {}
        elif watermark is None:
            watermark = {"read_at": extraction.checkpoint.started_at}
        marked = self._marked(stream, watermark)
        if part:
            marked |= {HISTORY: part.mark(tally.share or part.share, is_done=not is_cut)}
        elif lane == "new" and stream.backfill and (since := self._began(start, stream)):
            marked |= {SINCE: clock.iso(since)}
        extraction.finish(marked, api.notes)
        return "unfinished" if is_cut else "ok"

    def _began(self, start: Start, stream: Stream) -> datetime | None:
        """From when on the lane `new` reads: as noted when its first extraction began."""
        stored = self.watermarks.get(stream.name, {}).get("new")
        return began_at(self.source, stored if start.watermark is not None else None)

    def _usable(self, stored: Watermark | None, api: Api) -> Watermark | None:
        """The stored watermark without our marks; None, to read all again, if the privacy key has changed."""
        if stored is None:
            return None
        watermark = {name: value for name, value in stored.items() if name not in _MARKS}
        if stored.get(KEY_MARK, self.keys[0][0]) != self.keys[0][0]:
            api.note("read again from the start, because the privacy key has changed")
            return None
        return watermark

    def _marked(self, stream: Stream, watermark: Watermark) -> Watermark:
        if Private.HASH not in stream.private.values():
            return watermark
        return watermark | {KEY_MARK: self.keys[0][0]}


@dataclass
class _Tally:
    records: int = 0
    pages: int = 0
    extract_id: str | None = None
    share: float | None = None

    estimate: int | None = None
    """How many records are left."""

    def add(self, page: Page, part: Part | None) -> None:
        self.records += len(page.records)
        self.pages += 1
        self.share = page.share if page.share is not None else self.share
        self.estimate = page.left
        if part and page.left is None and self.share is not None and self.share > part.share:
            self.estimate = round(self.records * (1 - self.share) / (self.share - part.share))


def _timed(page: Page, api: Api) -> Page:
    return page if page.requested_at else Page(page.records, page.resume, api.last_requested_at, page.left)


def _shape(stream: Stream) -> str:
    """What an unfinished extraction depends on in the vendor's code."""
    private = {path: what.value for path, what in stream.private.items()}
    return f"{stream.key} {sorted(private.items())} {sorted(stream.public_text)}"


def _chosen(source: SourceConfig, known: tuple[Stream, ...], wanted: Collection[str] | None) -> list[Stream]:
    if wanted is None:
        return list(known)
    unknown = sorted(set(wanted) - {stream.name for stream in known})
    if unknown:
        raise ConfigError(
            f"source {source.name}: unknown stream {', '.join(unknown)}. "
            f"{source.vendor} has: {', '.join(stream.name for stream in known)}."
        )
    return [stream for stream in known if stream.name in wanted]


def _sites(source: SourceConfig) -> list[str]:
    """The addresses under which people know the source, beside the one its API is asked at."""
    sites = list(source.options["sites"])
    for site in sites:
        if not (isinstance(site, str) and re.match(r"https?://[^/\s]+", site)):
            raise ConfigError(
                f"source {source.name}: sites must be addresses such as https://forum.example.com."
            )
    return sites


def _require_space(data_dir: Path) -> None:
    with storage_errors(data_dir):
        data_dir.mkdir(parents=True, exist_ok=True)
        free = shutil.disk_usage(data_dir).free
    if free < LEAST_FREE_BYTES:
        raise StorageError(f"only {free / 2**20:.0f} MB are free for {data_dir.absolute()}. {MAKE_SPACE}")
