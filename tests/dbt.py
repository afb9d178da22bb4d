"""dbt on a working database as a build runs it, but for the models and tests a test is about."""

from __future__ import annotations

import csv
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path

from tests.parsed import parsed
from warehouse.connection import MEGABYTE, memory_limit
from warehouse.dbt_run import DBT_MEMORY
from warehouse.layout import DBT_PROJECT

MODELS_ONLY = ("--resource-type", "seed", "--resource-type", "model")
"""Options that leave out all tests."""


def build(
    database: Path,
    *options: str,
    as_of: datetime,
    known_until: datetime | None = None,
    seeds: Path | None = None,
    links: Sequence[Sequence[str]] = (),
) -> None:
    """`dbt build` in `database` with these options; dbt's files stay beside it.

    `seeds` overlay the project's; `links` are rows more of the seed `member_links`.
    """
    workshop = database.parent
    project = workshop / "dbt_project"
    shutil.copytree(DBT_PROJECT, project, ignore=shutil.ignore_patterns("target", "logs"), dirs_exist_ok=True)
    if seeds is not None:
        shutil.copytree(seeds, project / "seeds", dirs_exist_ok=True)
    with (project / "seeds" / "member_links.csv").open("a", newline="") as seed:
        csv.writer(seed, lineterminator="\n").writerows(links)
    with parsed(workshop / "dbt"):
        done = subprocess.run(
            [
                *(sys.executable, "-c", "from dbt.cli.main import cli; cli()", "--quiet", "build", *options),
                *("--project-dir", ".", "--profiles-dir", "."),
            ],
            cwd=project,
            env=os.environ | _environment(database, as_of, known_until or as_of),
            capture_output=True,
            text=True,
        )
    assert done.returncode == 0, done.stdout[-4000:]


def _environment(database: Path, as_of: datetime, known_until: datetime) -> Mapping[str, str]:
    return {
        "LODESTAR_WAREHOUSE": f"../{database.name}",
        "LODESTAR_SEEDS": "seeds",
        "LODESTAR_MEMORY_LIMIT": f"{memory_limit(DBT_MEMORY) // MEGABYTE}MB",
        "LODESTAR_SPILL": "../tmp",
        "LODESTAR_AS_OF": f"{as_of:%Y-%m-%d %H:%M:%S}+00:00",
        "LODESTAR_KNOWN_UNTIL": f"{known_until:%Y-%m-%d %H:%M:%S}+00:00",
        "DBT_TARGET_PATH": "../dbt",
        "DBT_LOG_PATH": "../logs",
        "DO_NOT_TRACK": "1",
        "NO_COLOR": "1",
    }
