"""Landing files: what was seen, durably, page by page.

`landing/<source>/<stream>/<extract_id>/` holds `checkpoint.json` and one part a page: compressed JSON
lines, the vendor's record with `_extracted_at` (when its page was asked for) put first. A part is written
under a temporary name, fsynced and renamed before the checkpoint names it, so parts the checkpoint doesn't
cover do not exist. Part names carry the attempt's token: two attempts at once can't mix.
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import secrets
import shutil
import socket
import string
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import IO, Any, Literal

import orjson
import zstandard

from extractors import clock
from extractors.durable import sync_folder, write_durably
from extractors.errors import LodestarError, StorageError, storage_errors
from extractors.source import Lane, Page, Record, Resume, Watermark

CHECKPOINT = "checkpoint.json"
ZSTD_LEVEL = 1
SNAPSHOT_LIMIT = timedelta(hours=1)
"""An interrupted snapshot older than this starts afresh: what vanished since could not be told."""


@dataclass(frozen=True)
class Attempt:
    """One process' share of an extraction: parts `first` to `first + count - 1` carry its token."""

    token: str
    first: int
    count: int


@dataclass
class Checkpoint:
    """What an extraction has durably written, and where it goes on."""

    extract_id: str
    source: str
    vendor: str
    stream: str
    lane: Lane
    settings_hash: str
    started_from: Watermark | None
    started_at: str
    """ISO UTC; a continued extraction keeps its first start."""
    snapshot: bool
    status: Literal["running", "complete"] = "running"
    attempts: list[Attempt] = field(default_factory=list)
    records: int = 0
    resume: Resume | None = None
    watermark: Watermark | None = None
    notes: list[str] = field(default_factory=list)
    folder: Path = field(default=Path(), compare=False)
    """Where it lies; not part of the file."""

    @classmethod
    def read(cls, folder: Path) -> Checkpoint:
        """The checkpoint in `folder`; raises StorageError if it can't be read."""
        try:
            content = orjson.loads((folder / CHECKPOINT).read_bytes())
            content["attempts"] = [Attempt(**attempt) for attempt in content["attempts"]]
            return cls(**content, folder=folder)
        except (OSError, ValueError, TypeError, KeyError) as error:
            raise StorageError(
                f"{folder / CHECKPOINT} can't be read ({type(error).__name__}). Restore it from a backup, or "
                "move its folder away: its records are then read again."
            ) from None

    def as_json(self) -> dict[str, Any]:
        """What is written to checkpoint.json."""
        content = dict(vars(self))
        del content["folder"]
        content["attempts"] = [vars(attempt) for attempt in self.attempts]
        return content

    def parts(self) -> list[Path]:
        """The durable part files in reading order."""
        return [
            self.folder / part_name(number, attempt.token)
            for attempt in self.attempts
            for number in range(attempt.first, attempt.first + attempt.count)
        ]


def part_name(number: int, token: str) -> str:
    """`part-000012-x7k2q9.jsonl.zst`."""
    return f"part-{number:06d}-{token}.jsonl.zst"


def complete_extractions(landing_dir: Path, skip: Collection[str] = ()) -> list[Checkpoint]:
    """Checkpoints of all complete extractions under `landing_dir`, but those in `skip`, in extract_id order.

    Raises StorageError for a checkpoint that can't be read.
    """
    found = [
        Checkpoint.read(path.parent)
        for path in landing_dir.glob(f"*/*/*/{CHECKPOINT}")
        if path.parent.name not in skip
    ]
    complete = [checkpoint for checkpoint in found if checkpoint.status == "complete"]
    return sorted(complete, key=lambda checkpoint: checkpoint.extract_id)


def streams_of(landing: Path) -> dict[Path, str]:
    """Folders of streams with landing files, each with its vendor."""
    found: dict[Path, str] = {}
    for path in sorted(landing.glob(f"*/*/*/{CHECKPOINT}")):
        folder = path.parent.parent
        if folder not in found:
            found[folder] = Checkpoint.read(path.parent).vendor
    return found


def parts_of(folder: Path) -> list[Path]:
    """The parts of all extractions of a stream's folder, in order."""
    return sorted(folder.glob("*/part-*.jsonl.zst"))


def read_lines(path: Path) -> Iterator[bytes]:
    """The lines of a part, without line ends; raises StorageError, naming the part, if it is damaged."""
    try:
        # At once, because a stream reader takes a cut file for a shorter one.
        content = zstandard.ZstdDecompressor().decompress(path.read_bytes())
    except (OSError, zstandard.ZstdError) as error:
        raise StorageError(
            f"{path} can't be read ({type(error).__name__}). Restore it from a backup, then run again."
        ) from None
    yield from content.removesuffix(b"\n").split(b"\n")


def rewrite_part(path: Path, lines: list[bytes]) -> None:
    """Put other lines in the place of a part's, at once or not at all; as many as there were."""
    compressor = zstandard.ZstdCompressor(level=ZSTD_LEVEL, write_checksum=True, write_content_size=True)
    _write(path, compressor.compress(b"".join(line + b"\n" for line in lines)))


class Extraction:
    """One extraction being written: `open`, `write_page` for each page, `finish`; `close` in any case."""

    def __init__(self, checkpoint: Checkpoint, lock: IO[bytes]) -> None:
        self.checkpoint = checkpoint
        self._lock = lock
        self._token = "".join(secrets.choice(string.ascii_lowercase + string.digits) for _ in range(6))
        self._number = sum(attempt.count for attempt in checkpoint.attempts)
        self._compressor = zstandard.ZstdCompressor(
            level=ZSTD_LEVEL, write_checksum=True, write_content_size=True
        )

    @classmethod
    def open(
        cls,
        data_dir: Path,
        *,
        source: str,
        vendor: str,
        stream: str,
        lane: Lane = "new",
        settings_hash: str = "",
        started_from: Watermark | None = None,
        snapshot: bool = False,
    ) -> Extraction:
        """Continue the unfinished extraction that began from the same watermark and settings, else begin one.

        Raises LodestarError if another process is extracting this stream and lane, StorageError if the disk
        is full.
        """
        folder = data_dir / "landing" / source / stream
        with storage_errors(folder):
            folder.mkdir(parents=True, exist_ok=True)
        lock = lane_lock(folder, lane, f"source {source}, stream {stream}")
        try:
            now = clock.now()
            checkpoint = _unfinished(folder, lane, settings_hash, started_from, snapshot, now)
            if checkpoint is None:
                checkpoint = Checkpoint(
                    extract_id=new_extract_id(now),
                    source=source,
                    vendor=vendor,
                    stream=stream,
                    lane=lane,
                    settings_hash=settings_hash,
                    started_from=started_from,
                    started_at=clock.iso(now),
                    snapshot=snapshot,
                )
                checkpoint.folder = folder / checkpoint.extract_id
            extraction = cls(checkpoint, lock)
            extraction._begin_attempt()
            return extraction
        except BaseException:
            lock.close()
            raise

    @property
    def started_at(self) -> datetime:
        """When the extraction first began (UTC)."""
        return clock.parse(self.checkpoint.started_at)

    def _begin_attempt(self) -> None:
        folder = self.checkpoint.folder
        with storage_errors(folder):
            folder.mkdir(exist_ok=True)
            covered = {part.name for part in self.checkpoint.parts()}
            for leftover in folder.glob("part-*"):
                if leftover.name not in covered:
                    leftover.unlink(missing_ok=True)
        self.checkpoint.attempts.append(Attempt(self._token, self._number, 0))
        self._write_checkpoint(first=True)
        sync_folder(folder.parent)

    def write_page(self, page: Page, encode: Callable[[Record], bytes] = orjson.dumps) -> None:
        """Make `page` durable and remember its `resume`; an empty page only moves `resume`.

        `encode` turns a record into one JSON object without line breaks. `page.requested_at` must be set.
        Raises StorageError on a full disk, LodestarError if another attempt has taken this one over.
        """
        if page.requested_at is None:
            raise ValueError("a page needs the time it was asked for")
        checkpoint = self.checkpoint
        if page.records:
            head = b'{"_extracted_at":"' + clock.iso(page.requested_at).encode() + b'"'
            lines = []
            for record in page.records:
                line = encode(record)
                lines.append(head + (b"," if len(line) > 2 else b"") + line[1:] + b"\n")
            path = checkpoint.folder / part_name(self._number, self._token)
            _write(path, self._compressor.compress(b"".join(lines)))
            self._number += 1
            last = checkpoint.attempts[-1]
            checkpoint.attempts[-1] = Attempt(last.token, last.first, last.count + 1)
            checkpoint.records += len(page.records)
        checkpoint.resume = page.resume
        self._write_checkpoint()

    def finish(self, watermark: Watermark | None, notes: Collection[str] = ()) -> Checkpoint:
        """Declare the extraction complete; `watermark` is where the next one of this lane starts."""
        self.checkpoint.watermark = watermark
        self.checkpoint.notes = list(notes)
        self.checkpoint.status = "complete"
        self._write_checkpoint()
        return self.checkpoint

    def discard(self) -> None:
        """Remove an extraction that has written no page, as if it had not begun."""
        if self.checkpoint.records:
            raise ValueError("an extraction with records is never removed")
        with storage_errors(self.checkpoint.folder):
            shutil.rmtree(self.checkpoint.folder)

    def close(self) -> None:
        """Let other processes extract this stream; an unfinished extraction can be continued."""
        self._lock.close()

    def __enter__(self) -> Extraction:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _write_checkpoint(self, first: bool = False) -> None:
        path = self.checkpoint.folder / CHECKPOINT
        if not first:
            written = Checkpoint.read(self.checkpoint.folder)
            if written.status == "complete" or written.attempts[-1].token != self._token:
                raise LodestarError(
                    f"source {self.checkpoint.source}, stream {self.checkpoint.stream}: another run has "
                    "taken over this extraction. This one ends; nothing is lost."
                )
        _write(path, orjson.dumps(self.checkpoint.as_json(), option=orjson.OPT_INDENT_2))


def new_extract_id(now: datetime) -> str:
    """`20260301T081530000125Z-qwerty`: sorts by start, unique without Airflow."""
    letters = "".join(secrets.choice(string.ascii_lowercase) for _ in range(6))
    return f"{now:%Y%m%dT%H%M%S%f}Z-{letters}"


def read_watermarks(data_dir: Path) -> Mapping[str, Any]:
    """{source: {stream: {lane: watermark}}} as load last wrote it, {} before; raises StorageError."""
    path = data_dir / "state" / "watermarks.json"
    try:
        content = orjson.loads(path.read_bytes())
    except FileNotFoundError:
        return {}
    except (OSError, ValueError) as error:
        raise StorageError(
            f"{path} can't be read ({type(error).__name__}). Write it anew with: python -m warehouse load"
        ) from None
    return content if isinstance(content, dict) else {}


def furthest(folder: Path, lane: Lane, watermark: Watermark | None) -> Watermark | None:
    """Where a lane, now at `watermark`, is once all complete extractions of a stream's `folder` are loaded.

    So a lane can run ahead of the load and reads nothing twice.
    """
    complete = [
        checkpoint
        for checkpoint in map(Checkpoint.read, sorted(path.parent for path in folder.glob(f"*/{CHECKPOINT}")))
        if checkpoint.lane == lane and checkpoint.status == "complete" and checkpoint.watermark is not None
    ]
    # Mostly one pass is enough; clocks that were set back may have mixed the names' order.
    while following := next((each for each in complete if each.started_from == watermark), None):
        complete.remove(following)
        watermark = following.watermark
    return watermark


def _unfinished(
    folder: Path,
    lane: Lane,
    settings_hash: str,
    started_from: Watermark | None,
    snapshot: bool,
    now: datetime,
) -> Checkpoint | None:
    for path in sorted(folder.glob(f"*/{CHECKPOINT}"), reverse=True):
        checkpoint = Checkpoint.read(path.parent)
        if checkpoint.lane != lane:
            continue
        if checkpoint.status == "complete":
            return None
        if checkpoint.settings_hash != settings_hash or checkpoint.started_from != started_from:
            continue
        if snapshot and now - clock.parse(checkpoint.started_at) > SNAPSHOT_LIMIT:
            continue
        return checkpoint
    return None


def lane_lock(folder: Path, lane: Lane, place: str) -> IO[bytes]:
    """An open file that holds a stream's lane while open; raises LodestarError naming who holds it."""
    path = folder / f".{lane}.lock"
    with storage_errors(path):
        lock = path.open("a+b")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        lock.seek(0)
        with contextlib.suppress(ValueError):
            holder = json.loads(lock.read())
            place += f" (process {holder['pid']} on {holder['host']}, since {holder['since']})"
        lock.close()
        raise LodestarError(
            f"{place}: is being extracted by another run. Wait for it to end, or end it."
        ) from None
    with storage_errors(path):
        lock.truncate(0)
        holder = {"pid": os.getpid(), "host": socket.gethostname(), "since": clock.iso(clock.now())}
        lock.write(json.dumps(holder).encode())
        lock.flush()
    return lock


def _write(path: Path, content: bytes) -> None:
    """Write durably; errors name the data folder, so that many streams on one full disk give one message."""
    with storage_errors(path.absolute().parents[4]):
        write_durably(path, content)
