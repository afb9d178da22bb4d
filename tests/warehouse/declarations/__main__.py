"""`python -m tests.warehouse.declarations REVISION`: the raw declarations of a git revision, as JSON."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from pathlib import Path

from warehouse.schema import read_schema

STAGING = "dbt_project/models/staging"


def main(revision: str) -> None:
    """Print them."""
    with tempfile.TemporaryDirectory() as folder:
        archive = subprocess.run(
            ["git", "archive", revision, STAGING], capture_output=True, check=True
        ).stdout
        subprocess.run(["tar", "-x", "-C", folder], input=archive, check=True)
        tables = read_schema(Path(folder) / STAGING).tables.values()
    declared = {
        table.name: table.declaration | {"not_loaded": sorted(table.not_loaded)}
        for table in sorted(tables, key=lambda table: table.name)
    }
    # A column a line would be half a thousand lines of no use to a reader.
    lines = [f"{json.dumps(name)}: {json.dumps(content)}" for name, content in declared.items()]
    print("{\n" + ",\n".join(lines) + "\n}")


if __name__ == "__main__":
    main(sys.argv[1])
