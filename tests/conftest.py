"""Options of the test run that more than one folder knows."""

from __future__ import annotations

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--kills", type=int, default=3, help="how many times the daily load is killed (tests/faults)"
    )
    parser.addoption(
        "--fault-seed", type=int, default=1, help="first seed of the fault campaign (tests/faults)"
    )


COSTLY = ("community", "empty_build", "last_release")
"""Fixtures made once a session: what uses one of them stays in one worker."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """With several workers a file's tests stay together, and so do those of a costly fixture."""
    for item in items:
        used = [name for name in COSTLY if name in getattr(item, "fixturenames", ())]
        place = item.path.parent.name
        item.add_marker(pytest.mark.xdist_group(f"{place} {used[0]}" if used else str(item.path)))
