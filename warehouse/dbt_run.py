"""Running dbt on the working database.

dbt is a child process that inherits the database's lock: if this process is killed, the lock stays held until
dbt has ended, so nobody opens the database under it.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from datetime import datetime
from pathlib import Path

from extractors.clock import now
from extractors.config import seeds_dir
from extractors.errors import ConfigError, LodestarError, storage_errors
from warehouse.connection import MEGABYTE, memory_limit
from warehouse.layout import Layout
from warehouse.lock import Lock

DBT_MEMORY = 4096 * MEGABYTE


class BuildFailed(LodestarError):
    """dbt did not build or test everything; the published release is untouched."""


class Dbt:
    """dbt on the working database, its output in one log file a build."""

    def __init__(self, layout: Layout, lock: Lock, stamp: str, as_of: datetime, project: Path) -> None:
        self._project = _staged_project(layout, project)
        self._layout = layout
        self._lock = lock
        self._log = layout.logs / f"dbt-{stamp}.log"
        # The day under way is not over, though the build looks up to its end.
        self.known_until = min(as_of, now().replace(hour=0, minute=0, second=0, microsecond=0))
        self._environment = {
            **os.environ,
            # Relative to the project's copy: what dbt has parsed stays good when the data folder moves.
            "LODESTAR_WAREHOUSE": f"../{layout.database.name}",
            "LODESTAR_SEEDS": "seeds",
            "LODESTAR_MEMORY_LIMIT": f"{memory_limit(DBT_MEMORY) // MEGABYTE}MB",
            "LODESTAR_SPILL": f"../{layout.spill.name}",
            # Not by --vars: a changed variable makes dbt parse all files again, every day.
            "LODESTAR_AS_OF": f"{as_of:%Y-%m-%d %H:%M:%S}+00:00",
            "LODESTAR_KNOWN_UNTIL": f"{self.known_until:%Y-%m-%d %H:%M:%S}+00:00",
            "DBT_TARGET_PATH": str(layout.dbt_target),
            # One file has its output; a second one with every event takes a tenth of the build's time.
            "DBT_LOG_LEVEL_FILE": "none",
            "DBT_LOG_PATH": str(layout.logs),
            "DBT_SEND_ANONYMOUS_USAGE_STATS": "false",
            "DO_NOT_TRACK": "1",
            "NO_COLOR": "1",
        }

    def run(self, *command: str) -> None:
        """Run one dbt command; raises BuildFailed with what failed first and the log's place."""
        arguments = [
            sys.executable,
            "-c",
            "from dbt.cli.main import cli; cli()",
            *command,
            *("--project-dir", ".", "--profiles-dir", "."),
        ]
        results = self._layout.dbt_target / "run_results.json"
        with storage_errors(self._layout.logs):
            self._layout.logs.mkdir(parents=True, exist_ok=True)
            results.unlink(missing_ok=True)
            with self._log.open("ab") as log:
                child = subprocess.Popen(
                    arguments,
                    cwd=self._project,
                    env=self._environment,
                    stdin=subprocess.DEVNULL,
                    stdout=log,
                    stderr=subprocess.STDOUT,
                    pass_fds=(self._lock.descriptor,),
                )
                try:
                    self._lock.hand_to(child.pid)
                    code = child.wait()
                except BaseException:
                    child.terminate()
                    child.wait()
                    raise
                finally:
                    self._lock.take_back()
        if code != 0:
            reason = _failures(results) or _last_error(self._log)
            raise BuildFailed(f"dbt {command[0]} failed: {reason} The whole output is in {self._log}")


def _staged_project(layout: Layout, project: Path) -> Path:
    """The dbt project to run: a copy beside the database, with the configured seeds over its own.

    dbt writes what it compiles from a seed to `<target>/run/<project>/<its path>`: with a path outside the
    project that is a file elsewhere, with an absolute one the seed itself.
    """
    staged = layout.warehouse / "dbt_project"

    def made(folder: str, names: list[str]) -> set[str]:
        return {"target", "logs"} & set(names) if Path(folder) == project else set()

    seeds = _own_seeds(project)
    with storage_errors(staged):
        shutil.rmtree(staged, ignore_errors=True)
        shutil.copytree(project, staged, ignore=made)
        for seed in seeds:
            shutil.copyfile(seed, staged / "seeds" / seed.name)
    return staged


def _own_seeds(project: Path) -> list[Path]:
    """The files of LODESTAR_SEEDS; raises ConfigError if one of them is none of the project's seeds."""
    if not os.environ.get("LODESTAR_SEEDS"):
        return []
    seeds = seeds_dir().resolve()
    if not seeds.is_dir():
        raise ConfigError(
            f"LODESTAR_SEEDS: {seeds} is no folder. Set it to a folder of seed CSV files, or unset it."
        )
    found = sorted(seeds.glob("*.csv"))
    known = {path.stem for path in (project / "seeds").glob("*.csv")}
    if unknown := [path for path in found if path.stem not in known]:
        raise ConfigError(
            f"LODESTAR_SEEDS: {unknown[0]} is no seed. The seeds are: {', '.join(sorted(known))}."
        )
    return found


def _failures(results: Path) -> str:
    """The failed models and tests of a run, the first with its message, in one line."""
    try:
        outcomes = json.loads(results.read_text("utf-8"))["results"]
    except (OSError, ValueError, KeyError):
        return ""
    failed = [each for each in outcomes if each["status"] in ("error", "fail", "runtime error")]
    if not failed:
        return ""
    named = []
    for each in failed[:5]:
        kind, _, name = str(each["unique_id"]).split(".", 2)
        # Test ids end in a hash of their arguments.
        named.append(f"{kind} {name.rsplit('.', 1)[0] if kind == 'test' else name}")
    more = f" and {len(failed) - 5} more" if len(failed) > 5 else ""
    message = " ".join(str(failed[0].get("message") or "").split())[:300].rstrip(".")
    return f"{', '.join(named)}{more} ({message})."


def _last_error(log: Path) -> str:
    """The first error a run that got nowhere wrote, in one line."""
    lines = [line.strip() for line in log.read_text("utf-8", errors="replace").splitlines()]
    for number, line in enumerate(lines):
        if "Error" in line and "error=0" not in line.lower():
            return " ".join(" ".join(lines[number : number + 3]).split())[:400] + "."
    return "it ended without saying why."
