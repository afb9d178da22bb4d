"""What models declare holds in a whole community, where daily builds leave it out."""

from __future__ import annotations

import json
from pathlib import Path

from tests.dbt import build
from tests.dbt_project.community.conftest import Community
from warehouse.build import COLUMN_TESTS

UNENFORCED = ("accepted_values", "relationships", "unique", "unique_combination")
"""What no contract enforces."""


def test_models_are_what_they_declare(community: Community, copied: Path) -> None:
    build(
        copied,
        *("--resource-type", "test"),
        *(
            "--select",
            "path:models/staging",
            *(f"path:models/intermediate,test_name:{test}" for test in UNENFORCED),
            *(f"path:models/marts,test_name:{test}" for test in COLUMN_TESTS),
        ),
        as_of=community.as_of,
        known_until=community.known_until,
        seeds=community.folder / "seeds",
    )
    results = json.loads((copied.parent / "dbt" / "run_results.json").read_text())["results"]
    assert len(results) > 400
    assert {result["status"] for result in results} == {"pass"}
