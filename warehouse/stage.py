"""From an extraction's landing files to the typed temporary table `incoming`, record by record checked.

Declared fields are checked in Python and written as JSON lines in pieces of bounded size, which DuckDB
reads with the declared types while Python checks the next piece. Memory stays flat however long the
extraction is.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import duckdb
import orjson

from extractors.errors import StorageError
from extractors.landing import Checkpoint, read_lines
from warehouse.schema import TYPES, Table
from warehouse.tables import literal, quoted
from warehouse.validate import Declaration, Misfit, json_type

PIECE_BYTES = 24 * 1024 * 1024
"""Size of one piece of JSON lines handed to DuckDB."""
MOST_REJECTED = 100
"""More misfit records than this stop the stream."""
REJECTED_SHARE = 0.01
"""So does a larger share of the extraction's records; a single misfit never does."""


@dataclass(frozen=True)
class Rejection:
    """A field that did not fit, with the place of its record."""

    key: tuple[Any, ...] | None
    """Values of the key fields; None if the key itself does not fit."""
    misfit: Misfit
    file: str
    """Part file, relative to the landing folder."""
    line: int
    """Counted from 1."""


@dataclass
class Drift:
    """A field no declaration knows."""

    example_type: str
    records: int
    first_seen_at: str
    last_seen_at: str


@dataclass
class Staged:
    """What staging found out about an extraction."""

    records: int = 0
    rejected: int = 0
    """Records, not fields."""
    rejections: list[Rejection] = field(default_factory=list)
    drift: dict[str, Drift] = field(default_factory=dict)
    extracted_until: str | None = None
    files: dict[str, Any] = field(default_factory=dict)
    """Folder, number, size and SHA-256 of the part files, for raw._loads."""
    stopped: str | None = None
    """Why the stream must not be loaded; None if it may."""


def stage(
    connection: duckdb.DuckDBPyConnection,
    checkpoint: Checkpoint,
    table: Table,
    landing: Path,
    spill: Path,
    advance: Callable[[int], None],
) -> Staged:
    """Fill the temporary table `incoming` (declared columns, `_extracted_at`, running number `_line`).

    `advance` is told the number of records read now and then. Raises StorageError, naming the file and
    line, if a landing file is damaged, and OSError if the spill folder's disk is full.
    """
    columns = {column.name: TYPES[column.data_type] for column in table.columns}
    columns |= {"_extracted_at": TYPES["timestamptz"], "_line": TYPES["bigint"]}
    connection.execute(
        "create or replace temp table incoming ("
        + ", ".join(f"{quoted(name)} {kind}" for name, kind in columns.items())
        + ")"
    )
    staged = Staged()
    with _Pieces(connection, columns, spill) as pieces:
        _read(checkpoint, Declaration(table), table, landing, pieces, staged, advance)
    if staged.stopped is None and staged.rejected > max(1, staged.records * REJECTED_SHARE):
        staged.stopped = f"{staged.rejected} of {staged.records} records do not fit their declared types"
    return staged


def _read(
    checkpoint: Checkpoint,
    declaration: Declaration,
    table: Table,
    landing: Path,
    pieces: _Pieces,
    staged: Staged,
    advance: Callable[[int], None],
) -> None:
    digest = hashlib.sha256()
    size = 0
    parts = checkpoint.parts()
    for part in parts:
        before = staged.records
        name = str(part.relative_to(landing))
        for number, line in enumerate(read_lines(part), 1):
            try:
                record = orjson.loads(line)
                seen_at = record["_extracted_at"]
            except (ValueError, KeyError, TypeError):
                raise StorageError(
                    f"{part}, line {number}: is no record of Lodestar. Restore the file from a backup, or "
                    f"move the folder {part.parent} away and extract {checkpoint.source} again."
                ) from None
            staged.records += 1
            shape = declaration.shape(record)
            if shape.unknown:
                _count_drift(staged.drift, shape.unknown, record, seen_at)
            if misfits := shape.misfits(record):
                bad_key = declaration.key_misfit(misfits)
                key = None if bad_key else tuple(record[field] for field in table.key)
                staged.rejected += 1
                staged.rejections += [Rejection(key, misfit, name, number) for misfit in misfits]
                if bad_key:
                    staged.stopped = (
                        f"{name}, line {number}: key field {bad_key.field} is {bad_key.found}, not "
                        f"{bad_key.expected}"
                    )
                    return
                if staged.rejected > MOST_REJECTED:
                    staged.stopped = f"more than {MOST_REJECTED} records do not fit their declared types"
                    return
                continue
            for field_name in shape.dropped:
                del record[field_name]
            record["_line"] = staged.records
            pieces.add(orjson.dumps(record, option=orjson.OPT_APPEND_NEWLINE))
            # Pages come in the order they were asked for, so equal-length ISO texts compare as times.
            if staged.extracted_until is None or seen_at > staged.extracted_until:
                staged.extracted_until = seen_at
        content = part.read_bytes()
        digest.update(content)
        size += len(content)
        advance(staged.records - before)
    if staged.records != checkpoint.records:
        raise StorageError(
            f"{checkpoint.folder} holds {staged.records:,} records, but {checkpoint.records:,} were "
            "written: a part is cut off. Restore it from a backup, or move the folder away and extract "
            f"{checkpoint.source} again."
        )
    staged.files = {
        "folder": str(checkpoint.folder.relative_to(landing)),
        "parts": len(parts),
        "bytes": size,
        "sha256": digest.hexdigest(),
    }


def _count_drift(
    drift: dict[str, Drift], unknown: tuple[str, ...], record: dict[str, Any], seen_at: str
) -> None:
    for name in unknown:
        kind = json_type(record[name])
        counted = drift.get(name)
        if counted is None:
            drift[name] = Drift(kind, 1, seen_at, seen_at)
            continue
        counted.records += 1
        counted.first_seen_at = min(counted.first_seen_at, seen_at)
        counted.last_seen_at = max(counted.last_seen_at, seen_at)
        if counted.example_type == "null":
            counted.example_type = kind


class _Pieces:
    """Collects JSON lines and lets DuckDB read one piece while the next is collected."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, columns: dict[str, str], spill: Path) -> None:
        self._connection = connection
        self._columns = (
            "{" + ", ".join(f"{literal(name)}: {literal(kind)}" for name, kind in columns.items()) + "}"
        )
        self._names = ", ".join(quoted(name) for name in columns)
        self._spill = spill
        self._lines: list[bytes] = []
        self._size = 0
        self._longest = 0
        self._number = 0
        self._worker = ThreadPoolExecutor(max_workers=1)
        self._running: Future[None] | None = None

    def __enter__(self) -> _Pieces:
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        try:
            if kind is None:
                self._flush()
            self._wait()
        finally:
            self._worker.shutdown()

    def add(self, line: bytes) -> None:
        """Take one JSON object with its line end."""
        self._lines.append(line)
        self._size += len(line)
        self._longest = max(self._longest, len(line))
        if self._size >= PIECE_BYTES:
            self._flush()

    def _flush(self) -> None:
        if not self._lines:
            return
        self._number += 1
        path = self._spill / f"piece-{self._number:06d}.jsonl"
        path.write_bytes(b"".join(self._lines))
        longest = max(self._longest * 2, 1024 * 1024)
        self._lines, self._size, self._longest = [], 0, 0
        self._wait()
        self._running = self._worker.submit(self._insert, path, longest)

    def _wait(self) -> None:
        running, self._running = self._running, None
        if running is not None:
            running.result()

    def _insert(self, path: Path, longest: int) -> None:
        self._connection.execute(
            f"insert into incoming select {self._names} from read_json({literal(str(path))}, format = "
            f"'newline_delimited', columns = {self._columns}, maximum_object_size = {longest})"
        )
        path.unlink()
