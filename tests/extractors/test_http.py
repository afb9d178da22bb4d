"""The HTTP client: every form of 429, faults, redirects, credentials, clear errors."""

from __future__ import annotations

import gzip
import logging
import ssl
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from email.utils import formatdate
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
import requests

from extractors import exchange
from extractors.errors import SourceError, Stopped
from extractors.http import Api
from sandbox.certificate import make_certificate
from tests.extractors.stand_in import Reply, Seen, StandIn, configured


def api_for(server: StandIn, path: str = "", **options) -> Api:
    return Api(configured(server.base_url + path, **options)).for_stream("posts")


def at_http_date(seconds: int) -> Reply:
    server_now = 1_900_000_000.0  # the server's clock is years ahead of ours
    headers = {"Retry-After": formatdate(server_now + seconds, usegmt=True)}
    return Reply({}, 429, headers | {"Date": formatdate(server_now, usegmt=True)})


def at_epoch(seconds: int) -> Reply:
    server_now = 1_900_000_000
    headers = {"Retry-After": str(server_now + seconds), "Date": formatdate(server_now, usegmt=True)}
    return Reply({}, 429, headers)


@pytest.mark.parametrize(
    "refusal",
    [
        Reply({}, 429, {"Retry-After": "1"}),
        at_http_date(1),
        at_epoch(1),
        Reply(b"slow down", 429, {"Retry-After": "1", "Content-Type": "text/plain"}),
        Reply({"errors": [], "extras": {"wait_seconds": 1}}, 429),
        Reply({"retry_after": 1.0}, 429),
        Reply(b"", 429),
    ],
    ids=["seconds", "date", "epoch", "text", "wait_seconds", "retry_after", "none"],
)
def test_every_form_of_429_is_waited_for(server: StandIn, refusal: Reply):
    server.on("/list.json", refusal, [1])
    began = time.monotonic()
    assert api_for(server).get("/list.json") == [1]
    assert 0.95 <= time.monotonic() - began < 2.5


def test_an_asked_wait_holds_all_streams_of_the_source(server: StandIn):
    asked: list[float] = []
    server.on("/a", Reply({}, 429, {"Retry-After": "1"}), [1])

    def answer_b(_: Seen) -> list[int]:
        asked.append(time.monotonic())
        return [2]

    server.on("/b", answer_b)
    source = Api(configured(server.base_url))
    first = threading.Thread(target=lambda: source.for_stream("a").get("/a"))
    began = time.monotonic()
    first.start()
    while not server.seen:
        time.sleep(0.01)
    time.sleep(0.1)
    source.for_stream("b").get("/b")
    first.join()
    assert asked[0] - began >= 0.95


def test_a_wait_of_hours_ends_the_stream_with_a_clear_line(server: StandIn):
    server.on("/a", Reply({}, 429, {"Retry-After": "86400"}))
    with pytest.raises(SourceError, match=r"asks to wait 1440 minutes.*requests_per_minute"):
        api_for(server).get("/a")


def test_the_last_request_of_a_quota_window_is_followed_by_a_pause(server: StandIn):
    headers = {"X-Rate-Limit-Remaining": "0", "X-Rate-Limit-Reset": str(int(time.time()) + 2)}
    server.on("/a", Reply([1], 200, headers), [2])
    api = api_for(server)
    api.get("/a")
    began = time.monotonic()
    api.get("/a")
    assert time.monotonic() - began > 0.5


@pytest.mark.parametrize(
    "fault",
    [
        Reply({}, 500),
        Reply(b"<html>", 502, {"Content-Type": "text/html"}),
        Reply({}, 503),
        Reply({}, 409),
        Reply(b'{"half":', 200),
        Reply(b"", 200),
        Reply(b"null", 200),
        Reply([1, 2, 3], cut=True),
        Reply(drop=True),
    ],
    ids=["500", "502", "503", "409", "truncated", "empty", "null", "cut", "dropped"],
)
def test_a_passing_fault_is_tried_again(server: StandIn, fault: Reply):
    server.on("/a", fault, {"ok": True})
    assert api_for(server).get("/a") == {"ok": True}
    assert len(server.seen) == 2


def test_a_slow_endpoint_is_asked_for_smaller_pages(server: StandIn):
    server.on("/a", Reply({}, 504), Reply({}, 504), Reply({}, 504), [1])
    api_for(server, retry_minutes=0.5).get("/a", {"per_page": 1000}, shrink="per_page")
    assert [request.query["per_page"] for request in server.seen] == ["1000", "1000", "500", "250"]


def test_a_lasting_fault_ends_after_the_retry_budget_naming_source_stream_and_remedy(server: StandIn):
    server.on("/a", Reply({}, 503))
    began = time.monotonic()
    with pytest.raises(SourceError) as caught:
        api_for(server).get("/a")
    assert time.monotonic() - began < 5
    assert caught.value.status == 503
    assert str(caught.value).startswith(
        "source ideas, stream posts: /a is answered 503 (service unavailable)"
    )
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("status", "words"),
    [
        (401, "Check login and password in AIRFLOW_CONN_IDEAS"),
        (403, "Check the key in AIRFLOW_CONN_IDEAS, and that it may read this"),
        (404, "Check the address in AIRFLOW_CONN_IDEAS"),
        (400, "report it"),
    ],
)
def test_a_refusal_is_not_retried_and_says_what_to_do(server: StandIn, status: int, words: str):
    server.on("/a", Reply({}, status))
    with pytest.raises(SourceError, match=words) as caught:
        api_for(server).get("/a", {"email": "mallory@example.com"})
    assert len(server.seen) == 1
    assert "mallory" not in str(caught.value)


@pytest.mark.parametrize(
    ("address", "words"),
    [
        ("http://no-such-host.invalid", "no-such-host.invalid is unknown"),
        ("http://127.0.0.1:1", "127.0.0.1:1 refuses the connection"),
    ],
)
def test_an_unreachable_host_is_one_clear_line(address: str, words: str):
    with pytest.raises(SourceError, match=words) as caught:
        Api(configured(address)).for_stream("posts").get("/a")
    assert "AIRFLOW_CONN_IDEAS" in str(caught.value)


def test_a_server_without_tls_is_one_clear_line(server: StandIn):
    address = server.base_url.replace("http://", "https://")
    with pytest.raises(SourceError, match="no trusted TLS connection"):
        Api(configured(address)).for_stream("posts").get("/a")


@contextmanager
def with_tls(server: StandIn, folder: Path) -> Iterator[tuple[str, Path]]:
    """A TLS front of its own authority; gives its address and the authority's certificate."""
    files = make_certificate(folder, ["127.0.0.1"])
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(files.certificate, files.key)

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.end_headers()
            self.wfile.write(b"[1]")

        def log_message(self, *_: object) -> None:
            pass

    front = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    front.socket = context.wrap_socket(front.socket, server_side=True)
    threading.Thread(target=front.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
    yield f"https://127.0.0.1:{front.server_address[1]}", files.authority
    front.shutdown()
    front.server_close()


def test_a_certificate_of_an_unknown_authority_is_refused_until_it_is_given(server, tmp_path, monkeypatch):
    with with_tls(server, tmp_path) as (address, authority):
        with pytest.raises(SourceError, match=r"no trusted TLS connection.*REQUESTS_CA_BUNDLE"):
            Api(configured(address)).for_stream("posts").get("/a")
        monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(authority))
        assert Api(configured(address)).for_stream("posts").get("/a") == [1]


def test_a_server_that_never_answers_is_one_clear_line(server: StandIn, monkeypatch):
    monkeypatch.setattr(exchange, "READ_SECONDS", 0.2)
    server.on("/a", lambda _: time.sleep(0.6))
    with pytest.raises(SourceError, match="does not answer in time"):
        api_for(server).get("/a")


def test_a_body_that_only_drips_is_given_up(monkeypatch):
    class Dripping:
        def read1(self, *_: object, **__: object) -> bytes:
            time.sleep(0.02)
            return b" "

    monkeypatch.setattr(exchange, "BODY_SECONDS", 0.2)
    response = requests.Response()
    response.raw = Dripping()
    with pytest.raises(TimeoutError):
        exchange.read_body(response)


def test_a_dead_source_is_not_waited_for_again_by_its_other_streams():
    source = Api(configured("http://127.0.0.1:1", retry_minutes=0.2))
    with pytest.raises(SourceError):
        source.for_stream("posts").get("/a")
    began = time.monotonic()
    with pytest.raises(SourceError, match=r"stream topics.*refuses"):
        source.for_stream("topics").get("/a")
    assert time.monotonic() - began < 0.2


def test_statuses_that_may_be_missing_give_none(server: StandIn):
    assert api_for(server).get("/nothing", missing_ok={403, 404}) is None


def test_a_redirect_within_the_site_is_followed(server: StandIn):
    server.on("/sub/old", Reply({}, 301, {"Location": "/sub/new?page=2"}))
    server.on("/sub/new", [1])
    assert api_for(server, "/sub").get("old") == [1]
    assert server.seen[-1].query == {"page": "2"}


@pytest.mark.parametrize(
    "location",
    ["http://elsewhere.invalid/sub/x", "//elsewhere.invalid/sub/x", "/outside", "https://127.0.0.1/sub/x"],
)
def test_a_redirect_to_another_place_is_refused(server: StandIn, location: str):
    server.on("/sub/old", Reply({}, 302, {"Location": location}))
    with pytest.raises(SourceError, match="not followed"):
        api_for(server, "/sub").get("old")
    assert len(server.seen) == 1


@pytest.mark.parametrize(
    "link",
    [
        "http://elsewhere.invalid/sub/next?cursor=1",
        "{base}/subway/next",
        "{base}/sub/../secret",
        "http://user@{host}/sub/x",
        "https://{host}/sub/x",
        "//elsewhere.invalid/sub/x",
    ],
)
def test_an_absolute_address_is_asked_only_under_the_configured_one(server: StandIn, link: str):
    api = api_for(server, "/sub")
    with pytest.raises(SourceError, match="points to another address"):
        api.get(link.format(base=server.base_url, host=server.base_url.removeprefix("http://")))
    assert server.seen == []


def test_an_absolute_address_under_the_configured_one_is_asked(server: StandIn):
    server.on("/sub/next", [1])
    assert api_for(server, "/sub").get(f"{server.base_url}/sub/next?cursor=a%3D1&per_page=2") == [1]
    assert server.seen[0].query == {"cursor": "a=1", "per_page": "2"}


def test_parameters_are_sent_as_servers_read_them(server: StandIn):
    received: list[str] = []

    def answer(request: Seen) -> list[int]:
        received.append(str(request.query))
        return [1]

    server.on("/a", answer)
    api_for(server).get("/a?x=1&y=2", {"y": 3, "page[size]": 50, "flag": True, "none": None, "ids[]": [7]})
    assert received == [str({"x": "1", "y": "3", "page[size]": "50", "flag": "true", "ids[]": "7"})]


def test_a_token_is_renewed_once_when_it_has_run_out(server: StandIn):
    tokens = iter(["one", "two"])
    server.on("/token", lambda _: {"access_token": next(tokens)})
    server.on(
        "/a", lambda request: [1] if request.headers.get("Authorization") == "Bearer two" else Reply({}, 401)
    )

    def renew(api: Api):
        return {
            "Authorization": "Bearer "
            + api.post_form("/token", {"secret": "s"}, authorize=False)["access_token"]
        }

    assert Api(configured(server.base_url), renew=renew).for_stream("posts").get("/a") == [1]
    assert [request.path for request in server.seen] == ["/token", "/a", "/token", "/a"]


def test_a_token_that_another_stream_has_ended_is_bought_anew_but_not_for_ever(server: StandIn):
    bought = iter(range(1, 100))
    server.on("/token", lambda _: {"access_token": str(next(bought))})
    server.on("/a", lambda request: [1] if request.headers["Authorization"] == "Bearer 3" else Reply({}, 401))
    server.on("/b", Reply({}, 401))

    def renew(api: Api):
        return {"Authorization": f"Bearer {api.post_form('/token', {}, authorize=False)['access_token']}"}

    api = Api(configured(server.base_url), renew=renew)
    assert api.for_stream("posts").get("/a") == [1]
    with pytest.raises(SourceError, match="the login is refused: 401"):
        api.for_stream("posts").get("/b")
    assert [request.path for request in server.seen].count("/b") == 4


def test_credentials_come_from_the_connection_and_never_from_netrc(server: StandIn, tmp_path, monkeypatch):
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login someone password else\n")
    monkeypatch.setenv("NETRC", str(netrc))
    server.on("/a", [1])
    Api(configured(server.base_url), headers={"Authorization": "Bearer mine"}).for_stream("posts").get("/a")
    assert server.seen[0].headers["Authorization"] == "Bearer mine"


def test_compressed_answers_are_read(server: StandIn):
    server.on("/a", Reply(gzip.compress(b'{"many":[1,2,3]}'), 200, {"Content-Encoding": "gzip"}))
    assert api_for(server).get("/a") == {"many": [1, 2, 3]}


def test_secrets_and_record_values_are_never_logged(server: StandIn, caplog):
    caplog.set_level(logging.DEBUG)
    server.on("/a", Reply({"e": "mallory@example.com"}, 500))
    api = Api(configured(server.base_url), headers={"Api-Key": "top-secret-key"}).for_stream("posts")
    with pytest.raises(SourceError) as caught:
        api.get("/a", label="/u/NAME")
    for text in (caplog.text, str(caught.value), repr(caught.value), repr(configured(server.base_url))):
        assert "top-secret-key" not in text
        assert "mallory" not in text
        assert "sandbox-secret" not in text


def test_stopping_ends_a_wait_at_once(server: StandIn):
    server.on("/a", Reply({}, 429, {"Retry-After": "60"}))
    api = api_for(server)
    threading.Timer(0.2, api.stop).start()
    began = time.monotonic()
    with pytest.raises(Stopped):
        api.get("/a")
    assert time.monotonic() - began < 2
