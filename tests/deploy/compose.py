"""docker-compose.yml without an engine: its services as processes of this machine.

Commands, environment, health checks, dependencies and restart policies are the file's. The image's files
are those that the Dockerfile copies, and can't be written. What differs without containers is all in
`Deployment`: folders in place of volumes, addresses of this machine in place of the services' names.
"""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

import yaml

ROOT = Path(__file__).parents[2]
COMPOSE = ROOT / "docker-compose.yml"
VARIABLE = re.compile(r"(?<!\$)\$\{([A-Z_]+)(?:(:[-?])([^}]*))?\}")
LEFT_OUT = shutil.ignore_patterns("__pycache__", ".ruff_cache", ".mypy_cache", "target", "logs", ".user.yml")
"""What .dockerignore keeps out of the image."""
NOGROUP = 65534


class DeploymentFailed(Exception):
    """A service did not come up or ended; the message names it and ends with its last lines."""


def interpolated(value: Any, given: Mapping[str, str]) -> Any:
    """A value of the compose file with its variables filled in."""
    if isinstance(value, dict):
        return {name: interpolated(each, given) for name, each in value.items()}
    if isinstance(value, list):
        return [interpolated(each, given) for each in value]
    if not isinstance(value, str):
        return value

    def filled(found: re.Match[str]) -> str:
        name, operator, rest = found.groups()
        if not given.get(name) and operator == ":?":
            raise DeploymentFailed(f"{name} is not set: {rest}")
        return given.get(name) or (rest if operator == ":-" else "")

    return VARIABLE.sub(filled, value).replace("$$", "$")


def image_environment() -> dict[str, str]:
    """What the Dockerfile's last ENV sets."""
    text = (ROOT / "Dockerfile").read_text("utf-8")
    [block] = re.findall(r"^ENV ((?:.*\\\n)*.*)$", text, re.M)
    return dict(pair.split("=", 1) for pair in block.replace("\\\n", " ").split())


@dataclass
class Service:
    """A running service, or one that ended by itself."""

    name: str
    process: subprocess.Popen[str]
    environment: dict[str, str]
    log: Path
    tests: list[list[str]] = field(default_factory=list)

    @property
    def tree(self) -> list[int]:
        """Ids of its processes: the first one and all that came of it."""
        return [self.process.pid, *descendants(self.process.pid)]

    def resident(self) -> int:
        """Bytes of memory its processes hold; what they share is counted once, in equal parts."""
        return sum(_proportional(pid) for pid in self.tree)

    def kill(self, how: int = signal.SIGKILL) -> None:
        """Signal every process of it, as an engine ends a container."""
        for pid in self.tree:
            try:
                os.kill(pid, how)
            except ProcessLookupError:
                continue
        self.process.wait(timeout=60)

    def last_lines(self, count: int = 30) -> str:
        """The end of what it wrote."""
        return "\n".join(self.log.read_text("utf-8", "replace").splitlines()[-count:])


def descendants(pid: int) -> list[int]:
    """All processes that came of `pid`."""
    children: dict[int, list[int]] = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        children.setdefault(int(fields[1]), []).append(int(stat.parent.name))
    found = list(children.get(pid, []))
    for each in found:
        found.extend(children.get(each, []))
    return found


def _proportional(pid: int) -> int:
    try:
        found = re.search(r"^Pss:\s+(\d+) kB", Path(f"/proc/{pid}/smaps_rollup").read_text(), re.M)
    except OSError:
        return 0
    return int(found[1]) * 1024 if found else 0


@dataclass
class Deployment:
    """The compose file's services under one folder."""

    root: Path
    user: int | None
    """Whom PostgreSQL runs as, which refuses root; None: the caller."""
    ports: Mapping[str, int]
    """A free port for each service that listens, by its name."""
    given: Mapping[str, str]
    """What .env would hold."""
    postgres_bin: Path
    changed: Mapping[str, str] = field(default_factory=dict)
    """Airflow settings that differ from the compose file's."""
    running: dict[str, Service] = field(default_factory=dict)
    say: Callable[[str], None] = print

    def __post_init__(self) -> None:
        self.services: dict[str, dict[str, Any]] = yaml.safe_load(COMPOSE.read_text("utf-8"))["services"]

    @property
    def data_dir(self) -> Path:
        return self.root / "data"

    @property
    def logs(self) -> Path:
        """What each service wrote to its output."""
        return self.root / "output"

    def prepare(self, sources: str) -> None:
        """The image's files, and empty volumes that belong to the processes' user."""
        app = self.root / "app"
        app.mkdir()
        for line in re.findall(r"^COPY (?!--from)(.+)$", (ROOT / "Dockerfile").read_text("utf-8"), re.M):
            *files, target = line.split()
            if files == ["requirements.lock"]:
                continue
            for name in files:
                if (ROOT / name).is_dir():
                    shutil.copytree(ROOT / name, app / target, ignore=LEFT_OUT)
                else:
                    shutil.copy(ROOT / name, app / target)
        # Mounted over the image's own: which sources there are.
        (app / "sources.toml").write_text(sources)
        for path in (app / "deploy").iterdir():
            if path.is_file():
                path.write_text(self.here(path.read_text("utf-8")))
        for path in sorted(app.rglob("*"), reverse=True):
            path.chmod(0o555 if path.is_dir() else 0o444)
        for name in (
            "data",
            "data/published",
            "airflow",
            "airflow/logs",
            "home",
            "redis",
            "sandbox",
            "output",
        ):
            (self.root / name).mkdir()
        self._put_published_elsewhere()

    def _put_published_elsewhere(self) -> None:
        """The volume `published` on a file system of its own: no file can be renamed into a volume."""
        memory = Path("/dev/shm")
        if memory.is_dir() and memory.stat().st_dev != self.root.stat().st_dev:
            volume = Path(tempfile.mkdtemp(prefix="prove-deploy-published-", dir=memory))
            (self.data_dir / "published").rmdir()
            (self.data_dir / "published").symlink_to(volume)

    def here(self, text: str) -> str:
        """The file's text with this machine's addresses and folders for the containers'."""
        ports, root = self.ports, str(self.root)
        replaced = {
            "@postgres/": f"@127.0.0.1:{ports['postgres']}/",
            "@redis:6379": f"@127.0.0.1:{ports['redis']}",
            "http://api-server:8080": f"http://127.0.0.1:{ports['api-server']}",
            "127.0.0.1:8080": f"127.0.0.1:{ports['api-server']}",
            "127.0.0.1:8974": f"127.0.0.1:{ports['scheduler']}",
            "127.0.0.1:8900": f"127.0.0.1:{ports['sandbox']}",
            "http://sandbox:8900": f"http://127.0.0.1:{ports['sandbox']}",
            "--host 0.0.0.0 --port 8900": f"--port {ports['sandbox']}",
            "/opt/airflow": f"{root}/airflow",
            "/opt/venv": sys.prefix,
            "/tmp/redis.conf": f"{root}/redis/redis.conf",
            "exec redis-server": f"cd {root}/redis && exec redis-server",
            "redis-cli ": f"redis-cli -p {ports['redis']} ",
        }
        for old, new in replaced.items():
            text = text.replace(old, new)
        text = re.sub(r"(exec redis-server \S+)", rf"\1 --port {ports['redis']} --bind 127.0.0.1", text)
        return re.sub(r"(?<![\w/.-])/(app|data)(?=[/\s:]|$)", rf"{root}/\1", text)

    def environment_of(self, name: str) -> dict[str, str]:
        """The image's environment and the compose file's, as the processes of a service see them."""
        service = self.services[name]
        environment = {
            "HOME": str(self.root / "home"),
            "HOSTNAME": os.uname().nodename,
            "NO_PROXY": "127.0.0.1,localhost",
            "PGHOST": "127.0.0.1",
            "PGPORT": str(self.ports["postgres"]),
            "TMPDIR": str(self.root / "home"),
        }
        if service.get("image", "").startswith("${LODESTAR_IMAGE"):
            for variable, value in image_environment().items():
                environment[variable] = self.here(value)
        else:
            environment["PATH"] = "$PATH"
        for variable, written in (service.get("environment") or {}).items():
            filled = self.given.get(variable) if written is None else interpolated(written, self.given)
            if filled is not None:
                environment[variable] = self.here(filled)
        environment["PATH"] = environment["PATH"].replace("$PATH", os.environ.get("PATH", "/usr/bin:/bin"))
        if name == "sandbox":
            environment["DATA_DIR"] = str(self.root / "sandbox")
        own = {
            "AIRFLOW__API__HOST": "127.0.0.1",
            "AIRFLOW__API__PORT": str(self.ports["api-server"]),
            "AIRFLOW__SCHEDULER__SCHEDULER_HEALTH_CHECK_SERVER_PORT": str(self.ports["scheduler"]),
            "AIRFLOW__LOGGING__TRIGGER_LOG_SERVER_PORT": str(self.ports["triggerer"]),
        }
        return environment | own | dict(self.changed)

    def start(self, name: str, *, like: str | None = None) -> Service:
        """Start a service and wait until its health check passes, or until it ended if it runs once.

        With `like` it is one more of that service.
        """
        service = self.services[like or name]
        for needed in service.get("depends_on") or {}:
            if needed not in self.running:
                self.start(needed)
        began, own = time.monotonic(), dict[str, str]()
        command = [self.here(part) for part in interpolated(service.get("command") or [], self.given)]
        if "worker" in command:
            # Containers have host names of their own.
            command += ["--celery-hostname", f"celery@{name}"]
            own = {"HOSTNAME": name, "AIRFLOW__LOGGING__WORKER_LOG_SERVER_PORT": str(self.ports[name])}
        variables = self.environment_of(like or name) | own
        if name == "postgres":
            command = self._postgres(variables)
        log = self.logs / f"{name}.log"
        with log.open("a") as output:
            process = self._popen(command, variables, output, self.user if name == "postgres" else None)
        started = Service(name, process, variables, log)
        self.running[name] = started
        if service.get("restart") == "no":
            if process.wait(timeout=300) != 0:
                raise DeploymentFailed(f"{name} ended with {process.returncode}:\n{started.last_lines()}")
        else:
            self._until_healthy(started, service["healthcheck"]["test"])
        self.say(f"{name}: {'done' if service.get('restart') == 'no' else 'healthy'} after "
                 f"{time.monotonic() - began:.1f} s")  # fmt: skip
        return started

    def run(
        self, command: list[str], environment: dict[str, str], name: str, user: int | None = None
    ) -> None:
        """A command of the deployment that ends by itself; DeploymentFailed if it does not end well."""
        log = self.logs / f"{name}.log"
        with log.open("a") as output:
            code = self._popen(command, environment, output, user).wait()
        if code != 0:
            raise DeploymentFailed(f"{name} ended with {code}:\n{log.read_text('utf-8')[-3000:]}")

    def _popen(
        self, command: list[str], environment: dict[str, str], output: IO[str], user: int | None = None
    ) -> subprocess.Popen[str]:
        if user is not None:
            switched: dict[str, Any] = {"user": user, "group": NOGROUP, "extra_groups": []}
        else:
            switched = {}
            if os.geteuid() == 0:
                # Root without its powers: file modes bind it as they bind the image's user.
                command = ["setpriv", "--bounding-set=-all", "--inh-caps=-all", *command]
        return subprocess.Popen(
            command,
            cwd=self.root / "app",
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            text=True,
            start_new_session=True,
            **switched,
        )

    def _postgres(self, environment: dict[str, str]) -> list[str]:
        """What the image's entry point does: a database with the user and password of the environment."""
        folder = self.root / "postgres"
        server, make = str(self.postgres_bin / "postgres"), str(self.postgres_bin / "initdb")
        name, password = environment["POSTGRES_USER"], folder / "password"
        folder.mkdir()
        password.write_text(environment["POSTGRES_PASSWORD"])
        if self.user is not None:
            for path in (folder, password):
                os.chown(path, self.user, -1)
        files = str(folder / "data")
        create = (
            f"echo 'create database {environment['POSTGRES_DB']}' | {server} --single -D {files} postgres"
        )
        for command in (
            [make, "-D", files, "-U", name, "-A", "scram-sha-256", f"--pwfile={password}", "--no-locale"],
            ["sh", "-c", create],
        ):
            self.run(command, environment, "initdb", self.user)
        password.unlink()
        options = ("listen_addresses=127.0.0.1", f"unix_socket_directories={folder}")
        settings = [part for option in options for part in ("-c", option)]
        return [server, "-D", files, "-p", environment["PGPORT"], *settings]

    def _until_healthy(self, service: Service, test: list[str], seconds: float = 240) -> None:
        kind, *rest = [self.here(part) for part in interpolated(test, self.given)]
        command = ["sh", "-c", rest[0]] if kind == "CMD-SHELL" else rest
        if command[0] == "pg_isready":
            command[0] = str(self.postgres_bin / "pg_isready")
        end = time.monotonic() + seconds
        with (self.logs / "health.log").open("a") as output:
            while time.monotonic() < end:
                if service.process.poll() is not None:
                    raise DeploymentFailed(
                        f"{service.name} ended with {service.process.returncode}:\n{service.last_lines()}"
                    )
                if self._popen(command, service.environment, output).wait() == 0:
                    return
                time.sleep(0.5)
        raise DeploymentFailed(f"{service.name} did not become healthy:\n{service.last_lines()}")

    def remove(self) -> None:
        """Delete what the deployment wrote."""
        published = self.data_dir / "published"
        if published.is_symlink():
            shutil.rmtree(published.resolve())
        shutil.rmtree(self.root)

    def stop(self) -> None:
        """End every process of every service, also those whose parent is gone."""
        for service in reversed(self.running.values()):
            service.kill()
        for cwd in Path("/proc").glob("[0-9]*/cwd"):
            try:
                if cwd.readlink().is_relative_to(self.root):
                    os.kill(int(cwd.parent.name), signal.SIGKILL)
            except OSError:
                continue
