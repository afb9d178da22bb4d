"""Faults on purpose: planned from a seed, repeatable, and always over after a few tries.

A plan says either how often (`rate`) and which kinds, or lists single faults. With a rate, whether a
request is disturbed follows from the seed and the request itself, and the kinds are dealt like cards, so
that every kind that applies appears. A disturbed request fails once or twice and then succeeds once before
anything can happen to it again: a client that tries again patiently always finishes.
"""

from __future__ import annotations

import asyncio
import random
import time
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from email.utils import formatdate
from hashlib import blake2b
from typing import Any, Protocol
from urllib.parse import unquote

import orjson
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from extractors.errors import LodestarError
from sandbox.web import JSON, Disturbance, StandIn

REFUSED = ("429_seconds", "429_date", "429_epoch", "429_json", "429_text", "429_bare")
BROKEN = ("409", "500", "502", "503", "504")
CUT = ("timeout", "reset", "cut")
BENT = ("truncated", "empty")
PAGES = ("duplicate_page", "shifted_page")
EXPIRED = ("expired_cursor", "expired_token")
KINDS = (*REFUSED, *BROKEN, *CUT, *BENT, *PAGES, *EXPIRED)

_CURSORS = ("cursor", "page[after]")
_DEALT_EVERY = 3
_MISFITS_MOST = 5


class FaultError(LodestarError):
    """A fault plan that can't be understood; names what and lists what is known."""


@dataclass(frozen=True)
class Listed:
    """A single fault: the `nth` request (from 1) whose path begins with `path`, `times` times in a row."""

    path: str
    kind: str
    nth: int = 1
    times: int = 1
    source: str | None = None


@dataclass(frozen=True)
class Plan:
    """What goes wrong, and how often."""

    seed: int = 0
    rate: float = 0.0
    """Share of the distinct requests that are disturbed, 0 to 1."""
    kinds: tuple[str, ...] = KINDS
    sources: tuple[str, ...] | None = None
    """Only these sources; None means all."""
    repeat: int = 2
    """How often the same request fails in a row at most."""
    wait_seconds: float = 1.0
    """What a refusal asks a client to wait; whole seconds where the form knows no others."""
    hang_seconds: float = 5.0
    """How long a request that times out is held before its connection is cut."""
    listed: tuple[Listed, ...] = ()

    @classmethod
    def from_text(cls, text: str) -> Plan:
        """`SEED:RATE` or `SEED:RATE:KIND,KIND…`, as the command line takes it."""
        seed, _, rest = text.partition(":")
        rate, _, kinds = rest.partition(":")
        try:
            values: dict[str, Any] = {"seed": int(seed), "rate": float(rate or 0.1)}
        except ValueError:
            raise FaultError(
                f"fault plan {text!r}: give SEED:RATE or SEED:RATE:KIND,KIND, as 7:0.2:cut,500."
            ) from None
        if kinds:
            values["kinds"] = kinds.split(",")
        return cls.from_json(values)

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> Plan:
        """A plan from the fields' names; raises FaultError on an unknown one."""
        known = {name: value for name, value in values.items() if name in cls.__dataclass_fields__}
        if unknown := sorted(set(values) - set(known)):
            raise FaultError(
                f"fault plan: unknown {', '.join(unknown)}; known: {', '.join(cls.__dataclass_fields__)}."
            )
        try:
            known["kinds"] = tuple(known.get("kinds", KINDS))
            known["listed"] = tuple(Listed(**one) for one in known.get("listed", ()))
            if known.get("sources") is not None:
                known["sources"] = tuple(known["sources"])
            plan = cls(**known)
        except TypeError as error:
            raise FaultError(f"fault plan: {error}.") from None
        named = [*plan.kinds, *(one.kind for one in plan.listed)]
        if wrong := sorted(set(named) - set(KINDS)):
            raise FaultError(f"fault plan: unknown kinds {', '.join(wrong)}; known: {', '.join(KINDS)}.")
        if not 0 <= plan.rate <= 1:
            raise FaultError("fault plan: rate is a share from 0 to 1.")
        return plan


class Transport(Protocol):
    """The part of an asyncio transport that cuts a connection."""

    def abort(self) -> None:
        """Close at once, dropping what is not sent."""

    def close(self) -> None:
        """Close after what is sent."""


@dataclass
class _Round:
    number: int = 0
    left: int = 0
    kind: str = ""
    recovering: bool = False


@dataclass
class _SourceState:
    deck: list[str]
    owed: set[str]
    drawn: int = 0
    rounds: dict[str, _Round] = field(default_factory=dict)
    expired: set[tuple[str, str]] = field(default_factory=set)
    matched: Counter[Listed] = field(default_factory=Counter)
    not_before: dict[str, float] = field(default_factory=dict)
    injected: Counter[str] = field(default_factory=Counter)
    misfits: Counter[str] = field(default_factory=Counter)
    impatient: int = 0


class Injector:
    """Decides which request meets which fault, and remembers what it did."""

    def __init__(self, plan: Plan, clock: Callable[[], float] = time.monotonic) -> None:
        self.plan = plan
        self._clock = clock
        self._sources: dict[str, _SourceState] = {}

    def due(self, source: str, path: str, query: str) -> str | None:
        """The fault for this request of a source, if any; `path` is without the source's prefix."""
        state = self._state(source)
        identity = f"{path}?{query}"
        if self._clock() < state.not_before.pop(identity, 0.0):
            state.impatient += 1
        kind = self._listed(state, source, path) or self._planned(state, source, path, query, identity)
        if kind is None:
            return None
        state.injected[kind] += 1
        state.owed.discard(kind)
        if kind in ("429_seconds", "429_date", "429_epoch", "429_json", "429_text"):
            state.not_before[identity] = self._clock() + self.plan.wait_seconds * 0.9
        return kind

    def take_back(self, source: str, kind: str) -> None:
        """A fault that did not fit the request it was dealt to (a page fault on something without pages)."""
        state = self._state(source)
        state.injected[kind] -= 1
        state.misfits[kind] += 1
        if state.misfits[kind] < _MISFITS_MOST:
            state.owed.add(kind)

    def report(self, source: str) -> dict[str, Any]:
        """How often each kind was injected, and how often a client came back before its time."""
        state = self._state(source)
        return {"faults": dict(+state.injected), "impatient": state.impatient}

    def _state(self, source: str) -> _SourceState:
        if source not in self._sources:
            self._sources[source] = _SourceState(
                deck=[], owed=set(self.plan.kinds) if self.plan.rate else set()
            )
        return self._sources[source]

    def _listed(self, state: _SourceState, source: str, path: str) -> str | None:
        due: str | None = None
        for one in self.plan.listed:
            if one.source in (None, source) and path.startswith(one.path):
                state.matched[one] += 1
                if due is None and one.nth <= state.matched[one] < one.nth + one.times:
                    due = one.kind
        return due

    def _planned(self, state: _SourceState, source: str, path: str, query: str, identity: str) -> str | None:
        if not self.plan.rate or (self.plan.sources is not None and source not in self.plan.sources):
            return None
        turn = state.rounds.setdefault(identity, _Round())
        if turn.left:
            turn.left -= 1
            turn.recovering = not turn.left
            return turn.kind
        if turn.recovering:
            turn.recovering = False
            return None
        turn.number += 1
        chance = self._chance(source, identity, turn.number)
        state.drawn += 1
        if chance >= self.plan.rate and not (state.owed and state.drawn % _DEALT_EVERY == 0):
            return None
        kind = self._deal(state, source, path, query)
        if kind is None:
            return None
        again = self.plan.repeat > 1 and kind not in (*EXPIRED, *PAGES) and int(chance * 1e6) % 2 == 0
        turn.kind, turn.left, turn.recovering = kind, self.plan.repeat - 1 if again else 0, not again
        return kind

    def _deal(self, state: _SourceState, source: str, path: str, query: str) -> str | None:
        """The next kind of the deck that can happen to this request."""
        for _ in range(2):
            if not state.deck:
                state.deck = list(self.plan.kinds)
                random.Random(f"{self.plan.seed} {source} {state.drawn}").shuffle(state.deck)
            for kind in sorted(state.deck, key=lambda kind: kind not in state.owed):
                if kind in EXPIRED and (kind, path) in state.expired:
                    continue
                if kind == "expired_cursor" and not any(one in unquote(query) for one in _CURSORS):
                    continue
                if kind == "expired_token" and path.endswith("/oauth/token"):
                    continue
                state.deck.remove(kind)
                if kind in EXPIRED:
                    state.expired.add((kind, path))
                return kind
            state.deck = []
        return None

    def _chance(self, source: str, identity: str, turn: int) -> float:
        text = f"{self.plan.seed}|{source}|{identity}|{turn}"
        return int.from_bytes(blake2b(text.encode(), digest_size=8).digest()) / 2**64


class Faulty:
    """A stand-in with an injector in front of it."""

    def __init__(self, source: str, vendor: str, stand_in: StandIn, injector: Callable[[], Injector]) -> None:
        self._source = source
        self._vendor = vendor
        self._stand_in = stand_in
        self._injector = injector

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, rightly or with the fault that is due."""
        injector = self._injector()
        path = scope["path"].removeprefix(scope.get("root_path", ""))
        kind = injector.due(self._source, path, scope["query_string"].decode("latin-1"))
        plan = injector.plan
        if kind in REFUSED:
            await _refuse(kind, self._vendor, plan.wait_seconds)(scope, receive, send)
        elif kind in BROKEN:
            await _break(kind, self._vendor)(scope, receive, send)
        elif kind in ("timeout", "reset"):
            await asyncio.sleep(plan.hang_seconds if kind == "timeout" else 0)
            await _hang_up(scope, send)
        elif kind in ("cut", *BENT):
            await self._stand_in(scope, receive, _bending(kind, scope, send))
        elif kind == "expired_cursor":
            await _expire(self._vendor)(scope, receive, send)
        elif kind == "expired_token":
            if not self._stand_in.expire_tokens():
                injector.take_back(self._source, kind)
            await self._stand_in(scope, receive, send)
        elif kind in PAGES:
            disturbance = Disturbance(kind)
            scope["sandbox.disturbance"] = disturbance
            await self._stand_in(scope, receive, send)
            if not disturbance.applied:
                injector.take_back(self._source, kind)
        else:
            await self._stand_in(scope, receive, send)


def _refuse(kind: str, vendor: str, wait: float) -> ASGIApp:
    seconds = max(1, round(wait))
    body: Any = _ERRORS[vendor](429, "rate limit exceeded")
    if kind == "429_date":
        return _json(429, body, {"Retry-After": formatdate(time.time() + seconds + 1, usegmt=True)})
    if kind == "429_epoch":
        return _json(429, body, {"Retry-After": str(int(time.time()) + seconds + 1)})
    if kind == "429_json":
        return _json(429, {**body, "error_type": "rate_limit", "extras": {"wait_seconds": seconds}}, {})
    if kind == "429_text":
        headers = {"Retry-After": str(seconds), "Discourse-Rate-Limit-Error-Code": "ip_10_secs_limit"}
        return Response("Slow down, too many requests.", 429, headers, media_type="text/plain")
    if kind == "429_bare":
        return Response(b"", 429)
    return _json(429, body, {"Retry-After": str(seconds)})


def _break(kind: str, vendor: str) -> ASGIApp:
    if kind in ("409", "500"):
        text = "conflict" if kind == "409" else "internal error"
        return _json(int(kind), _ERRORS[vendor](int(kind), text), {})
    reason = {"502": "Bad Gateway", "503": "Service Unavailable", "504": "Gateway Time-out"}[kind]
    page = f"<html><head><title>{kind} {reason}</title></head><body><h1>{kind} {reason}</h1></body></html>"
    return Response(page, int(kind), media_type="text/html")


def _expire(vendor: str) -> ASGIApp:
    return _json(400, _ERRORS[vendor](400, "invalid cursor"), {})


def _json(status: int, body: Any, headers: Mapping[str, str]) -> Response:
    return Response(orjson.dumps(body), status, dict(headers), media_type=JSON)


async def _hang_up(scope: Scope, send: Send) -> None:
    transport: Transport | None = scope.get("extensions", {}).get("sandbox.transport")
    if transport is not None:
        transport.abort()
        return
    # Without a connection to cut (an in-process client) a gateway's answer stands in for it.
    await send({"type": "http.response.start", "status": 504, "headers": []})
    await send({"type": "http.response.body", "body": b""})


def _bending(kind: str, scope: Scope, send: Send) -> Send:
    """A `send` that cuts the answer's body: by the connection, or with a length that fits the cut."""
    started: Message = {}

    async def sending(message: Message) -> None:
        if message["type"] == "http.response.start":
            started.update(message)
            return
        body: bytes = message.get("body", b"")
        half = b"" if kind == "empty" else body[: len(body) // 2]
        transport: Transport | None = scope.get("extensions", {}).get("sandbox.transport")
        if kind == "cut" and transport is not None:
            await send(started)
            await send({"type": "http.response.body", "body": half, "more_body": True})
            transport.close()
            return
        length = str(len(half)).encode()
        started["headers"] = [
            (name, length if name == b"content-length" else value) for name, value in started["headers"]
        ]
        await send(started)
        await send({"type": "http.response.body", "body": half})

    return sending


_ERRORS: Mapping[str, Callable[[int, str], dict[str, Any]]] = {
    "discourse": lambda status, text: {
        "errors": [text],
        "error_type": "rate_limit" if status == 429 else "error",
    },
    "uservoice": lambda status, text: {"errors": {"type": text.replace(" ", "_"), "message": text}},
    "zendesk": lambda status, text: {
        "error": "APIRateLimitExceeded" if status == 429 else text.title().replace(" ", ""),
        "description": text,
    },
}
