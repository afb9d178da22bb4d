"""Options of the test run that more than one folder knows."""

from __future__ import annotations

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--kills", type=int, default=2, help="how many times the daily load is killed (tests/faults)"
    )
    parser.addoption(
        "--fault-seed", type=int, default=1, help="first seed of the fault campaign (tests/faults)"
    )
