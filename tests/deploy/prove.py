"""`make prove-deploy`: docker-compose.yml carries the daily load, and a worker killed halfway costs nothing.

Starts what the compose file's profile `demo` names (PostgreSQL, Redis, Airflow's processes, the sandbox) with
the file's own commands, settings and health checks, as a user who can't write the program's files; adds a
second worker of the queue `default`; triggers `community_daily` through the REST API, kills the worker that
reads the forum with SIGKILL, and compares what was loaded with an undisturbed load. It needs no container
engine but Debian's packages `postgresql` and `redis-server`: they run on free ports of 127.0.0.1 and end with
the proof.

Exit code 0: proven; 1: not, and the last lines say why; 2: the packages are missing.
"""

from __future__ import annotations

import argparse
import base64
import json
import os
import pwd
import secrets
import shutil
import signal
import socket
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any
from urllib.error import HTTPError

from extractors.clock import iso, now
from tests.deploy.compose import ROOT, Deployment, DeploymentFailed, Service, descendants
from tests.end_to_end.pipeline import Rows, ask, differences, rows

DAG = "community_daily"
UNBOUND = 60000
FORUM_REQUESTS_PER_MINUTE = 300
"""Slow enough that the forum is still being read when its worker is killed."""
CHANGED = {
    "AIRFLOW__SCHEDULER__TASK_INSTANCE_HEARTBEAT_TIMEOUT": "30",
}
"""Airflow settings that only shorten the proof: how long a silent task counts as alive (default 300 s)."""
PORTS = (
    "postgres",
    "redis",
    "api-server",
    "scheduler",
    "sandbox",
    "triggerer",
    "worker",
    "warehouse-worker",
    "second worker",
)


class NotProven(Exception):
    """What did not hold."""


def main() -> int:
    """Run the proof; the exit code."""
    parser = argparse.ArgumentParser(prog="python -m tests.deploy.prove", description=__doc__)
    parser.add_argument("--keep", action="store_true", help="leave the folder with data and logs behind")
    options = parser.parse_args()
    binaries = postgres_binaries()
    if binaries is None or not shutil.which("redis-server"):
        print("error: needs PostgreSQL and Redis: apt-get install postgresql redis-server", file=sys.stderr)
        return 2
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    root = Path(tempfile.mkdtemp(prefix="prove-deploy-", dir="/tmp"))
    root.chmod(0o755)
    deployment = Deployment(
        root, unprivileged_user(), free_ports(), made_secrets(), binaries, CHANGED, say=lambda line: say(line)
    )
    proven = False
    try:
        prove(deployment)
        proven = True
    except (NotProven, DeploymentFailed) as error:
        print(f"error: {error}", file=sys.stderr)
    except KeyboardInterrupt:
        return 130
    finally:
        deployment.stop()
        if options.keep or not proven:
            print(f"Data and logs: {root}")
        else:
            deployment.remove()
    return 0 if proven else 1


def prove(deployment: Deployment) -> None:
    """Everything in order; raises NotProven or DeploymentFailed."""
    table: list[tuple[str, float, str]] = []
    began = time.monotonic()

    def step(name: str, work: Callable[[], Any]) -> Any:
        at = time.monotonic()
        answer = work()
        table.append((name, time.monotonic() - at, answer if isinstance(answer, str) else ""))
        return answer

    deployment.prepare(sources())
    for name in ("postgres", "redis", "migrate", "sandbox", "demo-connections"):
        step(f"start {name}", partial(deployment.start, name))
    # Both loads are to see the same moment of the community.
    ask(f"http://127.0.0.1:{deployment.ports['sandbox']}/_sandbox/clock", {"now": iso(now())})
    for name in ("api-server", "scheduler", "dag-processor", "triggerer", "warehouse-worker", "worker"):
        step(f"start {name}", partial(deployment.start, name))
    # One more of them, as `--scale worker=2` makes it.
    step("start second worker", partial(deployment.start, "second worker", like="worker"))

    api = Api(f"http://127.0.0.1:{deployment.ports['api-server']}", deployment.given["AIRFLOW_PASSWORD"])
    step("DAG is there", lambda: until("the DAG", 120, api.dag))
    run_id = api.trigger()
    task, worker = step("extraction is under way", lambda: reading_forum(deployment, api, run_id))
    step("kill -9", lambda: kill(deployment, worker))
    killed = time.monotonic()
    until("the retry", 300, lambda: api.tries(run_id, task) > 1)
    table.append(
        ("until it is tried again", time.monotonic() - killed, "heartbeat timeout, then the retry's delay")
    )
    memory = {service.name: service.resident() for service in deployment.running.values()
              if service.process.poll() is None}  # fmt: skip
    step("rest of the run", lambda: ended(api, run_id))
    table.append(("whole run", time.monotonic() - killed, "from the kill to the published release"))

    reference = step("undisturbed load", lambda: undisturbed(deployment))
    width = max(len(name) for name, _, _ in table)
    say("")
    for name, seconds, note in table:
        say(f"  {name:<{width}}  {seconds:7.1f} s  {note}".rstrip())
    say("")
    for name, size in memory.items():
        say(f"  {name:<{width}}  {size / 1e6:7.0f} MB")
    check_release(deployment)
    same = check_rows(deployment, reference)
    searched = check_secrets(deployment)
    say(f"\nProven in {time.monotonic() - began:.0f} s: {same} rows equal an undisturbed load's, none lost, "
        f"none doubled; published; {searched} files searched, no secret in them.")  # fmt: skip


def sources(forum: float = FORUM_REQUESTS_PER_MINUTE) -> str:
    """The project's sources.toml; the forum read slowly, the others as fast as the sandbox answers."""
    lines = []
    for line in (ROOT / "sources.toml").read_text("utf-8").splitlines():
        lines.append(line)
        if line.startswith("vendor = "):
            pace = forum if line == 'vendor = "discourse"' else UNBOUND
            lines.append(f"requests_per_minute = {pace}")
    return "\n".join(lines) + "\n"


def made_secrets() -> dict[str, str]:
    """What .env.example asks for, made as it says."""
    return {
        "POSTGRES_PASSWORD": secrets.token_hex(32),
        "REDIS_PASSWORD": secrets.token_hex(32),
        "AIRFLOW_FERNET_KEY": base64.urlsafe_b64encode(os.urandom(32)).decode(),
        "AIRFLOW_API_SECRET_KEY": secrets.token_hex(32),
        "AIRFLOW_JWT_SECRET": secrets.token_hex(32),
        "AIRFLOW_PASSWORD": secrets.token_hex(32),
        "LODESTAR_PRIVACY_KEYS": f"k1:{secrets.token_hex(32)}",
    }


def reading_forum(deployment: Deployment, api: Api, run_id: str) -> tuple[int, Service]:
    """Wait until pages of the forum are durable; the task's map index, and the worker that runs it."""

    def found() -> tuple[int, Service] | None:
        if not list(deployment.data_dir.glob("landing/forum/posts/*/*.zst")):
            return None
        for each in api.tasks(run_id):
            if each["task_id"] == "extract" and each["rendered_map_index"] == "forum" and each["pid"]:
                for worker in workers(deployment):
                    if each["pid"] in descendants(worker.process.pid):
                        return int(each["map_index"]), worker
        return None

    answer: tuple[int, Service] = until("pages of the forum", 300, found)
    return answer


def workers(deployment: Deployment) -> list[Service]:
    return [deployment.running[name] for name in ("worker", "second worker")]


def kill(deployment: Deployment, worker: Service) -> str:
    """End the worker at once; the compose file's own is started again, as its restart policy says."""
    worker.kill()
    if worker.name != "worker":
        return "the second worker, not started again"
    if deployment.services["worker"]["restart"] != "unless-stopped":
        raise NotProven("the compose file does not start a worker that died again")
    deployment.start("worker")
    return "the compose file's worker, started again"


def ended(api: Api, run_id: str) -> str:
    """Wait until the run is over; NotProven if it isn't green."""
    state = until("the end of the run", 1200, lambda: api.ended(run_id))
    if state != "success":
        tasks = ", ".join(f"{each['task_id']} {each['state']}" for each in api.tasks(run_id))
        raise NotProven(f"the run ended as {state}: {tasks}")
    return "the run is green"


def undisturbed(deployment: Deployment) -> Path:
    """The same sources read and loaded by the same commands in a shell; the database."""
    data_dir = deployment.root / "home" / "reference"
    environment = deployment.environment_of("worker") | {"DATA_DIR": str(data_dir)}
    connections = json.loads((deployment.root / "app" / "deploy" / "demo-connections.json").read_text())
    environment |= {f"AIRFLOW_CONN_{name.upper()}": json.dumps(each) for name, each in connections.items()}
    fast = deployment.root / "home" / "sources.toml"
    fast.write_text(sources(forum=UNBOUND))
    environment["LODESTAR_SOURCES"] = str(fast)
    for module, *arguments in (("extractors",), ("warehouse", "load", "--no-backup")):
        deployment.run([sys.executable, "-m", module, *arguments], environment, f"undisturbed {module}")
    return data_dir / "warehouse" / "community.duckdb"


def check_release(deployment: Deployment) -> None:
    """A release is published, complete and readable for the web server's user."""
    current = deployment.data_dir / "published" / "current"
    release = json.loads((current / "release.json").read_text())
    if not release["gate"]["passed"] or release["problems"]:
        raise NotProven(f"the release has problems: {release['problems']}")
    for page in ("docs/index.html", "gate/index.html", "report/index.html"):
        if not (current / page).is_file():
            raise NotProven(f"the release has no {page}")


def check_rows(deployment: Deployment, reference: Path) -> int:
    """How many raw rows both loads have; NotProven if any is lost, doubled or different."""
    ours = loaded(deployment.data_dir / "warehouse" / "community.duckdb")
    theirs = loaded(reference)
    if different := differences(ours, theirs):
        told = "; ".join(f"{table}: {ours} only here, {theirs} only undisturbed"
                         for table, (ours, theirs) in sorted(different.items()))  # fmt: skip
        raise NotProven(f"rows differ from an undisturbed load: {told}")
    if not (count := sum(map(len, ours.values()))):
        raise NotProven("nothing was loaded")
    return count


def loaded(database: Path) -> Rows:
    """The raw rows without what tells when they were read; of a deletion, that it was."""
    found = rows(database, "raw", skip_columns="_load_id|_extracted_at|_deleted_at|observed_at")
    return {
        table: [(*row[:-1], row[-1] is not None) if "_deleted_at" in row[-2:-1] else row for row in each]
        if table.endswith("__history")
        else each
        for table, each in found.items()
    }


def check_secrets(deployment: Deployment) -> int:
    """How many files Airflow and the load wrote; NotProven if one holds a secret in clear."""
    wanted = {name: value.rpartition(":")[2].encode() for name, value in deployment.given.items()}
    searched = 0
    for folder in ("data", "airflow/logs", "output"):
        for path in (deployment.root / folder).rglob("*"):
            if path.is_file() and not path.is_symlink():
                text = path.read_bytes()
                searched += 1
                for name, value in wanted.items():
                    if value in text:
                        raise NotProven(f"{path} holds {name}")
    return searched


class Api:
    """Airflow's REST API, as the UI's user."""

    def __init__(self, base: str, password: str) -> None:
        self.base = base
        answer = self._ask("POST", "/auth/token", {"username": "admin", "password": password})
        self.token = answer["access_token"]

    token = ""

    def _ask(self, method: str, path: str, body: Mapping[str, Any] | None = None) -> Any:
        data = None if body is None else json.dumps(body).encode()
        headers = {"Content-Type": "application/json"}
        if self.token:
            headers["Authorization"] = f"Bearer {self.token}"
        request = urllib.request.Request(self.base + path, data, headers, method=method)
        with urllib.request.urlopen(request, timeout=60) as answer:
            return json.loads(answer.read())

    def dag(self) -> bool:
        """Whether the DAG is there and without import errors."""
        try:
            return not self._ask("GET", f"/api/v2/dags/{DAG}")["has_import_errors"]
        except HTTPError as error:
            if error.code != 404:
                raise
            return False

    def trigger(self) -> str:
        """Start a run; its id."""
        return str(self._ask("POST", f"/api/v2/dags/{DAG}/dagRuns", {"logical_date": None})["dag_run_id"])

    def tasks(self, run_id: str) -> list[dict[str, Any]]:
        """The task instances of a run."""
        path = f"/api/v2/dags/{DAG}/dagRuns/{run_id}/taskInstances?limit=100"
        found: list[dict[str, Any]] = self._ask("GET", path)["task_instances"]
        return found

    def tries(self, run_id: str, map_index: int) -> int:
        """How often an extraction was begun."""
        return next(
            int(each["try_number"])
            for each in self.tasks(run_id)
            if each["task_id"] == "extract" and each["map_index"] == map_index
        )

    def ended(self, run_id: str) -> str | None:
        """How the run ended; None while it goes on."""
        state = str(self._ask("GET", f"/api/v2/dags/{DAG}/dagRuns/{run_id}")["state"])
        return state if state in ("success", "failed") else None


def until(what: str, seconds: float, asked: Callable[[], Any]) -> Any:
    """Ask until the answer is true; NotProven after so many seconds."""
    end = time.monotonic() + seconds
    while not (answer := asked()):
        if time.monotonic() > end:
            raise NotProven(f"{what} did not come within {seconds:.0f} s")
        time.sleep(1)
    return answer


def postgres_binaries() -> Path | None:
    """Folder of PostgreSQL's server programs, the newest; Debian keeps them out of the PATH."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[4]))
    if found:
        return found[-1].parent
    in_path = shutil.which("initdb")
    return Path(in_path).parent if in_path else None


def unprivileged_user() -> int | None:
    """`nobody` for root, since PostgreSQL refuses root; else the caller."""
    return pwd.getpwnam("nobody").pw_uid if os.geteuid() == 0 else None


def free_ports() -> dict[str, int]:
    """Ports of 127.0.0.1 that nobody listens on."""
    held = {name: socket.socket() for name in PORTS}
    for each in held.values():
        each.bind(("127.0.0.1", 0))
    ports = {name: int(each.getsockname()[1]) for name, each in held.items()}
    for each in held.values():
        each.close()
    return ports


def say(line: str) -> None:
    """A line for the terminal, at once."""
    print(line, flush=True)


if __name__ == "__main__":
    sys.exit(main())
