"""Singer taps as a benchmark runs them: discovery beforehand, then a sync whose output goes to a file."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any

from benchmarks import peers
from benchmarks.measure import Run, run
from benchmarks.stand import Stand


class Tap:
    """A tap, told what to read; it can be run again and again."""

    def __init__(
        self, stand: Stand, name: str, config: Mapping[str, Any], streams: Collection[str], folder: Path
    ) -> None:
        """Discover the catalog and select `streams`; not part of what is measured."""
        self._stand, self._folder, self._program = stand, folder, peers.program_of(name)
        self._catalog_option = "-p" if name == "tap-uservoice" else "--catalog"
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "config.json").write_text(json.dumps(config))
        discovered = self._run("--discover")
        catalog = json.loads(discovered.output.read_text())
        for stream in catalog["streams"]:
            wanted = stream["tap_stream_id"] in streams
            stream["schema"]["selected"] = wanted
            for entry in stream["metadata"]:
                entry["metadata"]["selected"] = wanted
        (folder / "catalog.json").write_text(json.dumps(catalog))

    def sync(self) -> Run:
        """Read everything from the start."""
        return self._run(self._catalog_option, str(self._folder / "catalog.json"))

    def records_read(self) -> int:
        """How many records the last sync put out."""
        with (self._folder / "output").open() as lines:
            return sum(line.startswith('{"type": "RECORD"') for line in lines)

    def _run(self, *arguments: str) -> Run:
        command = [self._program, "-c", str(self._folder / "config.json"), *arguments]
        return run(command, self._stand.trusting(), self._folder)
