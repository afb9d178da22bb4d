"""Building a few models of a community instead of all."""

from __future__ import annotations

import csv
import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from warehouse.layout import DBT_PROJECT


def build(
    database: Path,
    seeds: Path,
    instants: dict[str, Any],
    selected: Sequence[str],
    links: Sequence[Sequence[str]] = (),
) -> None:
    """Build in `database` what dbt's selectors say, without tests, as of `instants` (as_of, known_until).

    `seeds` overlay the project's; `links` are rows more of the seed `member_links`.
    """
    project = database.parent / "project"
    shutil.copytree(DBT_PROJECT, project, ignore=shutil.ignore_patterns("target", "logs"), dirs_exist_ok=True)
    shutil.copytree(seeds, project / "seeds", dirs_exist_ok=True)
    with (project / "seeds" / "member_links.csv").open("a", newline="") as seed:
        csv.writer(seed, lineterminator="\n").writerows(links)
    done = subprocess.run(
        [
            *(str(Path(sys.executable).with_name("dbt")), "--quiet", "build", "--select", *selected),
            *("--resource-type", "seed", "--resource-type", "model"),
            *("--vars", str({name: str(instant) for name, instant in instants.items()})),
            *("--project-dir", str(project), "--profiles-dir", str(project)),
        ],
        env=os.environ
        | {
            "LODESTAR_WAREHOUSE": str(database),
            "LODESTAR_SEEDS": "seeds",
            "DBT_TARGET_PATH": str(database.parent / "target"),
            "DBT_LOG_PATH": str(database.parent / "logs"),
            "DO_NOT_TRACK": "1",
        },
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout[-3000:]
