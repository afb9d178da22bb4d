"""Options of the test run that more than one folder knows."""

from __future__ import annotations

import os

import pytest

# Most tests publish for the tables' sake; those about the report ask for it.
os.environ.setdefault("LODESTAR_REPORT", "none")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--kills", type=int, default=2, help="how many times the daily load is killed (tests/faults)"
    )
    parser.addoption(
        "--fault-seed", type=int, default=1, help="first seed of the fault campaign (tests/faults)"
    )
    parser.addoption(
        "--run-conformance",
        action="store_true",
        help="let other people's programs read the sandbox and a release (makes their environments)",
    )
