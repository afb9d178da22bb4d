"""Vendors' public clients against the sandbox; only with `--run-conformance` (`make conformance`).

The first run makes the clients' environments under `.peers/` from the package index.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.conformance.stand import NOW, SHARED, Stand
from tests.sandbox.servers import serving

SIMULATION = (
    "--seed", "11", "--members", "200", "--months", "6", "--posts", "3000", "--requests", "100",
    "--tickets", "300", "--end", "2026-02-20", "--days-ahead", "30",
)  # fmt: skip


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if config.getoption("--run-conformance", default=False):
        return
    here = Path(__file__).parent
    ours = [item for item in items if item.path.is_relative_to(here)]
    if ours:
        config.hook.pytest_deselected(items=ours)
        items[:] = [item for item in items if item not in ours]


@pytest.fixture(scope="session")
def simulated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A community of 200 members over six months; its last days lie behind the sandbox's clock."""
    directory = tmp_path_factory.mktemp("community") / "simulated"
    subprocess.run(
        [sys.executable, "-m", "sandbox", "simulate", str(directory), *SIMULATION],
        cwd=Path(__file__).parents[2],
        check=True,
        capture_output=True,
    )
    return directory


@pytest.fixture(scope="session")
def stand(simulated: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stand]:
    """All sources being served: forums over HTTP, boards and desks over HTTPS."""
    forums = {"forum": simulated}
    others = {"ideas": ("uservoice", simulated), "desk": ("zendesk", simulated)}
    if SHARED.is_dir():
        forums |= {"delving": SHARED / "delving", "urho": SHARED / "urho_sample"}
        others |= {
            "fslang": ("uservoice", SHARED / "fslang_twothirds"),
            "uci": ("zendesk", SHARED / "uci_incidents"),
        }
    authority = tmp_path_factory.mktemp("tls") / "authority.pem"
    plain = [part for name, path in forums.items() for part in ("--source", f"{name}=discourse:{path}")]
    secure = [
        part for name, (vendor, path) in others.items() for part in ("--source", f"{name}={vendor}:{path}")
    ]
    with ExitStack() as servers:
        addresses = servers.enter_context(serving("--now", NOW, *plain))
        addresses |= servers.enter_context(
            serving("--now", NOW, "--tls", "--ca-file", str(authority), *secure)
        )
        directories = forums | {name: path for name, (_, path) in others.items()}
        yield Stand(addresses, directories, authority)
