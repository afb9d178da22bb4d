"""The running server: connections, faults on the wire, HTTPS, control."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import pytest
import requests

from sandbox.faults import KINDS
from tests.sandbox.datasets import ADMIN, AGENT, IDEAS, POSTS, TICKETS, Client, client, write
from tests.sandbox.servers import serving


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
