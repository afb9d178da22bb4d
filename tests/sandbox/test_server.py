"""The running server: connections, faults on the wire, HTTPS, control, and commands beside it."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import requests

from sandbox.faults import KINDS
from tests.sandbox.datasets import ADMIN, AGENT, Client, client, write
from tests.sandbox.servers import ROOT, serving

POSTS = [
    {"id": number, "topic_id": 1, "post_number": number, "post_type": 1, "deleted_at": None}
    for number in range(1, 501)
]
IDEAS = [{"id": number, "updated_at": "2026-01-01T00:00:00Z", "links": {}} for number in range(1, 201)]
TICKETS = [{"id": number, "status": "open", "generated_timestamp": 1000 + number} for number in range(1, 101)]


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    directory = tmp_path_factory.mktemp("world")
    write(
        directory, "discourse", {"topics": [{"id": 1, "title": "One", "category_id": None}], "posts": POSTS}
    )
    write(directory, "uservoice", {"suggestions": IDEAS})
    write(directory, "zendesk", {"tickets": TICKETS})
    return directory


@pytest.fixture(scope="module")
def addresses(world):
    with serving(
        "--source",
        f"forum=discourse:{world}",
        "--source",
        f"ideas=uservoice:{world}",
        "--source",
        f"desk=zendesk:{world}",
    ) as found:
        yield found


Records = dict[int, dict[str, Any]]


class Restart(Exception):
    """A cursor was refused."""


class Patient:
    """Tries again until an answer is whole; renews a token once it is refused."""

    def __init__(self, address: str, headers: dict[str, str], renew: Callable[[], str] | None = None) -> None:
        self.address = address
        self.headers = headers
        self.renew = renew
        self.failures = 0

    def get(self, path: str, **params: Any) -> Any:
        for _ in range(8):
            try:
                answer = requests.get(self.address + path, params, headers=self.headers, timeout=5)
                if answer.status_code == 200:
                    return answer.json()
            except (requests.RequestException, ValueError):
                self.failures += 1
                continue
            self.failures += 1
            if answer.status_code == 401 and self.renew is not None:
                self.headers["Authorization"] = f"Bearer {self.renew()}"
            if answer.status_code == 400 and "cursor" in answer.text:
                raise Restart
        raise AssertionError(f"{path} never succeeded: {answer.status_code} {answer.text}")


def read_posts(address: str) -> tuple[Records, int]:
    one, found, before = Patient(address, ADMIN), {}, None
    while records := one.get("/posts.json", **({"before": before} if before else {}))["latest_posts"]:
        found.update({record["id"]: record for record in records})
        before = min(record["id"] for record in records)
    return found, one.failures


def read_ideas(address: str) -> tuple[Records, int]:
    def renew() -> str:
        form = {
            "grant_type": "client_credentials",
            "client_id": "sandbox-client",
            "client_secret": "sandbox-secret",
        }
        for _ in range(8):
            try:
                answer = requests.post(f"{address}/api/v2/oauth/token", form, timeout=5)
                return str(answer.json()["access_token"])
            except (requests.RequestException, ValueError, KeyError):
                continue
        raise AssertionError("no token")

    one, found, cursor = Patient(address, {}, renew), {}, None
    while True:
        given: dict[str, Any] = {"cursor": cursor} if cursor else {}
        try:
            answer = one.get("/api/v2/admin/suggestions", **given)
        except Restart:
            cursor = None
            continue
        found.update({record["id"]: record for record in answer["suggestions"]})
        cursor = answer["pagination"].get("cursor")
        if cursor is None:
            return found, one.failures


def read_tickets(address: str) -> tuple[Records, int]:
    one, found = Patient(address, AGENT), {}
    start: dict[str, Any] = {"start_time": 0, "per_page": 10}
    given = start
    while True:
        try:
            answer = one.get("/api/v2/incremental/tickets/cursor.json", **given)
        except Restart:
            given = start
            continue
        found.update({record["id"]: record for record in answer["tickets"]})
        if answer["end_of_stream"]:
            return found, one.failures
        given = {"cursor": answer["after_cursor"], "per_page": 10}


def control(addresses: dict[str, str], name: str, values: dict[str, Any]) -> Any:
    base = addresses["forum"].removesuffix("/forum")
    answer = requests.post(f"{base}/_sandbox/{name}", json=values, timeout=5)
    assert answer.status_code == 200, answer.text
    return answer.json()


@pytest.mark.parametrize(
    ("source", "reader", "records", "without"),
    [
        ("forum", read_posts, POSTS, {"expired_cursor", "expired_token"}),
        ("ideas", read_ideas, IDEAS, set()),
        ("desk", read_tickets, TICKETS, {"expired_token"}),
    ],
)
def test_a_patient_client_reads_everything_through_every_fault(addresses, source, reader, records, without):
    kinds = [kind for kind in KINDS if kind not in without]
    plan = {"seed": 5, "rate": 1.0, "kinds": kinds, "hang_seconds": 0.05, "repeat": 2}
    control(addresses, "faults", plan)
    try:
        rounds, shown = 0, set[str]()
        while shown != set(kinds) and rounds < 6:
            found, failures = reader(addresses[source])
            assert found == {record["id"]: record for record in records}
            assert failures > 0
            base = addresses["forum"].removesuffix("/forum")
            shown = set(requests.get(f"{base}/_sandbox/requests", timeout=5).json()[source]["faults"])
            rounds += 1
        assert shown == set(kinds)
    finally:
        control(addresses, "faults", {})


def raw_answer(addresses: dict[str, str], kind: str, path: str = "/posts.json") -> requests.Response:
    control(addresses, "faults", {"listed": [{"path": "/posts", "kind": kind}], "hang_seconds": 0.05})
    try:
        return requests.get(addresses["forum"] + path, timeout=5)
    finally:
        control(addresses, "faults", {})


@pytest.mark.parametrize("kind", ["cut", "reset", "timeout"])
def test_connections_are_really_cut(addresses, kind):
    with pytest.raises(requests.RequestException):
        raw_answer(addresses, kind)


def test_bodies_are_cut_with_a_length_that_fits(addresses):
    answer = raw_answer(addresses, "truncated")
    assert (answer.status_code, len(answer.content)) == (200, int(answer.headers["content-length"]))
    with pytest.raises(requests.exceptions.JSONDecodeError):
        answer.json()
    assert raw_answer(addresses, "empty").content == b""


@pytest.mark.parametrize(
    ("kind", "content_type", "retry_after"),
    [
        ("429_seconds", "application/json", lambda text: text == "1"),
        ("429_date", "application/json", lambda text: text.endswith("GMT")),
        ("429_epoch", "application/json", lambda text: 0 < int(text) - time.time() < 3),
        ("429_json", "application/json", lambda text: text is None),
        ("429_text", "text/plain", lambda text: text == "1"),
        ("429_bare", "", lambda text: text is None),
    ],
)
def test_refusals_take_each_of_the_known_forms(addresses, kind, content_type, retry_after):
    answer = raw_answer(addresses, kind)
    assert answer.status_code == 429
    assert answer.headers.get("content-type", "").startswith(content_type)
    assert retry_after(answer.headers.get("retry-after"))
    if kind == "429_json":
        assert answer.json()["extras"]["wait_seconds"] == 1


def test_duplicate_and_shifted_pages_repeat_but_lose_nothing(addresses):
    listed = [
        {"path": "/posts", "kind": "duplicate_page"},
        {"path": "/posts", "kind": "shifted_page", "nth": 2},
    ]
    control(addresses, "faults", {"listed": listed})
    try:
        first = requests.get(addresses["forum"] + "/posts.json", timeout=5).json()["latest_posts"]
        second = requests.get(addresses["forum"] + "/posts.json?before=451", timeout=5).json()["latest_posts"]
    finally:
        control(addresses, "faults", {})
    assert [post["id"] for post in first] == [*range(500, 450, -1), *range(500, 483, -1)]
    assert [post["id"] for post in second] == list(range(463, 400, -1))


def test_requests_are_counted_by_kind_of_path(addresses):
    base = addresses["forum"].removesuffix("/forum")
    requests.delete(f"{base}/_sandbox/requests", timeout=5)
    for path in ("/t/1.json", "/t/1.json", "/u/nobody.json"):
        requests.get(addresses["forum"] + path, timeout=5)
    counted = requests.get(f"{base}/_sandbox/requests", timeout=5).json()["forum"]
    assert (counted["total"], counted["paths"]) == (3, {"/t/{id}": 2, "/u/{name}": 1})
    assert counted["statuses"] == {"200": 2, "404": 1}


def test_the_clock_moves_the_datasets(tmp_path):
    later = {"id": 2, "topic_id": 1, "post_type": 1, "_from": "2026-05-01T00:00:00Z"}
    write(tmp_path, "discourse", {"topics": [{"id": 1}], "posts": [POSTS[0], later]})
    one = client(tmp_path, "discourse")

    def ids() -> list[int]:
        return [post["id"] for post in one.get("/it/posts.json").json()["latest_posts"]]

    assert ids() == [1]
    assert one.post("/_sandbox/clock", b'{"now": "2026-05-01T00:00:00Z"}').json() == {
        "now": "2026-05-01T00:00:00.000000Z",
        "live": False,
    }
    assert ids() == [2, 1]
    assert one.post("/_sandbox/clock", b'{"now": "2026-04-30T23:59:59Z"}').status == 200
    assert ids() == [1]
    assert one.post("/_sandbox/clock", b'{"now": null}').json()["live"] is True
    assert one.post("/_sandbox/clock", b'{"now": "soon"}').status == 400
    assert one.post("/_sandbox/clock", b"{}").status == 400


def test_control_is_for_this_machine_only(world):
    stranger = Client(client(world, "discourse").app, peer="192.0.2.7")
    for path in ("clock", "faults", "requests"):
        assert stranger.get(f"/_sandbox/{path}").status == 403
    assert stranger.get("/it/posts.json").status == 200


def test_https_with_a_certificate_made_at_start(world, tmp_path):
    authority = tmp_path / "ca.pem"
    with serving("--source", f"forum=discourse:{world}", "--tls", "--ca-file", str(authority)) as found:
        assert found["forum"].startswith("https://127.0.0.1:")
        answer = requests.get(found["forum"] + "/posts.json", verify=str(authority), timeout=5)
        assert len(answer.json()["latest_posts"]) == 50
        by_name = found["forum"].replace("127.0.0.1", "localhost")
        assert requests.get(by_name + "/posts.json", verify=str(authority), timeout=5).status_code == 200
        with pytest.raises(requests.exceptions.SSLError):
            requests.get(found["forum"] + "/posts.json", timeout=5)


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
