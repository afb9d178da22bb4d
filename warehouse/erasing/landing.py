"""The person in the landing files: replaced there, and looked for afterwards."""

from __future__ import annotations

import re
import time
from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import get_args

import orjson

from extractors.errors import LodestarError, StorageError, storage_errors
from extractors.landing import lane_lock, parts_of, read_lines, rewrite_part, streams_of
from extractors.privacy import Keys
from extractors.registry import VENDORS
from extractors.source import Lane
from extractors.suppression import Entry, Suppression, lower, words
from warehouse.erasing.plan import Plan
from warehouse.erasing.progress import Progress
from warehouse.erasing.traces import Trace
from warehouse.layout import Layout


def finders_of(
    landing: Path, plan: Plan, entries: tuple[Entry, ...], keys: Keys
) -> tuple[dict[str, Suppression], dict[str, re.Pattern[str]]]:
    """For each source what substitutes, and what a line that needs it has in it, in lower case."""
    finders: dict[str, Suppression] = {}
    hints: dict[str, re.Pattern[str]] = {}
    # One that is read for the first time has no table yet.
    vendors = {folder.parent.name: vendor for folder, vendor in streams_of(landing).items()}
    for source, vendor in (vendors | plan.vendors).items():
        if vendor not in VENDORS:
            continue
        finders[source] = Suppression(VENDORS[vendor].people, source, entries, dict(keys))
        parts = {
            token.text if token.kind == "account" else max(words(token.text), key=len)
            for token in plan.tokens
            if token.kind != "email" and token.source in (None, source)
        }
        hints[source] = re.compile("|".join(re.escape(lower(part)) for part in sorted(parts)))
    return finders, hints


def rewrite(
    layout: Layout,
    plan: Plan,
    entries: tuple[Entry, ...],
    keys: Keys,
    wait_seconds: float,
    is_rehearsal: bool = False,
) -> tuple[int, int, int]:
    """Replace the person in every landing file: (records changed, parts changed, parts looked at)."""
    finders, hints = finders_of(layout.landing, plan, entries, keys)
    folders = [folder for folder in streams_of(layout.landing) if folder.parent.name in finders]
    total = sum(len(parts_of(folder)) for folder in folders)
    progress = Progress("landing files", total)
    records = parts = 0
    for folder in folders:
        source, stream = folder.parent.name, folder.name
        finder, hint = finders[source], hints[source]
        with ExitStack() as held:
            if not is_rehearsal:
                _lock_lanes(held, folder, wait_seconds)
                with storage_errors(folder):
                    for leftover in folder.glob("*/*.tmp"):
                        leftover.unlink()
            for part in parts_of(folder):
                lines = list(read_lines(part))
                changed = 0
                for place, line in enumerate(lines):
                    if not hint.search(lower(line.decode())):
                        continue
                    clean = orjson.dumps(finder.apply(stream, orjson.loads(line)))
                    if clean != line:
                        lines[place] = clean
                        changed += 1
                if changed:
                    records += changed
                    parts += 1
                    if not is_rehearsal:
                        rewrite_part(part, lines)
                progress.advance()
    return records, parts, total


def _lock_lanes(held: ExitStack, folder: Path, wait_seconds: float) -> None:
    """Keep the stream from being extracted; whoever extracts it now is waited for."""
    deadline = time.monotonic() + wait_seconds
    place = f"source {folder.parent.name}, stream {folder.name}"
    lanes: tuple[Lane, ...] = get_args(Lane)
    for lane in lanes:
        while True:
            try:
                held.enter_context(lane_lock(folder, lane, place))
                break
            except StorageError:
                raise
            except LodestarError:
                if time.monotonic() >= deadline:
                    raise
                time.sleep(0.5)


def search_landing(
    landing: Path, finders: Mapping[str, Suppression], hints: Mapping[str, re.Pattern[str]]
) -> list[Trace]:
    """Landing files in which there is still something to replace."""
    traces = []
    for folder in streams_of(landing):
        source, stream = folder.parent.name, folder.name
        finder, hint = finders.get(source), hints.get(source)
        if finder is None or hint is None:
            continue
        for part in parts_of(folder):
            for line in read_lines(part):
                if hint.search(lower(line.decode())) and finder.apply(
                    stream, orjson.loads(line)
                ) != orjson.loads(line):
                    traces.append(Trace(part, ""))
                    break
    return traces
