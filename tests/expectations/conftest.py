"""The good candidate as the last release, and the clock at the morning it is compared."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.expectations.candidate import NOW, build, released


@pytest.fixture(autouse=True)
def morning(monkeypatch):
    monkeypatch.setenv("LODESTAR_NOW", NOW)


@pytest.fixture(scope="session")
def last_release(tmp_path_factory) -> Path:
    return released(build(tmp_path_factory.mktemp("published") / "releases" / "20260309T030000Z"))


@pytest.fixture
def candidate_folder(tmp_path) -> Path:
    root: Path = tmp_path
    return root / "a folder, 100 % odd" / "candidates" / "20260310T030000Z"
