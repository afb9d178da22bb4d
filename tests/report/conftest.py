"""A published release of a simulated community, with its pages."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from expectations.gate import check
from report.guide.complete import complete
from report.site import write
from tests.browser import browser
from tests.dbt_project.community.conftest import built_community
from tests.once import once
from warehouse.publish import publish

__all__ = ["browser"]


@pytest.fixture(scope="session")
def release(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The release's folder; LODESTAR_TEST_RELEASE may name one that was made before."""
    if given := os.environ.get("LODESTAR_TEST_RELEASE"):
        return Path(given)
    community = built_community(tmp_path_factory)

    def make(folder: Path) -> None:
        built = next((community / "data" / "published" / "candidates").iterdir())
        candidate = folder / "published" / "candidates" / built.name
        shutil.copytree(built, candidate)
        answer = check(candidate, None)
        publish(folder, candidate, answer, pages=lambda path: [*write(path).problems, *complete(path)])

    return (once(tmp_path_factory, "release", make) / "published" / "current").resolve()


@pytest.fixture(scope="session")
def nameless(release: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The report of the same release without names."""

    def make(folder: Path) -> None:
        write(release, out=folder / "report", hide_names=True)

    return once(tmp_path_factory, "nameless", make) / "report"
