"""What the warehouse holds of a source, for the weekly comparison with the vendor.

Extraction never opens the database. `python -m warehouse held` writes, for each stream whose raw table
declares `held`, the ids of its live rows, by group (a topic's posts, a badge's grants) where the vendor tells
a figure for each group. The lane `reconcile` reads that and asks the vendor only for what differs.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import orjson

from extractors.errors import StorageError


@dataclass(frozen=True)
class Group:
    """The live rows of one group."""

    ids: frozenset[int]
    total: int | None = None
    """The sum of the declared figure over them (a topic's likes); None if none is declared."""


@dataclass(frozen=True)
class Held:
    """The live rows of one stream of one source."""

    groups: Mapping[str, Group] = field(default_factory=dict)
    """By the group's id as text; a stream without groups has one, called ""."""

    @property
    def ids(self) -> set[int]:
        """The ids of all groups."""
        return {key for group in self.groups.values() for key in group.ids}

    def group(self, name: object) -> Group:
        """A group's rows; none if the warehouse has none."""
        return self.groups.get(str(name), Group(frozenset()))


def packed(ids: Iterable[int]) -> str:
    """Ids as text in rising order, runs abridged: `3-7 9 12-40`."""
    runs = itertools.groupby(enumerate(sorted(set(ids))), key=lambda pair: pair[1] - pair[0])
    ends = [(run[0][1], run[-1][1]) for _, group in runs if (run := list(group))]
    return " ".join(str(first) if first == last else f"{first}-{last}" for first, last in ends)


def unpacked(text: str) -> set[int]:
    """The ids of a packed text."""
    found: set[int] = set()
    for run in text.split():
        first, _, last = run.partition("-")
        found.update(range(int(first), int(last or first) + 1))
    return found


def held_path(data_dir: Path, source: str, stream: str) -> Path:
    """Where a stream's held rows are written."""
    return data_dir / "state" / "held" / source / f"{stream}.json"


def written(held: Held) -> bytes:
    """The file's content."""
    groups = {name: [packed(group.ids), group.total] for name, group in held.groups.items()}
    return orjson.dumps(groups, option=orjson.OPT_SORT_KEYS)


def read_held(data_dir: Path, source: str, stream: str) -> Held | None:
    """What the warehouse wrote of the stream; None if it has not. Raises StorageError."""
    path = held_path(data_dir, source, stream)
    try:
        content = orjson.loads(path.read_bytes())
        groups = {name: Group(frozenset(unpacked(ids)), total) for name, (ids, total) in content.items()}
    except FileNotFoundError:
        return None
    except (OSError, ValueError, TypeError, AttributeError) as error:
        raise StorageError(
            f"{path} can't be read ({type(error).__name__}). Write it anew with: python -m warehouse held"
        ) from None
    return Held(groups)
