"""What the containers run."""

from __future__ import annotations

import json
import os
import stat
import subprocess
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from deploy.answers import answers
from extractors.config import Connection, load_sources
from sandbox.run_with import CREDENTIALS

ROOT = Path(__file__).parents[2]


class Answering(BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200 if self.path == "/health" else 503)
        self.end_headers()

    def log_message(self, *_):
        pass


@pytest.fixture
def server():
    with HTTPServer(("127.0.0.1", 0), Answering) as http:
        thread = threading.Thread(target=http.serve_forever, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{http.server_port}"
        http.shutdown()
        thread.join()


def test_a_health_check_tells_an_answer_from_an_error_and_from_silence(server):
    assert answers(f"{server}/health")
    assert not answers(f"{server}/broken")
    assert not answers("http://127.0.0.1:1/health")


def test_the_demo_connects_each_configured_source_with_what_the_sandbox_accepts():
    connections = json.loads((ROOT / "deploy" / "demo-connections.json").read_text("utf-8"))
    sources = load_sources(ROOT / "sources.toml", environ={})
    assert set(connections) == {source.name for source in sources}
    for source in sources:
        connection = Connection.parse(json.dumps(connections[source.name]))
        assert connection.base_url == f"http://sandbox:8900/{source.name}"
        assert (connection.login, connection.password) == CREDENTIALS[source.vendor]


def test_the_api_server_gets_its_user_from_the_environment_in_a_private_file(tmp_path):
    started = tmp_path / "airflow"
    started.write_text('#!/bin/sh\necho "$@ password=${AIRFLOW_PASSWORD:-gone}"\n')
    started.chmod(0o755)
    passwords = tmp_path / "passwords.json"
    result = subprocess.run(
        ["sh", str(ROOT / "deploy" / "api-server.sh")],
        env={
            "PATH": f"{tmp_path}:{ROOT / '.venv' / 'bin'}:{os.environ['PATH']}",
            "AIRFLOW_USER": "ada",
            "AIRFLOW_PASSWORD": 'with "quotes"',
            "AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_PASSWORDS_FILE": str(passwords),
        },
        capture_output=True,
        text=True,
        check=True,
    )
    assert result.stdout == "api-server password=gone\n"
    assert json.loads(passwords.read_text()) == {"ada": 'with "quotes"'}
    assert stat.S_IMODE(passwords.stat().st_mode) == 0o600


def test_hooks_before_a_commit_run_the_commands_of_make_check():
    yaml = pytest.importorskip("yaml")
    [repository] = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text("utf-8"))["repos"]
    assert repository["repo"] == "local"
    hooks = {hook["entry"].removeprefix(".venv/bin/") for hook in repository["hooks"]}
    checks = (ROOT / "scripts" / "check.sh").read_text("utf-8")
    for hook in hooks:
        assert hook.split(" --")[0].split()[0] in checks
    for command in ("ruff check", "ruff format --check", "mypy", "sqlfluff lint", "dbt", "dbt-bouncer"):
        assert any(hook.startswith(command) for hook in hooks), command
