"""How large a fault campaign is: `--kills N` and `--fault-seed N` (`make faults` asks for a large one)."""

from __future__ import annotations

import pytest


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "kill_seed" in metafunc.fixturenames:
        seed = metafunc.config.getoption("--fault-seed")
        metafunc.parametrize("kill_seed", range(seed, seed + metafunc.config.getoption("--kills")))
