"""The one HTTP client: what a request to a vendor is, whose answer is parsed JSON or a clear error.

An `Api` belongs to one source. `for_stream` gives a view for one stream (one thread) with its own session,
notes and counters; views share pace, pauses, credentials and the stop signal. `pacing` spaces requests,
`exchange` makes one, `patience` says how long a failing one is tried, `waits` how long a vendor asks to wait.
"""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Callable, Collection, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from urllib.parse import parse_qsl, unquote, urlencode, urljoin, urlsplit, urlunsplit

import orjson
import requests
import tenacity

from extractors import __version__, clock
from extractors.config import SourceConfig
from extractors.errors import SourceError, Stopped
from extractors.exchange import exchange, new_session
from extractors.pacing import Pacer
from extractors.patience import Patience, Transient
from extractors.waits import quota_pause, told_wait

Query = Mapping[str, Any]
Renew = Callable[["Api"], Mapping[str, str]]

_TRICKS = re.compile(r"[\\\x00-\x20\x7f]")
"""Characters that parsers of addresses read differently."""
_SURROGATE = re.compile(
    rb"(?<!\\)((?:\\\\)*)(?:(\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2})"
    rb"|\\u[dD][89a-fA-F][0-9a-fA-F]{2})"
)
"""A pair of surrogates, or one alone, which is no character and no JSON that others accept."""

RENEWALS = 3
"""Tokens that one request may use up: another stream's token request may have ended the one just bought."""


@dataclass
class _Shared:
    """What the views of a source have in common."""

    config: SourceConfig
    base_url: str
    headers: dict[str, str]
    renew: Renew | None
    pacer: Pacer
    stopped: threading.Event = field(default_factory=threading.Event)
    lock: threading.Lock = field(default_factory=threading.Lock)
    authorization: Mapping[str, str] | None = None
    generation: int = 0
    last_answer: float | None = None
    dead: SourceError | None = None


class Api:
    """Asks one source's API and gives parsed JSON, or raises SourceError saying what to do."""

    def __init__(
        self,
        config: SourceConfig,
        *,
        headers: Mapping[str, str] | None = None,
        renew: Renew | None = None,
        requests_per_minute: float | None = None,
        budgets: Mapping[str, float] | None = None,
    ) -> None:
        """Make the client of a source.

        `headers` (credentials among them) go with every request. `renew` is for vendors with a token: it
        asks for one (through `post_form`) and gives the header; it is called before the first request and
        after a 401. `requests_per_minute` is the vendor's usual limit, less a margin; the option of
        that name wins. `budgets` are stricter limits of some endpoints, taken by `get(…, budget=name)`; an
        option above the vendor's usual limit lifts them in proportion.
        """
        pace = config.options.get("requests_per_minute")
        if pace and requests_per_minute and pace > requests_per_minute:
            budgets = {name: limit * pace / requests_per_minute for name, limit in (budgets or {}).items()}
        self._shared = _Shared(
            config,
            config.require_connection().base_url,
            {"User-Agent": f"lodestar/{__version__}", "Accept": "application/json", "Accept-Encoding": "gzip"}
            | dict(headers or {}),
            renew,
            Pacer(pace or requests_per_minute, budgets),
        )
        self._become(None)

    def _become(self, stream: str | None) -> None:
        self.stream = stream
        self.notes: list[str] = []
        self._is_ended = False
        self.requests = 0
        self.last_requested_at: datetime = clock.now()
        """When the last answered request was sent (UTC)."""
        self.last_path: str | None = None
        """The path of the last request, or its label; None before the first."""
        self._session = new_session()

    def for_stream(self, stream: str) -> Api:
        """A view for one stream and thread: shares pace, credentials and stop signal with this client."""
        view = Api.__new__(Api)
        view._shared = self._shared
        view._become(stream)
        return view

    @property
    def settings(self) -> Mapping[str, Any]:
        """The source's options, defaults included."""
        return self._shared.config.options

    @property
    def source(self) -> str:
        """The configured source's name."""
        return self._shared.config.name

    @property
    def base_url(self) -> str:
        """The configured address, without a trailing slash."""
        return self._shared.base_url

    def note(self, text: str) -> None:
        """Say what could not be seen; ends in the checkpoint and the report, once per text."""
        if text not in self.notes:
            self.notes.append(text)

    def take_share(self, share: Callable[[], float]) -> None:
        """Use only this share of the pace (asked before each request); the rest is another run's."""
        self._shared.pacer.share = share

    def stop(self) -> None:
        """Make every view's waiting and next request raise Stopped."""
        self._shared.stopped.set()

    def end(self) -> None:
        """Make this view's next request raise Stopped."""
        self._is_ended = True

    def error(self, message: str, remedy: str = "", *, status: int | None = None) -> SourceError:
        """A SourceError that names this source and stream; no text given may hold a record's value."""
        return SourceError(self.source, self.stream, message, remedy, status=status)

    def get(
        self,
        path: str,
        params: Query | None = None,
        *,
        missing_ok: Collection[int] = (),
        budget: str | None = None,
        shrink: str | None = None,
        label: str | None = None,
    ) -> Any:
        """GET `path` (relative to the base address, or an absolute URL under it) and parse the JSON answer.

        `params` win over the URL's own; a list repeats its name, None leaves it out. An answer with a status
        in `missing_ok` gives None. `shrink` names a page-size parameter to halve when the vendor fails or is
        too slow. `label` stands for the path in messages where the path holds a record's value. Raises
        SourceError.
        """
        return self._call("GET", path, params, None, missing_ok, budget, shrink, label, authorize=True)

    def post_form(
        self, path: str, form: Mapping[str, str], *, authorize: bool = True, label: str | None = None
    ) -> Any:
        """POST an URL-encoded form and parse the JSON answer; a token request sets `authorize` to False."""
        return self._call("POST", path, None, form, (), None, None, label, authorize=authorize)

    def is_own(self, url: str) -> bool:
        """Whether `url` has the base address' scheme, host and port and lies under its path."""
        own = urlsplit(self.base_url)
        try:
            other = urlsplit(url)
            same = (own.scheme, own.hostname, _port(own)) == (other.scheme, other.hostname, _port(other))
        except ValueError:
            return False
        # Encoded dots climb as well: the transport decodes them before it sends.
        climbs = ".." in unquote(other.path).split("/")
        clean = not climbs and other.username is None and not _TRICKS.search(url)
        return same and clean and (other.path == own.path or other.path.startswith(own.path + "/"))

    def _url(self, path: str) -> str:
        if "://" not in path and not path.startswith("//"):
            return f"{self.base_url}/{path.lstrip('/')}"
        if self.is_own(path):
            return path
        raise self.error(
            f"the vendor points to another address ({_host(path)}), which is not followed",
            f"If the site has moved, change the address in {self._shared.config.connection_variable}",
        )

    def _call(
        self,
        method: str,
        path: str,
        params: Query | None,
        form: Mapping[str, str] | None,
        missing_ok: Collection[int],
        budget: str | None,
        shrink: str | None,
        label: str | None,
        *,
        authorize: bool,
    ) -> Any:
        if self._is_ended:
            raise Stopped("stopped before the next request")
        shared = self._shared
        url = urlsplit(self._url(path))
        query = _merged(url.query, params)
        target = urlunsplit((url.scheme, url.netloc, url.path, "", ""))
        shown = self.last_path = label or url.path.removeprefix(urlsplit(self.base_url).path)
        patience = Patience(
            float(self.settings.get("retry_minutes") or 5.0) * 60, lambda: shared.last_answer is not None
        )

        def attempt() -> Any:
            if shared.dead:
                raise self.error(shared.dead.message, shared.dead.remedy)
            try:
                return self._answer(method, target, query, form, missing_ok, budget, shown, authorize)
            except Transient as failure:
                shared.pacer.refused() if failure.status == 429 else None
                if failure.told is not None or failure.status == 429:
                    shared.pacer.pause(patience.pause(failure))
                if shrink and failure.status != 429 and patience.tries >= 1:
                    _halve(query, shrink)
                raise

        retrying = tenacity.Retrying(
            retry=tenacity.retry_if_exception_type(Transient),
            stop=patience.is_over,
            wait=patience.wait,
            sleep=self._sleep,
            reraise=True,
        )
        try:
            return retrying(attempt)
        except Transient as failure:
            raise self._given_up(failure, patience) from None

    def _sleep(self, seconds: float) -> None:
        if seconds > 0 and self._shared.stopped.wait(seconds):
            raise Stopped("stopped while waiting to try again")

    def _given_up(self, failure: Transient, patience: Patience) -> SourceError:
        spent = f"{patience.tries} tries in {patience.elapsed():.0f} s"
        error = self.error(f"{failure.text} ({spent})", failure.remedy, status=failure.status)
        succeeded = self._shared.last_answer
        if failure.status is None and failure.offline and (succeeded is None or succeeded < patience.began):
            self._shared.dead = error
        return error

    def _answer(
        self,
        method: str,
        target: str,
        query: list[tuple[str, str]],
        form: Mapping[str, str] | None,
        missing_ok: Collection[int],
        budget: str | None,
        shown: str,
        authorize: bool,
    ) -> Any:
        renewals = 0
        hops = 0
        while True:
            headers, generation = self._headers(authorize)
            self._shared.pacer.take(budget, self._shared.stopped)
            requested_at = clock.now()
            response, body = exchange(
                self._session,
                method,
                f"{target}?{urlencode(query)}" if query else target,
                form,
                headers,
                variable=self._shared.config.connection_variable,
                error=self.error,
            )
            status = response.status_code
            self.requests += 1
            self._shared.last_answer = time.monotonic()
            if status == 401 and authorize and self._shared.renew and renewals < RENEWALS:
                renewals += 1
                self._forget(generation)
                continue
            if status in (301, 302, 303, 307, 308) and method == "GET" and hops < 5:
                hops += 1
                target, query = self._redirected(target, query, response)
                continue
            break
        if status in missing_ok:
            return None
        if status == 429 or status in (408, 409, 425) or status >= 500:
            told = told_wait(response, body)
            raise Transient(
                f"{shown} is answered {status} {_meaning(status)}",
                "Lower requests_per_minute in sources.toml, or try later"
                if status == 429
                else "Try later; the next run goes on after the last durable page",
                status=status,
                told=told,
            )
        if not 200 <= status < 300:
            raise self._refusal(status, shown)
        answer = self._parsed(response, body, shown)
        if answer is None:
            # None is what a status in `missing_ok` gives.
            raise Transient(
                f"{shown} is answered {status} with null, not with records",
                "Try later; if it stays, the vendor's API has changed: report it",
            )
        self.last_requested_at = requested_at
        self._shared.pacer.accepted()
        rest = quota_pause(response)
        if rest is not None:
            self._shared.pacer.pause(rest)
        return answer

    def _headers(self, authorize: bool) -> tuple[dict[str, str], int]:
        shared = self._shared
        if not authorize or shared.renew is None:
            return dict(shared.headers), shared.generation
        with shared.lock:
            if shared.authorization is None:
                shared.authorization = dict(shared.renew(self))
                shared.generation += 1
            return shared.headers | dict(shared.authorization), shared.generation

    def _forget(self, generation: int) -> None:
        with self._shared.lock:
            if self._shared.generation == generation:
                self._shared.authorization = None

    def _redirected(
        self, target: str, query: list[tuple[str, str]], response: requests.Response
    ) -> tuple[str, list[tuple[str, str]]]:
        location = response.headers.get("Location", "")
        try:
            url = urljoin(target, location)
        except ValueError:
            url = location
        if not self.is_own(url):
            raise self.error(
                f"the site answers {response.status_code} and points to {_host(url)}, which is not followed",
                f"If that is its right address, put it into {self._shared.config.connection_variable}",
                status=response.status_code,
            )
        parts = urlsplit(url)
        return urlunsplit((parts.scheme, parts.netloc, parts.path, "", "")), _merged(
            parts.query, None
        ) or query

    def _refusal(self, status: int, shown: str) -> SourceError:
        variable = self._shared.config.connection_variable
        has_login = bool(self._shared.config.require_connection().password)
        remedies = {
            401: f"Check login and password in {variable}"
            if has_login
            else f"This site wants credentials: put them into {variable}",
            403: f"Check the key in {variable}, and that it may read this"
            if has_login
            else f"Put a key with the right to read it into {variable}",
            404: f"Check the address in {variable} (with its sub-path, if any) and the plan's features",
            410: f"Check the address in {variable}",
        }
        remedy = remedies.get(status, "The request does not suit this server's version; please report it")
        if 300 <= status < 400:
            remedy = f"The site redirects without end: check the address in {variable}"
        # A refused login hits every stream alike: without the path it is reported once.
        what = f"the login is refused: {status}" if status == 401 else f"{shown} is answered {status}"
        return self.error(f"{what} {_meaning(status)}", remedy, status=status)

    def _parsed(self, response: requests.Response, body: bytes, shown: str) -> Any:
        try:
            return orjson.loads(body)
        except orjson.JSONDecodeError as broken:
            if "surrogate" in str(broken):
                # Half a character, as of a text cut in an emoji, must not stop the stream for ever.
                with suppress(orjson.JSONDecodeError):
                    return orjson.loads(
                        _SURROGATE.sub(lambda found: found[1] + (found[2] or b"\\ufffd"), body)
                    )
            kind = response.headers.get("Content-Type", "").partition(";")[0].strip().lower()
            kind = kind if re.fullmatch(r"[\w.+-]+/[\w.+-]+", kind) else "unknown"
            raise Transient(
                f"{shown} is answered {response.status_code} with something that is not JSON (type {kind}, "
                f"{len(body)} bytes)",
                f"Check that {self._shared.config.connection_variable} leads to the API, not to a login page",
            ) from None


def _host(url: str) -> str:
    """The host an address leads to, without a login it may hold."""
    try:
        parts = urlsplit(url)
        port = f":{parts.port}" if parts.port else ""
        return f"{parts.scheme}://{parts.hostname}{port}" if parts.scheme else f"//{parts.hostname}"
    except ValueError:
        return "an invalid address"


def _port(url: Any) -> int | None:
    port: int | None = url.port
    return port or {"http": 80, "https": 443}.get(url.scheme)


def _merged(query: str, params: Query | None) -> list[tuple[str, str]]:
    given = dict(params or {})
    merged = [(name, value) for name, value in parse_qsl(query, keep_blank_values=True) if name not in given]
    for name, value in given.items():
        for item in value if isinstance(value, list | tuple) else [value]:
            if item is not None:
                merged.append((name, str(item).lower() if isinstance(item, bool) else str(item)))
    return merged


def _halve(query: list[tuple[str, str]], name: str) -> None:
    for place, (key, value) in enumerate(query):
        if key == name and value.isdigit():
            query[place] = (key, str(max(int(value) // 2, min(int(value), 10))))


def _meaning(status: int) -> str:
    try:
        return f"({requests.status_codes._codes[status][0].replace('_', ' ')})"  # type: ignore[attr-defined]
    except (KeyError, IndexError):
        return ""
