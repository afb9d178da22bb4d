"""Dataset files: one wire record a line, with the time it arrives and what changes later.

A line's `_from` is when it takes effect; `_patch` lines hold only the changed fields of the record
with the same key, `_delete` lines take it away. The lines of one record follow each other in time.
"""

from __future__ import annotations

import gzip
import io
from collections.abc import Iterable, Mapping
from pathlib import Path
from types import TracebackType
from typing import Any

import orjson

from sandbox.simulation.chance import stamp

Record = dict[str, Any]
Change = tuple[int, Mapping[str, Any] | None]
"""When (ms since 1970) and which fields change; None takes the record away."""

_BLOCK = 1 << 20


class StreamFile:
    """One stream's file; records are written with their whole life at once."""

    def __init__(
        self, path: Path, key: tuple[str, ...], *, start: int, end: int, history: bool, past: bool = True
    ) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._key = key
        self._start = start
        self._end = end
        self._history = history
        self._past = past
        self._file = path.open("wb")
        self._gzip = gzip.GzipFile(filename="", mode="wb", compresslevel=1, fileobj=self._file, mtime=0)
        self._buffer = io.BytesIO()
        self.records = 0
        self.lines = 0

    def __enter__(self) -> StreamFile:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._flush()
        self._gzip.close()
        self._file.close()

    def write(self, record: Record, born: int, changes: Iterable[Change] = ()) -> None:
        """Writes a record that appears at `born` (ms) and its changes, in order of time."""
        if self._history and not self._past and born <= self._end:
            self._write_life_since_end(record, changes)
        elif self._history:
            self._write_life(record, born, changes)
        elif born <= self._end:
            for at, fields in changes:
                if at > self._end:
                    break
                if fields is None:
                    return
                record.update(fields)
            self._line(record)
            self.records += 1

    def _write_life(self, record: Record, born: int, changes: Iterable[Change]) -> None:
        alive = born <= self._end
        if born > self._start:
            self._line({"_from": stamp(born), **record})
        else:
            self._line(record)
        key = {field: record[field] for field in self._key}
        for at, fields in changes:
            if fields is None:
                alive = alive and at > self._end
                self._line({"_from": stamp(at), "_delete": True, **key})
                break
            self._line({"_from": stamp(at), "_patch": True, **key, **fields})
        self.records += alive

    def _write_life_since_end(self, record: Record, changes: Iterable[Change]) -> None:
        """A record as it stands at the end, and what changes later."""
        later: list[Change] = []
        for at, fields in changes:
            if at > self._end or fields is None:
                later.append((at, fields))
            else:
                record.update(fields)
        self._write_life(record, self._start, later)

    def _line(self, record: Mapping[str, Any]) -> None:
        self._buffer.write(orjson.dumps(record, option=orjson.OPT_APPEND_NEWLINE))
        self.lines += 1
        if self._buffer.tell() > _BLOCK:
            self._flush()

    def _flush(self) -> None:
        self._gzip.write(self._buffer.getbuffer())
        self._buffer = io.BytesIO()
