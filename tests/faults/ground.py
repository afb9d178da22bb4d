"""Where scenarios take place: one small community behind a sandbox, data folders at its first day."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from extractors.clock import iso
from sandbox.app import SourceSpec
from sandbox.run_with import Setting, environment
from sandbox.simulation.run import simulate
from tests.end_to_end.pipeline import ROOT, add_options, ask
from tests.faults.scenarios import VENDORS

TODAY = datetime(2026, 3, 1, 4, tzinfo=UTC)
DAYS_AHEAD = 40
SIZE: Mapping[str, Any] = {"members": 50, "months": 4, "posts": 500, "requests": 30, "tickets": 60}
OPTIONS: Mapping[str, Mapping[str, Any]] = {
    # Each day re-reads all of the forum, so that two ways to a day know the same silent changes.
    "forum": {"reread_requests_per_day": 500},
    # Small pages: more places to be disturbed and killed at.
    "ideas": {"page_size": 10},
    "desk": {"page_size": 100},
}


def make_community(folder: Path, seed: int) -> None:
    """Simulate the community that all scenarios share."""
    simulate(folder, seed=seed, end=TODAY, days_ahead=DAYS_AHEAD, history=True, **SIZE)


@dataclass
class Place:
    """A data folder and the environment of commands on it."""

    data_dir: Path
    environ: dict[str, str]

    @property
    def database(self) -> Path:
        """The working database."""
        return self.data_dir / "warehouse" / "community.duckdb"

    def at(self, moment: datetime) -> Place:
        """The same with our clock at `moment`."""
        return Place(self.data_dir, self.environ | {"LODESTAR_NOW": iso(moment)})


@dataclass
class Ground:
    """A sandbox of its own over the shared community, and a folder for what is tried."""

    community: Path
    folder: Path
    base: str
    day: int = field(default=-1)

    def place(self, data_dir: Path, *sources: str) -> Place:
        """A place with some sources (none given: all); writes its sources.toml."""
        specs = tuple(SourceSpec(name, VENDORS[name], self.community) for name in (sources or tuple(VENDORS)))
        variables = environment(Setting(specs, data_dir), self.base, _inherited())
        add_options(Path(variables["LODESTAR_SOURCES"]), OPTIONS)
        return Place(data_dir, variables)

    def copied(self, original: Path, name: str, *sources: str) -> Place:
        """A place at a copy of a data folder."""
        data_dir = self.folder / name
        shutil.rmtree(data_dir, ignore_errors=True)
        subprocess.run(["cp", "-a", "--reflink=auto", str(original), str(data_dir)], check=True)
        return self.place(data_dir, *sources)

    def go_to(self, day: int) -> datetime:
        """Put the sandbox's clock to a day after the first; gives the moment."""
        moment = TODAY + timedelta(days=day)
        if day != self.day:
            ask(f"{self.base}/_sandbox/clock", {"now": iso(moment)})
            self.day = day
        return moment

    def disturb(self, **plan: Any) -> None:
        """Inject faults from now on; without a plan, none."""
        ask(f"{self.base}/_sandbox/faults", plan or {"rate": 0.0})

    def injected(self) -> dict[str, dict[str, int]]:
        """How often each fault met each source under the current plan."""
        report = ask(f"{self.base}/_sandbox/requests")
        return {source: report[source]["faults"] for source in report}


def unreachable(place: Place, source: str, kind: str) -> Place:
    """The place with a source that nobody answers for, or that refuses the key; quick to give up."""
    variable = f"AIRFLOW_CONN_{source.upper()}"
    connection = json.loads(place.environ[variable])
    if kind == "outage":
        connection["host"] = f"http://127.0.0.1:9/{source}"
    else:
        connection["password"] = "refused"
    sources = Path(place.environ["LODESTAR_SOURCES"])
    impatient = sources.with_name("impatient.toml")
    shutil.copyfile(sources, impatient)
    add_options(impatient, {source: {"retry_minutes": 0.02}})
    return Place(
        place.data_dir,
        place.environ | {variable: json.dumps(connection), "LODESTAR_SOURCES": str(impatient)},
    )


def _inherited() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if name != "LODESTAR_NOW"}


@contextmanager
def ground(community: Path, folder: Path) -> Iterator[Ground]:
    """A sandbox that ends with this process, however that ends, because it reads our end of a pipe."""
    folder.mkdir(parents=True, exist_ok=True)
    arguments = [
        part for name, vendor in VENDORS.items() for part in ("--source", f"{name}={vendor}:{community}")
    ]
    server = subprocess.Popen(
        [sys.executable, "-m", "sandbox", "serve", "--port", "0", *arguments, "--until-input-ends"],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert server.stdin is not None and server.stdout is not None
    try:
        addresses = [server.stdout.readline().split()[1] for _ in VENDORS]
        yield Ground(community, folder, addresses[0].rpartition("/")[0])
    finally:
        server.stdin.close()
        try:
            server.wait(timeout=10)
        finally:
            server.kill()
            server.wait()
            server.stdout.close()
