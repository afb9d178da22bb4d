"""Options of the test run that more than one folder knows."""

from __future__ import annotations

import os
import tempfile

import pytest

from tests.parsed import PLACE

# Most tests publish for the tables' sake; those about the report ask for it.
os.environ.setdefault("LODESTAR_REPORT", "none")


def pytest_configure(config: pytest.Config) -> None:
    # Before the workers of a parallel run start, so that they all know it.
    if PLACE not in os.environ:
        folder = tempfile.TemporaryDirectory(prefix="lodestar-parsed-")
        os.environ[PLACE] = folder.name
        config.add_cleanup(folder.cleanup)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers() -> int:
    """One more than there are cores, for many tests wait for another process or for a delay to pass."""
    return (os.cpu_count() or 1) + 1


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--run-conformance",
        action="store_true",
        help="let other people's programs read the sandbox and a release (makes their environments)",
    )
