"""One small simulated community for all tests of this folder."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.sandbox.simulation.folding import make


@pytest.fixture(scope="session")
def community(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The directory of a dataset with history."""
    directory = tmp_path_factory.mktemp("community")
    make(directory)
    return directory
