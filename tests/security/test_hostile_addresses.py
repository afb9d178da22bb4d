"""Where a vendor may not lead us, and what it may not send."""

from __future__ import annotations

import gzip

import pytest

from extractors import exchange
from extractors.errors import SourceError
from extractors.http import Api
from extractors.pagination import cursor_of, next_request
from tests.extractors.stand_in import Reply, configured, serve

BASE = "https://own.example/sub"
FOREIGN = [
    "https://own.example@evil.example/sub/x",
    "https://own.example:pass@own.example/sub/x",
    "https://own.example:8443/sub/x",
    "https://own.example:99999/sub/x",
    "http://own.example/sub/x",
    "//evil.example/sub/x",
    "///own.example/sub/x",
    "https:///own.example/sub/x",
    "https://own.example./sub/x",
    "https://own.example.evil.example/sub/x",
    "https://own。example/sub/x",
    "https://оwn.example/sub/x",
    "https://own.example\\@evil.example/sub/x",
    "https://own.example\t@evil.example/sub",
    "https://own.example/sub/x\r\nHost: evil.example",
    "https://own.example/sub/../x",
    "https://own.example/sub/%2e%2E/x",
    "https://own.example/subway",
    "https://[",
    "https://[::1]/sub/x",
    "javascript:alert(1)",
    "file:///etc/passwd",
]


@pytest.mark.parametrize("url", FOREIGN)
def test_an_address_that_only_looks_like_ours_is_foreign(url: str) -> None:
    assert not Api(configured(BASE)).is_own(url)


@pytest.mark.parametrize(
    "url", [f"{BASE}/x", "https://own.example:443/sub/x", "https://OWN.example/sub/x?a=@b"]
)
def test_our_own_address_in_other_words_is_ours(url: str) -> None:
    assert Api(configured("https://own.example:443/sub")).is_own(url)


@pytest.mark.parametrize("link", ["https://[", 7, {"url": "x"}, ["x"], True])
def test_a_next_link_that_is_no_address_is_an_error_with_a_name(link: object) -> None:
    api = Api(configured(BASE)).for_stream("votes")
    with pytest.raises(SourceError, match="source ideas, stream votes"):
        cursor_of(api, link, "cursor")
    with pytest.raises(SourceError, match="source ideas, stream votes"):
        next_request(api, link, "votes", "cursor")


@pytest.mark.parametrize(
    "location",
    ["https://user:hunter2@evil.example/x", "//evil.example/x", "https://[", "https://evil.example"],
)
def test_a_redirect_elsewhere_is_refused_and_its_login_not_told(location: str) -> None:
    with serve() as here:
        here.on("/x", Reply({}, 302, {"Location": location}))
        with pytest.raises(SourceError, match="source ideas") as refused:
            Api(configured(here.base_url)).get("x")
        assert len(here.seen) == 1
    assert "hunter2" not in str(refused.value)


def test_a_redirect_to_another_port_gets_no_credentials() -> None:
    with serve() as here, serve() as there:
        there.on("/x", {"stolen": True})
        here.on("/x", Reply({}, 307, {"Location": f"{there.base_url}/x"}))
        with pytest.raises(SourceError):
            Api(configured(here.base_url), headers={"Authorization": "Bearer secret"}).get("x")
        assert there.seen == []


def test_a_zip_bomb_is_given_up_before_it_fills_the_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(exchange, "BODY_BYTES", 4 * 2**20)
    bomb = gzip.compress(b" " * (64 * 2**20))
    assert len(bomb) < 100_000
    with serve() as here:
        here.on("/x", Reply(bomb, headers={"Content-Encoding": "gzip"}))
        with pytest.raises(SourceError, match=r"source ideas.*more than 4 MB"):
            Api(configured(here.base_url, retry_minutes=0.0001)).get("x")


def test_an_enormous_header_is_an_error_with_a_name() -> None:
    with serve() as here:
        here.on("/x", Reply({}, headers={"X-Long": "a" * 100_000}))
        with pytest.raises(SourceError, match="source ideas"):
            Api(configured(here.base_url, retry_minutes=0.0001)).get("x")


@pytest.mark.parametrize(
    ("sent", "read"),
    [
        (rb'{"a": "x\ud83d"}', "x\ufffd"),
        (rb'{"a": "\ude00x"}', "\ufffdx"),
        (rb'{"a": "\ud83d\ude00\ud83d"}', "😀\ufffd"),
        (rb'{"a": "\\ud83d \ud83d"}', "\\ud83d \ufffd"),
        (rb'{"a": "\ud83d\ud83d\ude00"}', "\ufffd😀"),
    ],
)
def test_half_a_character_is_replaced_and_the_rest_kept(sent: bytes, read: str) -> None:
    with serve() as here:
        here.on("/x", Reply(sent))
        assert Api(configured(here.base_url)).get("x") == {"a": read}
