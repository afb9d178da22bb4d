"""The sandbox's ASGI app: each source under its own prefix, and the control paths under `/_sandbox`."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from types import MappingProxyType
from typing import Any, Protocol

import orjson
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Mount, Route
from starlette.types import Message, Receive, Scope, Send

from extractors import clock as project_clock
from extractors.errors import LodestarError
from sandbox import discourse, uservoice, zendesk
from sandbox.clock import SandboxClock
from sandbox.dataset import moment_of
from sandbox.faults import Faulty, Injector, Plan
from sandbox.web import StandIn, answer

_LOOPBACK = ("127.0.0.1", "::1", "localhost", "testclient")
_SLUG = re.compile(r"[a-z][a-z0-9_]*\Z")
_NUMBER = re.compile(r"/-?\d+(?=/|$)")
_PERSON = re.compile(r"^/(u|users|user-badges|groups|topics/created-by)/[^/]+")


class _Vendor(Protocol):
    """What a vendor's module offers."""

    OPTIONS: Mapping[str, tuple[str, ...]]

    def make(
        self, dataset_directory: Path, clock: SandboxClock, *, limited: bool, options: Mapping[str, str]
    ) -> StandIn:
        """The stand-in over one dataset."""


VENDORS: Mapping[str, Any] = MappingProxyType(
    {"discourse": discourse, "uservoice": uservoice, "zendesk": zendesk}
)


class SourceSpecError(LodestarError):
    """A source given to the sandbox can't be understood."""


@dataclass(frozen=True)
class SourceSpec:
    """A source to serve: its name, its vendor, its dataset directory and the stand-in's options."""

    name: str
    vendor: str
    directory: Path
    options: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def from_text(cls, text: str) -> SourceSpec:
        """`NAME=VENDOR:DIR`, as the command line takes it."""
        name, equals, rest = text.partition("=")
        vendor, colon, directory = rest.partition(":")
        if not (equals and colon and directory):
            raise SourceSpecError(
                f"source {text!r}: give NAME=VENDOR:DIR, as forum=discourse:data/sandbox/community."
            )
        return cls(name, vendor, Path(directory))

    def check(self) -> None:
        """Raise SourceSpecError on a bad name, an unknown vendor or option."""
        if not _SLUG.match(self.name):
            raise SourceSpecError(
                f"source {self.name!r}: a name is small letters, digits and _, letter first."
            )
        if self.vendor not in VENDORS:
            raise SourceSpecError(
                f"source {self.name}: unknown vendor {self.vendor!r}; known: {', '.join(VENDORS)}."
            )
        known = VENDORS[self.vendor].OPTIONS
        for option, value in self.options.items():
            if option not in known:
                raise SourceSpecError(
                    f"source {self.name}: unknown option {option!r}; known: {', '.join(known) or 'none'}."
                )
            if value not in known[option]:
                raise SourceSpecError(f"source {self.name}: {option} is one of {', '.join(known[option])}.")


class SourceApp:
    """One source: moves its dataset to the clock's moment, counts, and hands on to the stand-in."""

    def __init__(self, spec: SourceSpec, clock: SandboxClock, *, limited: bool, injector: Any) -> None:
        self.spec = spec
        self._clock = clock
        module: _Vendor = VENDORS[spec.vendor]
        self.stand_in = module.make(spec.directory, clock, limited=limited, options=spec.options)
        self.stand_in.dataset.move_to(clock.now())
        self._faulty = Faulty(spec.name, spec.vendor, self.stand_in, injector)
        self.requests: Counter[str] = Counter()
        self.statuses: Counter[str] = Counter()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        self.stand_in.dataset.move_to(self._clock.now())
        prefix = scope.get("root_path", "")
        path = scope["path"].removeprefix(prefix) or "/"
        is_json = path.endswith(".json")
        path = path.removesuffix(".json").rstrip("/") or "/"
        self.requests[_path_class(path)] += 1

        async def counting(message: Message) -> None:
            if message["type"] == "http.response.start":
                self.statuses[str(message["status"])] += 1
            await send(message)

        inner = {**scope, "path": prefix + path, "sandbox.json": is_json}
        await self._faulty(inner, receive, counting)


class Sandbox:
    """All sources, one clock, one fault plan."""

    def __init__(
        self,
        sources: Sequence[SourceSpec],
        *,
        clock: SandboxClock | None = None,
        limited: bool = False,
        faults: Plan | None = None,
    ) -> None:
        """Read the datasets; raises SourceSpecError or DatasetError naming what is wrong."""
        for spec in sources:
            spec.check()
        names = Counter(spec.name for spec in sources)
        if twice := [name for name, count in names.items() if count > 1]:
            raise SourceSpecError(f"source {twice[0]} is given twice; names must differ.")
        self.clock = clock or SandboxClock()
        self._injector = Injector(faults or Plan())
        self.sources = {
            spec.name: SourceApp(spec, self.clock, limited=limited, injector=lambda: self._injector)
            for spec in sources
        }
        mounts = [
            Mount(f"/{name}{suffix}", app=app)
            for name, app in self.sources.items()
            for suffix in ("", ".zendesk.com", ".uservoice.com")
        ]
        self.app = Starlette(
            routes=[
                Route("/", self._index),
                Route("/_sandbox/clock", self._clock, methods=["GET", "POST"]),
                Route("/_sandbox/faults", self._faults, methods=["GET", "POST"]),
                Route("/_sandbox/requests", self._requests, methods=["GET", "DELETE"]),
                *mounts,
            ]
        )

    async def _index(self, request: Request) -> Response:
        lines = [f"/{spec.name}  {spec.vendor}  {spec.directory}" for spec in self._specs()]
        return PlainTextResponse("\n".join(["Lodestar sandbox", *lines, ""]))

    def _specs(self) -> list[SourceSpec]:
        return [source.spec for source in self.sources.values()]

    async def _clock(self, request: Request) -> Response:
        if (refused := _only_here(request)) is not None:
            return refused
        if request.method == "POST":
            values = await _body_of(request)
            if not isinstance(values, dict) or "now" not in values:
                return answer({"error": 'give {"now": "2026-03-01T08:00:00Z"}, or null to run live'}, 400)
            try:
                moment: datetime | None = None if values["now"] is None else moment_of(str(values["now"]))
            except LodestarError as error:
                return answer({"error": str(error)}, 400)
            self.clock.set(moment)
            for source in self.sources.values():
                source.stand_in.dataset.move_to(self.clock.now())
        return answer({"now": project_clock.iso(self.clock.now()), "live": self.clock.is_live})

    async def _faults(self, request: Request) -> Response:
        if (refused := _only_here(request)) is not None:
            return refused
        if request.method == "POST":
            values = await _body_of(request)
            try:
                self._injector = Injector(
                    Plan.from_json(values if isinstance(values, dict) else {"body": values})
                )
            except LodestarError as error:
                return answer({"error": str(error)}, 400)
        plan = self._injector.plan
        return answer({"seed": plan.seed, "rate": plan.rate, "kinds": plan.kinds, "listed": plan.listed})

    async def _requests(self, request: Request) -> Response:
        if (refused := _only_here(request)) is not None:
            return refused
        if request.method == "DELETE":
            for source in self.sources.values():
                source.requests.clear()
                source.statuses.clear()
        return answer(
            {
                name: {
                    "total": source.requests.total(),
                    "paths": dict(source.requests),
                    "statuses": dict(source.statuses),
                    **self._injector.report(name),
                }
                for name, source in self.sources.items()
            }
        )


def _only_here(request: Request) -> Response | None:
    client = request.client
    if client is not None and client.host in _LOOPBACK:
        return None
    return answer({"error": "the sandbox is controlled from its own machine only"}, 403)


async def _body_of(request: Request) -> Any:
    try:
        return orjson.loads(await request.body())
    except orjson.JSONDecodeError:
        return None


def _path_class(path: str) -> str:
    """A path with ids and names replaced, for counting."""
    return _PERSON.sub(r"/\1/{name}", _NUMBER.sub("/{id}", path))
