"""What models declare holds in a whole community, where daily builds leave it out."""

from __future__ import annotations

import json
from pathlib import Path

from tests.dbt_project.community.conftest import Community
from tests.dbt_project.community.partial import build
from warehouse.build import COLUMN_TESTS

UNENFORCED = ("accepted_values", "relationships", "unique", "unique_combination")
"""What no contract enforces."""


def test_models_are_what_they_declare(community: Community, copied: Path) -> None:
    build(
        copied,
        community.folder / "seeds",
        community.as_of.to_pydatetime(),
        community.known_until.to_pydatetime(),
        [
            "path:models/staging",
            *(f"path:models/intermediate,test_name:{test}" for test in UNENFORCED),
            *(f"path:models/marts,test_name:{test}" for test in COLUMN_TESTS),
        ],
        types=["test"],
    )
    results = json.loads((copied.parent / "target" / "run_results.json").read_text())["results"]
    assert len(results) > 400
    assert {result["status"] for result in results} == {"pass"}
