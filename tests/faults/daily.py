"""One daily load in one process, stage by stage as the DAG does it, for the fault campaign to kill.

`python -m tests.faults.daily [FOLDER]` prints the name of each stage as it begins; before it publishes it
copies the data folder to FOLDER.
"""

from __future__ import annotations

import subprocess
import sys

from expectations.gate import check
from extractors.config import data_dir, load_sources
from extractors.run import extract
from tests.parsed import parsed
from warehouse.build import build
from warehouse.layout import Layout
from warehouse.load import load
from warehouse.publish import publish


def main() -> int:
    """Extract, load, build, check and publish; 1 if anything was not well."""
    sources = load_sources()
    begin("extract")
    reports = [extract(source, data_dir(), all_sources=sources) for source in sources]
    begin("load")
    loaded = load(data_dir(), sources)
    begin("build")
    with parsed(Layout(data_dir()).dbt_target):
        candidate = build(data_dir())
    begin("gate")
    current = data_dir() / "published" / "current"
    answer = check(candidate.path, current if current.is_dir() else None)
    if sys.argv[1:]:
        subprocess.run(["cp", "-a", str(data_dir()), sys.argv[1]], check=True)
    begin("publish")
    publish(data_dir(), candidate, answer)
    begin("end")
    return 1 if loaded.failed or any(report.failed for report in reports) else 0


def begin(stage: str) -> None:
    """Tell that a stage begins."""
    sys.stdout.write(stage + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
