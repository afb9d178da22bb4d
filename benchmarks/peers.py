"""The peers' own environments: one a peer, under `.peers/`, made with pip when first needed.

Their requirements contradict ours and each other's, so none is ever installed beside Lodestar.
`python -m benchmarks.peers [NAME…]` makes them ahead of time.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

FOLDER = Path(__file__).parents[1] / ".peers"
_MARK = "installed.txt"


class PeerError(Exception):
    """A peer's environment can't be made; the text says which and why."""


@dataclass(frozen=True)
class Peer:
    """What pip is to install: together, then (with conflicts left standing) what must differ from that."""

    requirements: tuple[str, ...]
    overrides: tuple[str, ...] = ()

    def __str__(self) -> str:
        return "\n".join([*self.requirements, *(f"{one}  # override" for one in self.overrides), ""])


PEERS: Mapping[str, Peer] = MappingProxyType(
    {
        "dlt": Peer(("dlt[duckdb,parquet]==1.31.0", "duckdb==2.0.0")),
        # The long-term line, on which BI tools and their drivers stand.
        "duckdb-1.4": Peer(("duckdb==1.4.5",)),
        "pandas": Peer(("pandas==3.1.1", "pyarrow==26.0.1")),
        "perceval": Peer(("perceval==1.6.1",)),
        "pydiscourse": Peer(("pydiscourse==1.7.0",)),
        # It pins funcy 1.10, which can't be imported on Python 3.10 and later.
        "tap-uservoice": Peer(("tap-uservoice==1.0.4",), overrides=("funcy==2.1",)),
        "tap-zendesk": Peer(("tap-zendesk==2.8.2",)),
        "zenpy": Peer(("zenpy==2.0.57",)),
    }
)


def python_of(name: str) -> Path:
    """The interpreter of a peer's environment, which is made if it is missing or outdated.

    Raises PeerError if pip can't install it.
    """
    peer, folder = PEERS[name], FOLDER / name
    python, mark = folder / "bin" / "python", folder / _MARK
    if mark.is_file() and mark.read_text() == str(peer):
        return python
    print(f"Making the environment of {name} in {folder} …", file=sys.stderr, flush=True)
    shutil.rmtree(folder, ignore_errors=True)
    _run(name, sys.executable, "-m", "venv", str(folder))
    pip = (str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check")
    _run(name, *pip, *peer.requirements)
    if peer.overrides:
        _run(name, *pip, "--no-deps", *peer.overrides)
    mark.write_text(str(peer))
    return python


def program_of(name: str) -> Path:
    """The command a peer installs under its own name, in its environment."""
    return python_of(name).with_name(name)


def version_of(name: str) -> str:
    """The pinned version."""
    return PEERS[name].requirements[0].partition("==")[2]


def _run(name: str, *command: str) -> None:
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode:
        last = (done.stderr.strip() or done.stdout.strip() or "no message").splitlines()[-1]
        raise PeerError(f"the environment of {name} can't be made: {last}")


if __name__ == "__main__":
    for wanted in sys.argv[1:] or PEERS:
        print(wanted, python_of(wanted))
