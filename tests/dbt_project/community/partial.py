"""dbt on a community's working database: a few models instead of all, or their tests."""

from __future__ import annotations

import csv
import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from warehouse.layout import DBT_PROJECT


def build(
    database: Path,
    seeds: Path,
    as_of: datetime,
    known_until: datetime,
    selected: Sequence[str],
    links: Sequence[Sequence[str]] = (),
    types: Sequence[str] = ("seed", "model"),
) -> None:
    """Build in `database` what dbt's selectors say, by default without tests.

    `seeds` overlay the project's; `links` are rows more of the seed `member_links`. What dbt parsed stays
    beside the database, so that another build at the same place begins at once.
    """
    workshop = database.parent
    project = workshop / "project"
    shutil.copytree(DBT_PROJECT, project, ignore=shutil.ignore_patterns("target", "logs"), dirs_exist_ok=True)
    shutil.copytree(seeds, project / "seeds", dirs_exist_ok=True)
    with (project / "seeds" / "member_links.csv").open("a", newline="") as seed:
        csv.writer(seed, lineterminator="\n").writerows(links)
    done = subprocess.run(
        [
            *(str(Path(sys.executable).with_name("dbt")), "--quiet", "build", "--select", *selected),
            *(part for kind in types for part in ("--resource-type", kind)),
            *("--project-dir", str(project), "--profiles-dir", str(project)),
        ],
        env=os.environ
        | {
            "LODESTAR_WAREHOUSE": str(database),
            "LODESTAR_SEEDS": "seeds",
            "LODESTAR_AS_OF": f"{as_of:%Y-%m-%d %H:%M:%S}+00:00",
            "LODESTAR_KNOWN_UNTIL": f"{known_until:%Y-%m-%d %H:%M:%S}+00:00",
            "DBT_TARGET_PATH": str(workshop / "target"),
            "DBT_LOG_PATH": str(workshop / "logs"),
            "DO_NOT_TRACK": "1",
        },
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout[-3000:]
