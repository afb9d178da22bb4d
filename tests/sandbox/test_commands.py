"""The sandbox's commands: mistakes, and commands run beside a server."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
import requests

from tests.sandbox.servers import ROOT


def sandbox(*arguments: str, **more: Any) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "sandbox", *arguments],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
        **more,
    )


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((), "no source to serve"),
        (("--source", "forum"), "give NAME=VENDOR:DIR"),
        (("--source", "Forum=discourse:{world}"), "a name is small letters"),
        (("--source", "forum=phpbb:{world}"), "known: discourse, uservoice, zendesk"),
        (("--source", "forum=discourse:/nowhere"), "/nowhere/discourse does not exist"),
        (("--source", "a=discourse:{world}", "--source", "a=zendesk:{world}"), "given twice"),
        (("--source", "a=discourse:{world}", "--option", "a.speed=1"), "known: posts_window"),
        (("--source", "a=discourse:{world}", "--option", "a.directory=maybe"), "one of on, off"),
        (("--source", "a=discourse:{world}", "--option", "b.directory=on"), "name of a source"),
        (("--source", "a=discourse:{world}", "--now", "soon"), "'soon' is no ISO time"),
        (("--source", "a=discourse:{world}", "--faults", "1:0.5:fire"), "unknown kinds fire"),
    ],
)
def test_a_mistake_is_one_clear_line(world, arguments, message):
    given = [text.replace("{world}", str(world)) for text in arguments]
    ended = sandbox("serve", "--port", "0", *given)
    assert ended.returncode == 1
    assert ended.stderr.startswith("error: ")
    assert message in ended.stderr
    assert ended.stderr.count("\n") == 1


def test_a_taken_port_is_one_clear_line(world):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        ended = sandbox(
            "serve", "--port", str(taken.getsockname()[1]), "--source", f"forum=discourse:{world}"
        )
    assert (ended.returncode, ended.stderr.count("\n")) == (1, 1)
    assert "can't listen on 127.0.0.1" in ended.stderr


SHOW = """
import json, os, sys, urllib.request
names = [name for name in os.environ if name.startswith(("AIRFLOW_CONN_", "LODESTAR_", "SANDBOX_"))]
found = {name: os.environ[name] for name in [*names, "DATA_DIR"]}
address = json.loads(found["AIRFLOW_CONN_FORUM"])["host"]
found["posts"] = urllib.request.urlopen(address + "/posts.json").status
print(json.dumps(found))
sys.exit(7)
"""


def test_a_command_gets_connections_sources_keys_and_seeds(world, tmp_path):
    (world / "seeds").mkdir(exist_ok=True)
    ended = sandbox(
        "with", "--simulate", str(world), "--data-dir", str(tmp_path), "--now", "2026-03-01T00:00:00Z",
        "--", sys.executable, "-c", SHOW,
    )  # fmt: skip
    assert ended.returncode == 7, ended.stderr
    found = json.loads(ended.stdout)
    assert found["posts"] == 200
    assert (found["DATA_DIR"], found["LODESTAR_NOW"]) == (str(tmp_path), "2026-03-01T00:00:00Z")
    assert found["LODESTAR_SEEDS"] == str(world / "seeds")
    assert found["LODESTAR_PRIVACY_KEYS"].startswith("sandbox:")
    desk = json.loads(found["AIRFLOW_CONN_DESK"])
    assert (desk["login"], desk["password"]) == ("agent@sandbox.example", "sandbox-token")
    toml = (tmp_path / "sandbox" / "sources.toml").read_text()
    assert found["LODESTAR_SOURCES"] == str(tmp_path / "sandbox" / "sources.toml")
    assert [line for line in toml.splitlines() if line.startswith("[")] == [
        "[sources.forum]",
        "[sources.ideas]",
        "[sources.desk]",
    ]
    with pytest.raises(requests.ConnectionError):
        requests.get(found["SANDBOX_URL"], timeout=5)


def test_a_command_that_cant_run_or_is_missing_is_one_clear_line(world, tmp_path):
    source = ("--source", f"forum=discourse:{world}", "--data-dir", str(tmp_path))
    ended = sandbox("with", *source, "--", "/no/such/command")
    assert (ended.returncode, ended.stderr) == (
        1,
        "error: can't run /no/such/command (No such file or directory).\n",
    )
    assert sandbox("with", *source).returncode == 2


WAIT = """
import os, signal, sys, time
signal.signal(signal.SIGTERM, lambda number, frame: sys.exit(33))
print(os.environ["SANDBOX_URL"], flush=True)
time.sleep(60)
"""


def start_waiting(world: Path, tmp_path: Path) -> tuple[subprocess.Popen[str], str]:
    running = subprocess.Popen(
        [
            sys.executable, "-m", "sandbox", "with", "--source", f"forum=discourse:{world}",
            "--data-dir", str(tmp_path), "--", sys.executable, "-c", WAIT,
        ],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )  # fmt: skip
    assert running.stdout is not None
    return running, running.stdout.readline().strip()


def is_gone(address: str) -> bool:
    for _ in range(100):
        try:
            requests.get(address, timeout=5)
        except requests.RequestException:
            return True
        time.sleep(0.05)
    return False


def test_a_signal_goes_on_to_the_command(world, tmp_path):
    running, address = start_waiting(world, tmp_path)
    running.send_signal(signal.SIGTERM)
    assert running.wait(timeout=20) == 33
    assert is_gone(address)


def test_the_server_ends_with_us_even_if_we_are_killed(world, tmp_path):
    running, address = start_waiting(world, tmp_path)
    try:
        running.kill()
        running.wait(timeout=20)
        assert is_gone(address)
    finally:
        # The command outlives a killed parent; its session is ours alone.
        os.killpg(running.pid, signal.SIGKILL)
