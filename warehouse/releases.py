"""The published releases, which of them is current, and how long they are kept."""

from __future__ import annotations

import json
import shutil
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

from extractors.clock import now
from extractors.durable import sync_folder
from extractors.errors import LodestarError, storage_errors
from warehouse.layout import Layout
from warehouse.stamp import stamped_at

RELEASE = "release.json"
KEPT = 10
KEPT_HOURS = 48
"""No release is removed while it is younger, however many there are."""


@dataclass(frozen=True)
class Release:
    """A published folder; never changed once it has its place."""

    path: Path
    stamp: str
    description: dict[str, Any]
    """Content of release.json."""

    @classmethod
    def read(cls, path: Path) -> Release:
        """The release in folder `path`; raises LodestarError if its release.json can't be read."""
        try:
            description = json.loads((path / RELEASE).read_text("utf-8"))
        except (OSError, ValueError) as error:
            raise LodestarError(
                f"{path / RELEASE} can't be read ({error}). Publish again, or roll back."
            ) from None
        return cls(path, path.resolve().name, description)

    @property
    def row_counts(self) -> dict[str, int]:
        """Rows of each mart."""
        return {str(mart): int(rows) for mart, rows in self.description["row_counts"].items()}

    @property
    def problems(self) -> list[str]:
        """One line for each part of its pages that could not be made."""
        return list(self.description.get("problems", []))


def releases(layout: Layout) -> list[Release]:
    """All releases, oldest first."""
    return [
        Release.read(path)
        for path in sorted(layout.releases.glob("*"))
        if stamped_at(path.name) and (path / RELEASE).is_file()
    ]


def current_release(layout: Layout) -> Release | None:
    """The release consumers see; None before the first."""
    return Release.read(layout.current) if layout.current.exists() else None


def pinned(layout: Layout) -> str | None:
    """Stamp of the pinned release; None if none is pinned."""
    try:
        return str(json.loads(layout.pin.read_text("utf-8"))["stamp"])
    except FileNotFoundError:
        return None
    except (ValueError, KeyError, TypeError):
        return "an unreadable pin"


def switch(layout: Layout, release: Release) -> None:
    """Point `current` at `release` in one atomic rename."""
    temporary = layout.published / ".current.tmp"
    with storage_errors(layout.current):
        temporary.unlink(missing_ok=True)
        temporary.symlink_to(Path("releases") / release.stamp)
        temporary.replace(layout.current)
        sync_folder(layout.published)


def prune(layout: Layout) -> None:
    """Remove the oldest releases beyond KEPT, but none that is young, current or pinned."""
    current = current_release(layout)
    untouchable = {pinned(layout), current.stamp if current else None}
    for release in releases(layout)[:-KEPT]:
        stamped = stamped_at(release.stamp)
        young = stamped is not None and now() - stamped < timedelta(hours=KEPT_HOURS)
        if not young and release.stamp not in untouchable:
            _remove(release.path)


def _remove(path: Path) -> None:
    with storage_errors(path):
        # Under another name first, so that a killed removal leaves no half release.
        doomed = path.with_name(f".removed-{path.name}")
        path.rename(doomed)
        for leftover in path.parent.glob(".removed-*"):
            shutil.rmtree(leftover)
