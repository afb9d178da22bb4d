"""What the sandbox serves, what a client made of it, and how the two compare."""

from __future__ import annotations

import gzip
import json
import os
import subprocess
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from benchmarks import peers

Record = dict[str, Any]
Found = Mapping[str, list[Record]]

NOW = "2026-03-01T12:00:00+00:00"
"""The sandbox's clock: nine days behind the simulation's end, so that later changes count too."""
SHARED = Path(__file__).parents[2].parent / "shared" / "data"
CLIENTS = Path(__file__).parent / "clients"


@dataclass(frozen=True)
class Stand:
    """The sources being served."""

    addresses: Mapping[str, str]
    directories: Mapping[str, Path]
    authority: Path
    """The certificate that clients are to trust."""

    def url(self, source: str) -> str:
        """A source's address; skips the test if its archive is not on this machine."""
        if source not in self.addresses:
            pytest.skip("the real archives (../shared/data) are not on this machine")
        return self.addresses[source]

    def host(self, source: str) -> str:
        """Host and port of a source."""
        return urlsplit(self.url(source)).netloc

    def environment(self) -> dict[str, str]:
        """A client's environment; both variables name the trusted certificate."""
        trust = str(self.authority)
        return {**os.environ, "REQUESTS_CA_BUNDLE": trust, "SSL_CERT_FILE": trust}

    def read(self, peer: str, *arguments: str) -> Found:
        """What `clients/read_<peer>.py` prints, by stream."""
        script = CLIENTS / f"read_{peer}.py"
        done = subprocess.run(
            [peers.python_of(peer), script, *arguments],
            env=self.environment(),
            capture_output=True,
            text=True,
        )
        assert done.returncode == 0, done.stderr[-2000:]
        found = defaultdict(list)
        for line in done.stdout.splitlines():
            shown = json.loads(line)
            found[shown["stream"]].append(shown["record"])
        return found

    def records(self, source: str, vendor: str, stream: str) -> list[Record]:
        """The dataset's records at NOW: its lines folded, without the sandbox's own keys."""
        key = ("_group_id", "id") if stream == "group_members" else ("id",)
        state: dict[tuple[Any, ...], Record] = {}
        path = self.directories[source] / vendor / f"{stream}.jsonl.gz"
        if not path.is_file():
            return []
        with gzip.open(path, "rt") as lines:
            for line in lines:
                record = json.loads(line)
                since = record.pop("_from", None)
                if since and datetime.fromisoformat(since) > datetime.fromisoformat(NOW):
                    continue
                patch, delete = record.pop("_patch", False), record.pop("_delete", False)
                place = tuple(record[name] for name in key)
                if delete:
                    state.pop(place, None)
                elif not patch:
                    state[place] = record
                elif place in state:
                    state[place] |= record
        return list(state.values())


def keyed(
    records: Iterable[Record], *key: str, without: Collection[str] = (), repeats: bool = False
) -> dict[tuple[Any, ...], Record]:
    """Records by key (`id` if none is given); one that comes twice is an error unless it may."""
    found: dict[tuple[Any, ...], Record] = {}
    for record in records:
        place = tuple(record[name] for name in key or ("id",))
        assert repeats or place not in found, f"{place} came twice"
        found[place] = {name: value for name, value in record.items() if name not in without}
    return found


def assert_same(found: Mapping[Any, Record], expected: Mapping[Any, Record], *, leaves_out: bool) -> None:
    """The same records, field by field, times compared as times.

    What a client adds of its own (fields that the wire does not have) must be null or false, and a null may
    have become false. `leaves_out`: the client drops fields it doesn't know.
    """
    assert found.keys() == expected.keys()
    wrong = [
        f"{place} {text}"
        for place, record in found.items()
        for text in _differences(record, expected[place], "", leaves_out)
    ]
    assert not wrong, f"{len(wrong)} fields differ, first: {wrong[:5]}"


def _differences(found: Any, expected: Any, path: str, leaves_out: bool) -> list[str]:
    if isinstance(found, dict) and isinstance(expected, dict):
        missing = [] if leaves_out else sorted(expected.keys() - found.keys())
        inner = [
            text
            for name, value in found.items()
            for text in _differences(value, expected.get(name), f"{path}.{name}", leaves_out)
        ]
        return [f"{path}.{name} is missing" for name in missing] + inner
    if isinstance(found, list) and isinstance(expected, list) and len(found) == len(expected):
        return [
            text
            for number, (one, other) in enumerate(zip(found, expected, strict=True))
            for text in _differences(one, other, f"{path}[{number}]", leaves_out)
        ]
    if found == expected or _is_nothing(found, expected) or _is_same_time(found, expected):
        return []
    return [f"{path}: {found!r}, expected {expected!r}"]


def _is_nothing(found: Any, expected: Any) -> bool:
    if isinstance(found, dict):
        return expected in (None, {}) and all(_is_nothing(value, None) for value in found.values())
    return expected is None and (found is None or found is False)


def _is_same_time(found: Any, expected: Any) -> bool:
    try:
        return datetime.fromisoformat(found) == datetime.fromisoformat(expected)
    except (TypeError, ValueError):
        return False
