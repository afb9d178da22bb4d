"""Dataset directories: `<directory>/<vendor>/<stream>.jsonl.gz`, one wire record a line.

Three server-only keys let a dataset change with time. A line with `_from` (ISO 8601, UTC) takes
effect at that moment, a line without it always has. `_patch: true` merges the line's fields over the
record with the same key; `_delete: true` makes the record vanish. The state at a moment is the fold,
in file order, of the lines in effect.

Record bodies lie in a temporary file and are served as they stand in the dataset; in memory there
are only the columns the stand-ins sort and filter by, as 64-bit integers.
"""

from __future__ import annotations

import gzip
import json
import mmap
import os
import tempfile
import zlib
from array import array
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt
import orjson

from extractors.errors import LodestarError
from sandbox.clock import parse_moment

Record = dict[str, Any]
Rows = npt.NDArray[np.int64]
Key = int | str | tuple[Any, ...]
T = TypeVar("T")

NULL = -(2**63)
"""What a column holds for an absent or null value; it sorts first."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_CONTROL_KEYS = ("_from", "_patch", "_delete")


class DatasetError(LodestarError):
    """A dataset directory can't be served; names the file, the line and what is wrong with it."""


def micros(text: object) -> int:
    """Microseconds since 1970 of an ISO 8601 text; NULL for anything that is no time."""
    if not isinstance(text, str):
        return NULL
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return NULL
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return (moment - _EPOCH) // _MICROSECOND


def time_of(name: str) -> Callable[[Record], int]:
    """A column: the time in field `name`, in microseconds since 1970."""
    return lambda record: micros(record.get(name))


def number_of(name: str) -> Callable[[Record], int]:
    """A column: the whole number in field `name`; true is 1, false is 0."""

    def read(record: Record) -> int:
        value = record.get(name)
        return int(value) if isinstance(value, int | float) else NULL

    return read


@dataclass(frozen=True)
class Shape:
    """How a vendor's stand-in wants a stream kept."""

    columns: Mapping[str, Callable[[Record], int]] = field(default_factory=dict)
    """What it sorts and filters by."""
    key: tuple[str, ...] = ("id",)
    """The fields that identify a record."""
    key_otherwise: tuple[str, ...] = ()
    """Fields that stand in for a single missing key field, the first that is there."""
    bury: Callable[[Record, datetime], Record] | None = None
    """What a deleted record becomes where deletion leaves a trace; None: it vanishes."""


def _mended(line: bytes) -> bytes:
    """A line that only Python's lenient JSON reads (NaN, half a surrogate pair), made strict; b"" if none."""
    try:
        record = json.loads(line, parse_constant=lambda _: None)
    except ValueError:
        return b""
    return json.dumps(record, ensure_ascii=False).encode("utf-8", "replace")


@dataclass(frozen=True)
class _Pending:
    """A line that has not taken effect yet."""

    effective: int
    offset: int
    length: int
    line: int


class _Spool:
    """Record bodies in an unnamed temporary file: appended to, read by place."""

    def __init__(self) -> None:
        # Lives as long as the server; the file has no name and is gone with the process.
        self._file = tempfile.TemporaryFile(prefix="sandbox-")  # noqa: SIM115
        self._end = 0
        self._map: mmap.mmap | None = None
        self._mapped = 0

    def append(self, body: bytes) -> int:
        offset = self._end
        self._file.write(body)
        self._end += len(body)
        return offset

    def read(self, offset: int, length: int) -> bytes:
        """One body; cheap between appends."""
        if self._map is not None and offset + length <= self._mapped:
            return self._map[offset : offset + length]
        self._file.flush()
        return os.pread(self._file.fileno(), length, offset)

    def view(self) -> mmap.mmap | bytes:
        """The whole spool, sliceable; for many bodies at once."""
        if self._mapped != self._end:
            self._file.flush()
            if self._map is not None:
                self._map.close()
            self._map = mmap.mmap(self._file.fileno(), self._end, access=mmap.ACCESS_READ)
            self._mapped = self._end
        return self._map if self._map is not None else b""


class Table:
    """One stream's records at the dataset's moment.

    Rows are numbered in the order in which their records first appeared. `version` grows with every
    change, so that what was derived from the table can be kept until then.
    """

    def __init__(self, path: Path | None, shape: Shape) -> None:
        self.path = path
        self.shape = shape
        self.version = 0
        self._reset()

    def _reset(self) -> None:
        self._spool = _Spool()
        self._rows: dict[Key, int] = {}
        self._offsets = array("q")
        self._lengths = array("q")
        self._alive = array("b")
        self._changed = array("q")
        self._columns = {name: array("q") for name in self.shape.columns}
        self._pending: list[_Pending] = []
        self._applied_until = NULL
        self._has_private_keys = False
        self._arrays: dict[str, Rows] = {}
        self._arrays_version = self.version

    # Reading the file and moving through time

    def load(self, now: int) -> None:
        """Fold the file's lines up to `now` (microseconds since 1970) and keep the later ones waiting."""
        self._reset()
        self.version += 1
        for number, line in self._lines():
            self._take(number, line, now)
        # The latest waits first in the list, so that the next one due is at the end.
        self._pending.sort(key=lambda pending: (-pending.effective, -pending.line))

    def advance(self, now: int) -> bool:
        """Let the waiting lines up to `now` take effect; whether anything changed."""
        if now < self._applied_until:
            self.load(now)
            return True
        if not self._pending or self._pending[-1].effective > now:
            return False
        self.version += 1
        while self._pending and self._pending[-1].effective <= now:
            due = self._pending.pop()
            self._take(due.line, self._spool.read(due.offset, due.length), now)
        return True

    def _lines(self) -> Iterator[tuple[int, bytes]]:
        if self.path is None:
            return
        number = 0
        try:
            with gzip.open(self.path, "rb") as lines:
                for number, line in enumerate(lines, start=1):
                    stripped = line.rstrip(b"\r\n")
                    if stripped:
                        yield number, stripped
        except (EOFError, gzip.BadGzipFile, zlib.error) as error:
            raise DatasetError(
                f"{self.path}: damaged after line {number} ({error}). Make the dataset again."
            ) from None

    def _take(self, number: int, line: bytes, now: int) -> None:
        try:
            record = orjson.loads(line)
        except orjson.JSONDecodeError as error:
            line = _mended(line)
            if not line:
                raise DatasetError(f"{self.path}, line {number}: no JSON ({error}).") from None
            record = orjson.loads(line)
        if not isinstance(record, dict):
            raise DatasetError(f"{self.path}, line {number}: not a JSON object.")
        effective, patch, delete = NULL, False, False
        if b'"_' in line:
            if "_from" in record:
                effective = micros(record["_from"])
                if effective == NULL:
                    raise DatasetError(f"{self.path}, line {number}: `_from` is no ISO time.")
                if effective > now:
                    offset = self._spool.append(line)
                    self._pending.append(_Pending(effective, offset, len(line), number))
                    return
            patch, delete = record.get("_patch") is True, record.get("_delete") is True
            for name in _CONTROL_KEYS:
                if record.pop(name, None) is not None:
                    line = b""
            self._has_private_keys = self._has_private_keys or any(name[:1] == "_" for name in record)
        self._applied_until = max(self._applied_until, effective)
        self._apply(number, record, line, effective, patch, delete)

    def _apply(
        self, number: int, record: Record, line: bytes, effective: int, patch: bool, delete: bool
    ) -> None:
        try:
            key = self._key(record)
        except KeyError as error:
            raise DatasetError(f"{self.path}, line {number}: the key field {error} is missing.") from None
        row = self._rows.get(key)
        if patch or delete:
            if row is None:
                raise DatasetError(
                    f"{self.path}, line {number}: changes a record that no earlier line gives."
                )
            if not self._alive[row]:
                return
            before: Record = orjson.loads(self._stored(row))
            record = {**before, **record}
            line = b""
            if delete and self.shape.bury is None:
                self._alive[row] = 0
                self._changed[row] = effective
                return
            if delete and self.shape.bury is not None:
                record = self.shape.bury(record, _EPOCH + effective * _MICROSECOND)
        body = line or orjson.dumps(record)
        offset = self._spool.append(body)
        if row is None:
            self._rows[key] = len(self._offsets)
            self._offsets.append(offset)
            self._lengths.append(len(body))
            self._alive.append(1)
            self._changed.append(effective)
            for name, read in self.shape.columns.items():
                self._columns[name].append(read(record))
        else:
            self._offsets[row] = offset
            self._lengths[row] = len(body)
            self._alive[row] = 1
            self._changed[row] = effective
            for name, read in self.shape.columns.items():
                self._columns[name][row] = read(record)

    def _key(self, record: Record) -> Key:
        names = self.shape.key
        if len(names) == 1:
            name = next((one for one in (*names, *self.shape.key_otherwise) if one in record), names[0])
            key: Key = record[name]
            return key
        return tuple(record[name] for name in names)

    # Reading records

    def __len__(self) -> int:
        return len(self.rows())

    def __bool__(self) -> bool:
        return True

    def rows(self) -> Rows:
        """The live rows, in the order of first appearance."""
        return self._kept(
            "live", lambda: np.flatnonzero(np.array(self._alive, dtype=np.int8)).astype(np.int64)
        )

    def column(self, name: str) -> Rows:
        """A declared column over all rows, dead ones too."""
        return self._kept(f"column {name}", lambda: np.array(self._columns[name], dtype=np.int64))

    def changed(self) -> Rows:
        """When each row's newest line took effect (microseconds); NULL where it always has."""
        return self._kept("changed", lambda: np.array(self._changed, dtype=np.int64))

    def _kept(self, name: str, make: Callable[[], Rows]) -> Rows:
        if self._arrays_version != self.version:
            self._arrays, self._arrays_version = {}, self.version
        if name not in self._arrays:
            self._arrays[name] = make()
        return self._arrays[name]

    def find(self, key: Key) -> int | None:
        """The live row with this key."""
        row = self._rows.get(key)
        return row if row is not None and self._alive[row] else None

    def body(self, row: int) -> bytes:
        """The record as the wire shows it."""
        return self.bodies([row])[0]

    def bodies(self, rows: Sequence[int] | Rows) -> list[bytes]:
        """The records of several rows as the wire shows them, in that order."""
        view, offsets, lengths = self._spool.view(), self._offsets, self._lengths
        chosen = rows.tolist() if isinstance(rows, np.ndarray) else rows
        stored = [view[offsets[row] : offsets[row] + lengths[row]] for row in chosen]
        if not self._has_private_keys:
            return stored
        return [orjson.dumps(_public(orjson.loads(body))) for body in stored]

    def record(self, row: int) -> Record:
        """One record, server-only keys included."""
        record: Record = orjson.loads(self._stored(row))
        return record

    def records(self) -> list[Record]:
        """All live records, server-only keys included; for small streams."""
        return [self.record(row) for row in self.rows().tolist()]

    def _stored(self, row: int) -> bytes:
        return self._spool.read(self._offsets[row], self._lengths[row])


class Dataset:
    """The streams of one vendor in one dataset directory, at one moment."""

    def __init__(
        self, directory: Path, vendor: str, shapes: Mapping[str, Shape], other: Shape | None = None
    ) -> None:
        """Find the streams; `other` is the shape of files not named in `shapes` (None: they are left alone).

        Raises DatasetError if the directory has nothing of this vendor.
        """
        self.directory = directory / vendor
        if not self.directory.is_dir():
            raise DatasetError(
                f"{self.directory} does not exist. Give a directory that holds {vendor}/<stream>.jsonl.gz."
            )
        self.version = 0
        self._moment = NULL
        self._derived: dict[str, tuple[int, Any]] = {}
        self._tables = {name: Table(None, shape) for name, shape in shapes.items()}
        for path in sorted(self.directory.glob("*.jsonl.gz")):
            name = path.name.removesuffix(".jsonl.gz")
            shape = shapes.get(name, other)
            if shape is not None:
                self._tables[name] = Table(path, shape)

    def __getitem__(self, stream: str) -> Table:
        return self._tables[stream]

    def __contains__(self, stream: str) -> bool:
        return stream in self._tables

    @property
    def streams(self) -> tuple[str, ...]:
        """The names of all streams, empty ones too."""
        return tuple(self._tables)

    def move_to(self, moment: datetime) -> None:
        """Bring every stream to its state at `moment`; the first call reads the files."""
        now = (moment - _EPOCH) // _MICROSECOND
        if self._moment == NULL:
            for table in self._tables.values():
                table.load(now)
            changed = True
        else:
            moved = [table.advance(now) for table in self._tables.values()]
            changed = any(moved)
        self._moment = now
        if changed:
            self.version += 1

    def derived(self, name: str, make: Callable[[], T]) -> T:
        """What `make` gives, kept under `name` until a record changes."""
        kept = self._derived.get(name)
        if kept is None or kept[0] != self.version:
            kept = (self.version, make())
            self._derived[name] = kept
        value: T = kept[1]
        return value


def moment_of(text: str) -> datetime:
    """An aware UTC time from ISO 8601 text; raises DatasetError."""
    try:
        return parse_moment(text)
    except ValueError:
        raise DatasetError(f"{text!r} is no ISO time. Give it as 2026-03-01T08:00:00Z.") from None


def _public(record: Record) -> Record:
    return {name: value for name, value in record.items() if name[:1] != "_"}
