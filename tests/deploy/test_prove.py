"""The proof's reading of the compose file; the proof itself is `make prove-deploy`, minutes of work."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.deploy.compose import Deployment, DeploymentFailed, Service, descendants, interpolated
from tests.deploy.prove import PORTS, made_secrets, sources


@pytest.fixture
def deployment(tmp_path: Path) -> Iterator[Deployment]:
    root = tmp_path / "deployment"
    root.mkdir()
    ports = {name: 20000 + number for number, name in enumerate(PORTS)}
    made = Deployment(root, None, ports, made_secrets(), Path("/usr/bin"), {"AIRFLOW__X": "1"})
    made.prepare(sources())
    yield made
    made.remove()


def test_variables_are_filled_in_as_compose_does() -> None:
    written = {"a": ["${NAME:-default}", "${SECRET:?set it}", "$${HOSTNAME}"], "b": 3}
    assert interpolated(written, {"SECRET": "s"}) == {"a": ["default", "s", "${HOSTNAME}"], "b": 3}
    assert interpolated("${NAME:-default}", {"NAME": "given"}) == "given"


def test_a_secret_that_is_not_set_stops_the_deployment() -> None:
    with pytest.raises(DeploymentFailed, match="SECRET is not set: see"):
        interpolated("${SECRET:?see .env.example}", {"SECRET": ""})


def test_no_service_is_told_an_address_or_a_folder_of_a_container(deployment: Deployment) -> None:
    for name in deployment.services:
        for variable, value in deployment.environment_of(name).items():
            assert "@postgres" not in value and "redis:6379" not in value, variable
            assert not value.startswith(("/data", "/app", "/opt/")), variable
    worker = deployment.environment_of("worker")
    assert worker["DATA_DIR"] == str(deployment.root / "data")
    assert worker["AIRFLOW__CORE__EXECUTOR"] == "CeleryExecutor"
    assert worker["AIRFLOW__CORE__EXECUTION_API_SERVER_URL"] == "http://127.0.0.1:20002/execution/"
    assert worker["AIRFLOW__CELERY__BROKER_URL"].endswith("@127.0.0.1:20001/0")
    assert worker["AIRFLOW__X"] == "1"


def test_the_image_is_what_the_dockerfile_copies_and_cannot_be_written(deployment: Deployment) -> None:
    app = deployment.root / "app"
    assert (app / "dags" / "community_daily.py").is_file()
    assert not (app / "tests").exists()
    assert not list(app.rglob("__pycache__"))
    assert all(path.stat().st_mode & 0o222 == 0 for path in app.rglob("*"))
    assert (app / "sources.toml").read_text() == sources()


def test_only_the_forum_is_read_slowly() -> None:
    paces = re.findall(r'vendor = "(\w+)"\nrequests_per_minute = (\d+)', sources())
    assert dict(paces) == {"discourse": "300", "uservoice": "60000", "zendesk": "60000"}


def test_killing_a_service_ends_what_came_of_it(tmp_path: Path) -> None:
    process = subprocess.Popen(["sh", "-c", "sh -c 'sleep 60; true' & wait"], text=True)
    while len(below := descendants(process.pid)) < 2:
        time.sleep(0.01)
    service = Service("worker", process, dict(os.environ), tmp_path / "log")
    service.kill()
    deadline = time.monotonic() + 10
    while any(_alive(pid) for pid in below) and time.monotonic() < deadline:
        time.sleep(0.01)
    assert not any(_alive(pid) for pid in below)


def test_without_the_packages_it_says_what_to_install(tmp_path: Path) -> None:
    code = (
        "import sys; from tests.deploy import prove; prove.postgres_binaries = lambda: None; "
        "sys.argv = ['prove']; sys.exit(prove.main())"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.returncode == 2
    assert "apt-get install postgresql redis-server" in done.stderr


def _alive(pid: int) -> bool:
    """Whether the process is there and no zombie that nobody has waited for."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False
