"""What building the marts costs as a community grows: all of them, with tests, and a day later."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks.measure import Bench, Measure, Outcome, Run, Target, run
from benchmarks.stand import ROOT, Stand, serving
from sandbox.run_with import SIMULATED_SOURCES

POSTS = 100_000
TIMES = (1, 3, 10)
MONTHS = 36
DAYS_AHEAD = 3
SEED = 11
MEGABYTE = 1_000_000
MEMORY_LIMIT = "4GB"
MODELS_SHOWN = 15
_DBT = (sys.executable, "-c", "from dbt.cli.main import cli; cli()")


def measure(bench: Bench) -> Outcome:
    """Builds at 1, 3 and 10 times the posts; members, board and desk grow with them."""
    communities = [_Community(bench, bench.size(POSTS) * times) for times in TIMES]
    costs = [community.measured() for community in communities]
    largest = costs[-1]
    of = f"of {communities[-1].posts:,} posts"
    return Outcome(
        "Building the marts",
        [each for cost in costs for each in cost.measures],
        [
            Target(f"s for all marts {of}", 60, _seconds(largest.marts), at_most=True),
            Target(f"s for the report {of}", 60, _seconds(largest.report), at_most=True),
            Target(f"MB for all marts {of}", 4_000, largest.marts.peak_bytes / MEGABYTE, at_most=True),
        ],
        [*_growth(communities, costs), *_growth_of_topics(costs), largest.slowest],
    )


@dataclass(frozen=True)
class _Cost:
    """What one community took."""

    measures: tuple[Measure, ...]
    run_times: dict[str, float]
    """Seconds of each model, by its path below `models`."""

    @property
    def marts(self) -> Measure:
        """Running every model, without tests."""
        return next(each for each in self.measures if each.subject.startswith("all marts"))

    @property
    def report(self) -> Measure:
        """Writing the report of the published release."""
        return next(each for each in self.measures if each.subject.startswith("report"))

    @property
    def slowest(self) -> str:
        """The models that took longest."""
        timed = sorted(((seconds, Path(path).stem) for path, seconds in self.run_times.items()), reverse=True)
        shown = ", ".join(f"{name} {seconds:.1f}" for seconds, name in timed[:MODELS_SHOWN])
        total = sum(self.run_times.values())
        return f"slowest of {len(timed)} models (s; {total:.0f} s of two threads): {shown}"

    @property
    def topics(self) -> dict[str, float]:
        """Seconds by layer and topic, as in `marts/feedback`."""
        sums: dict[str, float] = {}
        for path, seconds in sorted(self.run_times.items()):
            topic = Path(path).parent.as_posix()
            sums[topic] = sums.get(topic, 0) + seconds
        return sums


def _seconds(measured: Measure) -> float:
    return median(measured.seconds)


def _cpu_seconds(measured: Measure) -> float:
    return median(measured.cpu_seconds)


def _growth(communities: list[_Community], costs: list[_Cost]) -> Iterator[str]:
    """For each kind of work, how many times the processor time for how many times the posts."""
    first, smallest = communities[0], costs[0]
    for place, measured in enumerate(smallest.measures):
        base = _cpu_seconds(measured)
        later = zip(communities[1:], costs[1:], strict=True)
        factors = ", ".join(
            f"{_cpu_seconds(cost.measures[place]) / base:.1f} × for {community.posts / first.posts:.0f} ×"
            for community, cost in later
        )
        yield f"{measured.subject.split(':')[0]}, CPU seconds: {factors} the posts"


def _growth_of_topics(costs: list[_Cost]) -> Iterator[str]:
    """For each layer and topic, what its models took at each size; the longest at the largest size first."""
    last = costs[-1].topics
    for topic in sorted(last, key=lambda name: (-last[name], name)):
        times = " → ".join(f"{cost.topics.get(topic, 0):.1f}" for cost in costs)
        yield f"models of {topic} (s): {times}"


class _Community:
    """A simulated community, loaded once and built as often as wanted."""

    def __init__(self, bench: Bench, posts: int) -> None:
        self.posts = posts
        self._bench = bench
        self._dataset = _kept(bench.folder) / f"{posts}-{bench.now:%Y%m%d}-{_version()}"
        self._data_dir = bench.folder / f"data_{posts}"

    def measured(self) -> _Cost:
        """Load everything and build it; load the next day and build again."""
        bench, posts = self._bench, f"{self.posts:,} posts"
        self._simulated()
        kinds = ("all marts", "all marts and tests", "whole build", "report",
                 "next day's extraction and load", "next day's marts", "next day's whole build")  # fmt: skip
        marts, tested, whole, report, day, day_marts, day_whole = (
            Measure(f"{kind}: {posts}", self.posts) for kind in kinds
        )
        bench.say(f"loading {posts}")
        with self._stand(bench.now) as stand:
            environment = stand.configured(self._data_dir)
            self._run(environment, "-m", "extractors")
            self._run(environment, "-m", "warehouse", "load", "--no-backup")
            bench.say(f"building the marts of {posts}")
            whole.add(self._run(environment, "-m", "warehouse", "build"))
            report.add(self._reported(environment))
            for _ in range(bench.repeat):
                marts.add(self._dbt(environment, bench.now, "run"))
            run_times = self._run_times()
            tested.add(self._dbt(environment, bench.now, "build", "--exclude-resource-type", "unit_test"))
        tomorrow = bench.now + timedelta(days=1)
        with self._stand(tomorrow) as stand:
            environment = stand.configured(self._data_dir)
            extraction = self._run(environment, "-m", "extractors")
            load = self._run(environment, "-m", "warehouse", "load", "--no-backup")
            day.add(extraction.followed_by(load))
            day_marts.add(self._dbt(environment, tomorrow, "run"))
            day_whole.add(self._run(environment, "-m", "warehouse", "build"))
        shutil.rmtree(self._data_dir)
        return _Cost((marts, tested, whole, report, day, day_marts, day_whole), run_times)

    def _reported(self, environment: Mapping[str, str]) -> Run:
        """Check and publish what was built, then write the report of the release."""
        candidate = next((self._data_dir / "published" / "candidates").iterdir())
        self._run(environment, "-m", "expectations", str(candidate))
        self._run({**environment, "LODESTAR_REPORT": "none"}, "-m", "warehouse", "publish")
        return self._run(environment, "-m", "report", str(self._data_dir / "published" / "current"))

    def _simulated(self) -> None:
        done = self._dataset / "made"
        if done.exists():
            return
        self._bench.say(f"simulating {self.posts:,} posts")
        shutil.rmtree(self._dataset, ignore_errors=True)
        self._dataset.mkdir(parents=True)
        sizes = {
            "seed": SEED, "months": MONTHS, "days-ahead": DAYS_AHEAD, "end": self._bench.now.isoformat(),
            "posts": self.posts, "members": max(self.posts * 3 // 100, 300),
            "tickets": max(self.posts // 20, 100), "requests": max(self.posts // 200, 100),
        }  # fmt: skip
        options = [word for name, value in sizes.items() for word in (f"--{name}", value)]
        run(
            [sys.executable, "-m", "sandbox", "simulate", "--no-past", *options, self._dataset],
            os.environ,
            self._bench.folder,
        )
        done.touch()

    @contextmanager
    def _stand(self, now: datetime) -> Iterator[Stand]:
        sources = {name: (vendor, self._dataset) for name, vendor in SIMULATED_SOURCES.items()}
        with serving(self._bench.folder, sources, now) as stand:
            yield stand

    def _run(self, environment: Mapping[str, str], *words: str) -> Run:
        self._data_dir.mkdir(exist_ok=True)
        return run([sys.executable, *words], environment, self._data_dir)

    def _dbt(self, environment: Mapping[str, str], now: datetime, *command: str) -> Run:
        """One dbt command on the project as the last `warehouse build` left it, to the coming midnight."""
        warehouse = self._data_dir / "warehouse"
        project = warehouse / "dbt_project"
        own = {
            "LODESTAR_WAREHOUSE": str(warehouse / "community.duckdb"),
            "LODESTAR_SEEDS": "seeds",
            "LODESTAR_AS_OF": f"{now + timedelta(days=1):%Y-%m-%d %H:%M:%S}+00:00",
            "LODESTAR_KNOWN_UNTIL": f"{now:%Y-%m-%d %H:%M:%S}+00:00",
            "LODESTAR_MEMORY_LIMIT": MEMORY_LIMIT,
            "LODESTAR_SPILL": str(self._bench.folder / "spill"),
            "DBT_TARGET_PATH": str(self._target),
            "DBT_LOG_PATH": str(self._target),
            "DO_NOT_TRACK": "1",
        }
        folders = ("--project-dir", project, "--profiles-dir", project)
        return run(
            [*_DBT, "--quiet", *command, *folders],
            {**environment, **own},
            self._data_dir,
        )

    @property
    def _target(self) -> Path:
        return self._data_dir / "dbt"

    def _run_times(self) -> dict[str, float]:
        """Seconds of each model of the last run, by its path below `models`."""
        results: list[dict[str, Any]] = self._artifact("run_results")["results"]
        nodes: dict[str, Any] = self._artifact("manifest")["nodes"]
        return {nodes[one["unique_id"]]["path"]: one["execution_time"] for one in results}

    def _artifact(self, name: str) -> dict[str, Any]:
        made: dict[str, Any] = json.loads((self._target / f"{name}.json").read_text())
        return made


def _kept(folder: Path) -> Path:
    """Where simulated communities stay between runs: making the largest takes minutes."""
    return folder.parents[1] / "communities"


def _version() -> str:
    """Changes with the simulation's code."""
    digest = hashlib.sha256()
    for path in sorted((ROOT / "sandbox" / "simulation").glob("*.py")):
        digest.update(path.read_bytes())
    return digest.hexdigest()[:8]
