"""Runs a command with a sandbox beside it: connections, sources and keys in its environment."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import FrameType

from extractors.errors import LodestarError
from sandbox import discourse, uservoice, zendesk
from sandbox.app import VENDORS, SourceSpec, SourceSpecError
from sandbox.serve import listen
from sandbox.simulation.options import FORUM_HOST

SIMULATED_SOURCES: Mapping[str, str] = {"forum": "discourse", "ideas": "uservoice", "desk": "zendesk"}
"""The sources a simulated dataset gives, by name."""

# Known to everyone, so of use for made-up people only.
_PRIVACY_KEYS = "sandbox:" + "5a" * 32
_REQUESTS_PER_MINUTE = 600_000
_START_SECONDS = 600
CREDENTIALS: Mapping[str, tuple[str, str]] = {
    "discourse": ("system", discourse.ADMIN_KEY),
    "uservoice": (uservoice.CLIENT_ID, uservoice.CLIENT_SECRET),
    "zendesk": (zendesk.EMAIL, zendesk.TOKEN),
}
"""Login and password that each vendor's stand-in accepts."""


class StartError(LodestarError):
    """The sandbox's server did not start."""


@dataclass(frozen=True)
class Setting:
    """What `with` was asked for besides the command."""

    sources: tuple[SourceSpec, ...]
    data_dir: Path
    server_arguments: tuple[str, ...] = ()
    """Passed on to `serve`: --now, --faults, --limits, --option."""
    now: str | None = None


def simulated_sources(directory: Path) -> tuple[SourceSpec, ...]:
    """The sources of a simulated dataset, one for each vendor it holds."""
    specs = tuple(
        SourceSpec(name, vendor, directory)
        for name, vendor in SIMULATED_SOURCES.items()
        if (directory / vendor).is_dir()
    )
    if not specs:
        raise SourceSpecError(
            f"{directory} holds no dataset of {', '.join(VENDORS)}. Make one with `simulate`."
        )
    return specs


def environment(setting: Setting, base: str, inherited: Mapping[str, str]) -> dict[str, str]:
    """The command's environment; writes sources.toml under the data directory."""
    folder = setting.data_dir / "sandbox"
    folder.mkdir(parents=True, exist_ok=True)
    sources_file = folder / "sources.toml"
    sources_file.write_text(
        "\n".join(
            f'[sources.{spec.name}]\nvendor = "{spec.vendor}"\nrequests_per_minute = {_REQUESTS_PER_MINUTE}\n'
            f"{_sites(spec)}"
            for spec in setting.sources
        )
    )
    added = {
        "DATA_DIR": str(setting.data_dir),
        "LODESTAR_SOURCES": str(sources_file.resolve()),
        "LODESTAR_PRIVACY_KEYS": _PRIVACY_KEYS,
        "SANDBOX_URL": base,
    }
    for name in ("no_proxy", "NO_PROXY"):
        added[name] = ",".join(part for part in (inherited.get(name), "127.0.0.1", "localhost") if part)
    for spec in setting.sources:
        login, password = CREDENTIALS[spec.vendor]
        connection = {
            "conn_type": "http",
            "host": f"{base}/{spec.name}",
            "login": login,
            "password": password,
        }
        added[f"AIRFLOW_CONN_{spec.name.upper()}"] = json.dumps(connection)
    seeds = {seeds.resolve() for spec in setting.sources if (seeds := spec.directory / "seeds").is_dir()}
    if len(seeds) == 1:
        added["LODESTAR_SEEDS"] = str(seeds.pop())
    if setting.now is not None:
        added["LODESTAR_NOW"] = setting.now
    return {**inherited, **added}


def _sites(spec: SourceSpec) -> str:
    """The line of sources.toml that tells where simulated people find their forum: tickets link to there."""
    is_simulated_forum = spec.vendor == "discourse" and (spec.directory / "truth").is_dir()
    return f'sites = ["{FORUM_HOST}"]\n' if is_simulated_forum else ""


def run_with(setting: Setting, command: Sequence[str]) -> int:
    """Start the server, run the command, stop the server; the command's exit code (128 + n for signal n).

    SIGTERM and SIGHUP go on to the command, so does SIGINT where no terminal sends it to both. The server
    ends with this process however that ends, because it reads our end of a pipe.
    """
    sock = listen("127.0.0.1", 0)
    base = f"http://127.0.0.1:{sock.getsockname()[1]}"
    variables = environment(setting, base, os.environ)
    arguments = [
        part
        for spec in setting.sources
        for part in ("--source", f"{spec.name}={spec.vendor}:{spec.directory}")
    ]
    server = subprocess.Popen(
        [sys.executable, "-m", "sandbox", "serve", *arguments, *setting.server_arguments,
         "--socket", str(sock.fileno()), "--until-input-ends", "--quiet"],
        stdin=subprocess.PIPE,
        pass_fds=[sock.fileno()],
        start_new_session=True,
    )  # fmt: skip
    try:
        _wait_until_up(server, base)
        return _run_command(command, variables)
    finally:
        _stop(server)
        sock.close()


def _wait_until_up(server: subprocess.Popen[bytes], base: str) -> None:
    deadline = time.monotonic() + _START_SECONDS
    direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    while time.monotonic() < deadline:
        if server.poll() is not None:
            raise StartError("the sandbox's server did not start; its message is above.")
        try:
            with direct.open(f"{base}/_sandbox/clock", timeout=5):
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.05)
    raise StartError(f"the sandbox's server did not answer within {_START_SECONDS} s.")


def _run_command(command: Sequence[str], variables: Mapping[str, str]) -> int:
    try:
        child = subprocess.Popen(command, env=dict(variables))
    except OSError as error:
        raise StartError(f"can't run {command[0]} ({error.strerror}).") from None

    def pass_on(number: int, frame: FrameType | None) -> None:
        if child.poll() is None and not (number == signal.SIGINT and os.isatty(0)):
            child.send_signal(number)

    before = {one: signal.signal(one, pass_on) for one in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)}
    try:
        code = child.wait()
    finally:
        for one, handler in before.items():
            signal.signal(one, handler)
    return 128 - code if code < 0 else code


def _stop(server: subprocess.Popen[bytes]) -> None:
    if server.stdin is not None:
        server.stdin.close()
    try:
        server.wait(timeout=5)
    except subprocess.TimeoutExpired:
        server.kill()
        server.wait()
