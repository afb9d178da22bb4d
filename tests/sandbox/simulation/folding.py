"""Reads a simulated dataset as it stands at a moment, independently of the stand-in server."""

from __future__ import annotations

import csv
import gzip
import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sandbox.simulation import Summary, simulate

Record = dict[str, Any]
END = datetime(2026, 3, 1, tzinfo=UTC)
NOW = "2026-03-01T00:00:00.000Z"
KEYS = {"group_members": ("_group_id", "id"), "tags": ("name",)}
SIZES = {"members": 200, "months": 6, "posts": 3_000, "requests": 100, "tickets": 300}


def make(directory: Path, *, seed: int = 7, history: bool = True, past: bool = True) -> Summary:
    """The tests' dataset: a small community that ends on 2026-03-01."""
    return simulate(directory, seed=seed, end=END, history=history, past=past, **SIZES)


def lines(directory: Path, stream: str) -> Iterator[Record]:
    """The lines of `<vendor>/<stream>`."""
    with gzip.open(directory / f"{stream}.jsonl.gz", "rt", encoding="utf-8") as file:
        for line in file:
            yield json.loads(line)


def key_of(stream: str, record: Record) -> tuple[Any, ...]:
    """The key of a record."""
    return tuple(record[field] for field in KEYS.get(stream.split("/")[1], ("id",)))


def fold(directory: Path, stream: str, now: str = NOW) -> dict[tuple[Any, ...], Record]:
    """Records of a stream by key, as they stand at `now`."""
    state: dict[tuple[Any, ...], Record] = {}
    for line in lines(directory, stream):
        since = line.pop("_from", None)
        if since is not None and since > now:
            continue
        key = key_of(stream, line)
        if line.pop("_patch", False):
            state[key].update(line)
        elif line.pop("_delete", False):
            del state[key]
        else:
            assert key not in state
            state[key] = line
    return state


def records(directory: Path, stream: str, now: str = NOW) -> list[Record]:
    """Records of a stream as they stand at `now`."""
    return list(fold(directory, stream, now).values())


def table(path: Path) -> list[dict[str, str]]:
    """Rows of a CSV file, gzip or not."""
    if path.suffix == ".gz":
        with gzip.open(path, "rt", encoding="utf-8", newline="") as file:
            return list(csv.DictReader(file))
    with path.open(encoding="utf-8", newline="") as plain:
        return list(csv.DictReader(plain))
