"""docker-compose.yml: valid, no password of its own, every service watched."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).parents[2]
COMPOSE = ROOT / "docker-compose.yml"
ENVIRONMENT_EXAMPLE = (ROOT / ".env.example").read_text("utf-8")

ENDS_BY_ITSELF = {"migrate", "demo-connections"}
"""Services that run once: how they ended says more than a health check could."""

SECRETS = {
    "POSTGRES_PASSWORD",
    "REDIS_PASSWORD",
    "AIRFLOW_FERNET_KEY",
    "AIRFLOW_API_SECRET_KEY",
    "AIRFLOW_JWT_SECRET",
    "AIRFLOW_PASSWORD",
    "LODESTAR_PRIVACY_KEYS",
}

OPTIONAL = {("OPENLINEAGE_API_KEY", "")}
"""Secrets of what not everybody has, empty by default."""

_VARIABLE = re.compile(r"(?<!\$)\$\{([A-Z_]+)(:[-?])?([^}]*)\}")


@pytest.fixture(scope="module")
def services() -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = yaml.safe_load(COMPOSE.read_text("utf-8"))["services"]
    return found


def strings(value: Any) -> list[str]:
    if isinstance(value, dict):
        return [text for each in value.values() for text in strings(each)]
    if isinstance(value, list):
        return [text for each in value for text in strings(each)]
    return [value] if isinstance(value, str) else []


@pytest.fixture
def compose_config(tmp_path) -> Callable[..., subprocess.CompletedProcess[str]]:
    """`docker-compose config` with these variables alone: no .env of this machine is read."""
    command = shutil.which("docker-compose") or ""
    if not command:
        pytest.skip("docker-compose is not installed; the checks of the YAML still run")
    (tmp_path / "empty.env").touch()

    def run(**environment: str) -> subprocess.CompletedProcess[str]:
        options = ["--file", str(COMPOSE), "--profile", "demo", "--env-file", str(tmp_path / "empty.env")]
        return subprocess.run(
            [command, *options, "config", "--quiet"],
            env={"PATH": os.environ["PATH"], **environment},
            capture_output=True,
            text=True,
            check=False,
        )

    return run


def test_compose_accepts_the_file_once_every_secret_is_set(compose_config):
    result = compose_config(**dict.fromkeys(SECRETS, "0123abcd"))
    assert (result.returncode, result.stderr) == (0, "")


@pytest.mark.parametrize("missing", sorted(SECRETS))
def test_compose_refuses_to_start_without_a_secret(missing, compose_config):
    result = compose_config(**dict.fromkeys(SECRETS - {missing}, "0123abcd"))
    assert result.returncode != 0
    assert "see .env.example" in result.stderr


def test_every_secret_is_demanded_and_none_has_a_default(services):
    used = [found for text in strings(services) for found in _VARIABLE.findall(text)]
    demanded = {name for name, operator, _ in used if operator == ":?"}
    assert demanded == SECRETS
    secret = re.compile("PASSWORD|SECRET|KEY|TOKEN")
    given = {(name, default) for name, operator, default in used if operator != ":?" and secret.search(name)}
    assert given == OPTIONAL


def test_no_password_is_written_into_the_file(services):
    for name, service in services.items():
        environment = service.get("environment", {})
        for variable, value in environment.items():
            if re.search("PASSWORD$|SECRET|_KEY|AUTH$", variable):
                assert _VARIABLE.fullmatch(str(value)), f"{name}: {variable} must come from the environment"
            if "://" in str(value) and "@" in str(value):
                login = str(value).partition("://")[2].rpartition("@")[0]
                assert _VARIABLE.search(login), f"{name}: {variable} carries a password"


def test_every_service_has_a_health_check_or_ends_by_itself(services):
    unwatched = {name for name, service in services.items() if "healthcheck" not in service}
    assert unwatched == ENDS_BY_ITSELF
    assert {services[name]["restart"] for name in ENDS_BY_ITSELF} == {"no"}


def test_airflow_3_is_there_with_all_its_processes(services):
    commands = {" ".join(map(str, service.get("command", []))) for service in services.values()}
    for process in ("airflow scheduler", "airflow dag-processor", "airflow triggerer", "airflow db migrate"):
        assert process in commands
    assert "exec airflow api-server" in (ROOT / "deploy" / "api-server.sh").read_text("utf-8")


def test_one_worker_serves_the_queue_that_opens_the_database(services):
    queues = {
        name: service["command"][service["command"].index("--queues") + 1]
        for name, service in services.items()
        if "worker" in service.get("command", [])
    }
    assert queues == {"worker": "default", "warehouse-worker": "warehouse"}
    holders = {name for name, service in services.items() if "data:/data" in service.get("volumes", [])}
    assert holders == set(queues)
    assert all("hostname" not in services[name] and "container_name" not in services[name] for name in queues)


def test_pages_listen_on_this_host_only_and_their_server_cannot_write(services):
    published = [port for service in services.values() for port in service.get("ports", [])]
    assert len(published) == 2
    assert all(":-127.0.0.1:" in port for port in published)
    assert services["docs"]["read_only"] is True
    assert all(volume.endswith(":ro") for volume in services["docs"]["volumes"])


def test_no_service_fills_the_disk_with_what_it_prints(services):
    for name, service in services.items():
        assert service["logging"]["options"].keys() == {"max-size", "max-file"}, name


def test_no_process_of_the_image_can_gain_rights(services):
    ours = [service for service in services.values() if str(service["image"]).startswith("${LODESTAR_IMAGE")]
    for service in [*ours, services["docs"]]:
        assert service["cap_drop"] == ["ALL"]
        assert service["security_opt"] == ["no-new-privileges:true"]


def test_pages_are_served_by_the_user_who_wrote_them(services):
    dockerfile = (ROOT / "Dockerfile").read_text("utf-8")
    [uid] = re.findall(r"useradd --uid (\d+)", dockerfile)
    assert services["docs"]["user"] == f"{uid}:{uid}"


def test_a_task_of_days_is_not_handed_to_a_second_worker(services):
    settings = services["worker"]["environment"]
    assert int(settings["AIRFLOW__CELERY_BROKER_TRANSPORT_OPTIONS__VISIBILITY_TIMEOUT"]) >= 7 * 24 * 3600


def test_only_the_demo_starts_the_sandbox(services):
    demo = {name for name, service in services.items() if service.get("profiles") == ["demo"]}
    assert demo == {"sandbox", "demo-connections"}


def test_every_file_and_volume_it_names_exists(services):
    volumes = yaml.safe_load(COMPOSE.read_text("utf-8"))["volumes"]
    for service in services.values():
        for mounted in service.get("volumes", []):
            place = mounted.split(":")[0]
            assert (ROOT / place).exists() if place.startswith(".") else place in volumes, mounted
    dockerfile = (ROOT / "Dockerfile").read_text("utf-8")
    for line in re.findall(r"^COPY (?!--from)(.+)$", dockerfile, re.M):
        for source in line.split()[:-1]:
            assert (ROOT / source).exists(), source


def test_every_variable_is_explained_in_the_example():
    named = set(re.findall(r"^#?([A-Z_]+)=", ENVIRONMENT_EXAMPLE, re.M))
    used = {name for name, _, _ in _VARIABLE.findall(COMPOSE.read_text("utf-8"))}
    assert used <= named
    lines = ENVIRONMENT_EXAMPLE.splitlines()
    for number, line in enumerate(lines):
        if re.match(r"#?[A-Z_]+=", line):
            before = lines[number - 1]
            assert before.startswith("# ") or re.match(r"#?[A-Z_]+=", before), f"{line} has no comment"


def test_the_example_holds_no_secret():
    for name in SECRETS:
        assert re.search(rf"^{name}=$", ENVIRONMENT_EXAMPLE, re.M), f"{name} must be empty in .env.example"


def test_the_image_holds_every_package_that_its_code_imports() -> None:
    dockerfile = (ROOT / "Dockerfile").read_text("utf-8")
    copied = {name for name in re.findall(r"^COPY (\w+) \w+$", dockerfile, re.M) if (ROOT / name).is_dir()}
    ours = {path.name for path in ROOT.iterdir() if any(path.glob("*.py"))}
    imported = {
        package
        for folder in copied
        for path in (ROOT / folder).rglob("*.py")
        for package in re.findall(r"^\s*(?:from|import) (\w+)", path.read_text("utf-8"), re.M)
    }
    assert imported & ours <= copied
