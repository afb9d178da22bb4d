"""Runs Singer taps as their users do: discover, select, sync, read what comes out."""

from __future__ import annotations

import json
import subprocess
from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks import peers
from tests.conformance.stand import Found, Stand


@dataclass(frozen=True)
class Sync:
    """How a sync ended."""

    exit_code: int
    records: Found
    log: str


def sync(
    stand: Stand, tap: str, config: Mapping[str, Any], folder: Path, streams: Collection[str] | None = None
) -> Sync:
    """Let `tap` read all streams, or only some; what it writes for itself goes to `folder`."""
    program, settings = peers.program_of(tap), folder / "config.json"
    settings.write_text(json.dumps(config))
    discovered = _run(stand, program, "-c", settings, "--discover")
    assert discovered.returncode == 0, discovered.stderr[-2000:]
    catalog = json.loads(discovered.stdout)
    for stream in catalog["streams"]:
        wanted = streams is None or stream["tap_stream_id"] in streams
        stream["schema"]["selected"] = wanted
        for entry in stream["metadata"]:
            entry["metadata"]["selected"] = wanted
    chosen = folder / "catalog.json"
    chosen.write_text(json.dumps(catalog))
    done = _run(stand, program, "-c", settings, "-p" if tap == "tap-uservoice" else "--catalog", chosen)
    found = defaultdict(list)
    for line in done.stdout.splitlines():
        message = json.loads(line)
        if message["type"] == "RECORD":
            found[message["stream"]].append(message["record"])
    return Sync(done.returncode, found, done.stderr)


def _run(stand: Stand, *command: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [str(part) for part in command], env=stand.environment(), capture_output=True, text=True
    )
