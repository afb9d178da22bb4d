"""The release that the report's tests read as well; other programs only with `--run-conformance`."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.browser import browser
from tests.report.conftest import release

__all__ = ["browser", "release"]

_OTHERS = ("test_readers.py", "test_superset.py")
"""What makes an environment of its own first."""


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if config.getoption("--run-conformance"):
        return
    here = Path(__file__).parent
    ours = [item for item in items if item.path.parent == here and item.path.name in _OTHERS]
    if ours:
        config.hook.pytest_deselected(items=ours)
        items[:] = [item for item in items if item not in ours]
