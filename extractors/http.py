"""The one HTTP client: pacing, retries, every form of "too many requests", and clear errors.

An `Api` belongs to one source. `for_stream` gives a view for one stream (one thread) with its own session,
notes and counters; views share pace, pauses, credentials and the stop signal.
"""

from __future__ import annotations

import email.utils
import random
import re
import ssl
import threading
import time
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qsl, urlencode, urljoin, urlsplit, urlunsplit

import orjson
import requests
import tenacity
import urllib3.exceptions

from extractors import __version__, clock
from extractors.config import SourceConfig
from extractors.errors import SourceError, Stopped

CONNECT_SECONDS = 10.0
READ_SECONDS = 60.0
BODY_SECONDS = 300.0
BODY_BYTES = 512 * 2**20
LONGEST_PAUSE = 3600.0
"""A vendor that asks one request to wait for more seconds than this in all ends the stream for this run."""
REFUSALS = 20
"""How many times in a row one request may be answered 429."""

Query = Mapping[str, Any]
Renew = Callable[["Api"], Mapping[str, str]]


class Pacer:
    """Spaces the requests of all threads of a source, and holds them all while the vendor asks to wait."""

    def __init__(self, per_minute: float | None, budgets: Mapping[str, float] | None = None) -> None:
        """`per_minute` is for all requests (None: no pace); `budgets` name stricter shares of it."""
        self._lock = threading.Lock()
        self._rates: dict[str | None, float] = {None: per_minute} if per_minute else {}
        self._rates.update(budgets or {})
        self._next: dict[str | None, float] = {}
        self._paused_until = 0.0
        self._slowness = 1.0

    def take(self, budget: str | None, stopped: threading.Event) -> None:
        """Wait for this request's turn; raises Stopped if the source is told to stop meanwhile."""
        with self._lock:
            turn = max(self._reserve(name) for name in {None, budget})
        while True:
            with self._lock:
                delay = max(turn, self._paused_until) - time.monotonic()
            if stopped.wait(delay) if delay > 0 else stopped.is_set():
                raise Stopped("stopped while waiting for the next request")
            if delay <= 0:
                return

    def _reserve(self, name: str | None) -> float:
        now = time.monotonic()
        rate = self._rates.get(name)
        if rate is None:
            return now
        interval = 60.0 / rate * self._slowness
        burst = max(0.0, min(5.0, 60.0 - interval) - interval)
        due = max(self._next.get(name, 0.0), now - burst)
        self._next[name] = due + interval
        return due

    def pause(self, seconds: float) -> None:
        """Let no request of the source start for `seconds`; a longer pause already set stays."""
        with self._lock:
            self._paused_until = max(self._paused_until, time.monotonic() + seconds)

    def refused(self) -> None:
        """Go slower after a 429, at most eight times."""
        with self._lock:
            if time.monotonic() >= self._paused_until:
                self._slowness = min(self._slowness * 1.5, 8.0)

    def accepted(self) -> None:
        """Come back to the configured pace, a hundredth an answer."""
        if self._slowness > 1.0:
            with self._lock:
                self._slowness = max(self._slowness * 0.99, 1.0)


class _Transient(Exception):
    """One try failed in a way that a later one may not; the text is for the user."""

    def __init__(
        self,
        text: str,
        remedy: str = "",
        *,
        status: int | None = None,
        told: float | None = None,
        offline: bool = False,
    ) -> None:
        super().__init__(text)
        self.text = text
        self.remedy = remedy
        self.status = status
        self.told = told
        self.offline = offline


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
        once after a 401. `requests_per_minute` is the vendor's usual limit, less a margin; the option of
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
        self.requests = 0
        self.last_requested_at: datetime = clock.now()
        """When the last answered request was sent (UTC)."""
        self._session = requests.Session()
        # An auth callable keeps requests from replacing our header with an entry of ~/.netrc.
        self._session.auth = _unchanged
        self._session.headers.clear()

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

    def stop(self) -> None:
        """Make every view's waiting and next request raise Stopped."""
        self._shared.stopped.set()

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
        own, other = urlsplit(self.base_url), urlsplit(url)
        try:
            same = (own.scheme, own.hostname, _port(own)) == (other.scheme, other.hostname, _port(other))
        except ValueError:
            return False
        clean = "\\" not in url and ".." not in other.path.split("/") and other.username is None
        return same and clean and (other.path == own.path or other.path.startswith(own.path + "/"))

    def _url(self, path: str) -> str:
        if "://" not in path and not path.startswith("//"):
            return f"{self.base_url}/{path.lstrip('/')}"
        if self.is_own(path):
            return path
        raise self.error(
            f"the vendor points to another address ({urlsplit(path).hostname}), which is not followed",
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
        shared = self._shared
        url = urlsplit(self._url(path))
        query = _merged(url.query, params)
        target = urlunsplit((url.scheme, url.netloc, url.path, "", ""))
        shown = label or url.path.removeprefix(urlsplit(self.base_url).path)
        patience = _Patience(float(self.settings.get("retry_minutes") or 5.0) * 60, shared)

        def attempt() -> Any:
            if shared.dead:
                raise self.error(shared.dead.message, shared.dead.remedy)
            try:
                return self._answer(method, target, query, form, missing_ok, budget, shown, authorize)
            except _Transient as failure:
                shared.pacer.refused() if failure.status == 429 else None
                if failure.told is not None or failure.status == 429:
                    shared.pacer.pause(patience.pause(failure))
                if shrink and failure.status != 429 and patience.tries >= 1:
                    _halve(query, shrink)
                raise

        retrying = tenacity.Retrying(
            retry=tenacity.retry_if_exception_type(_Transient),
            stop=patience.is_over,
            wait=patience.wait,
            sleep=self._sleep,
            reraise=True,
        )
        try:
            return retrying(attempt)
        except _Transient as failure:
            raise self._given_up(failure, patience) from None

    def _sleep(self, seconds: float) -> None:
        if seconds > 0 and self._shared.stopped.wait(seconds):
            raise Stopped("stopped while waiting to try again")

    def _given_up(self, failure: _Transient, patience: _Patience) -> SourceError:
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
        renewed = False
        hops = 0
        while True:
            headers, generation = self._headers(authorize)
            self._shared.pacer.take(budget, self._shared.stopped)
            requested_at = clock.now()
            response, body = self._exchange(method, target, query, form, headers)
            status = response.status_code
            self.requests += 1
            self._shared.last_answer = time.monotonic()
            if status == 401 and authorize and self._shared.renew and not renewed:
                renewed = True
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
            told = _told_wait(response, body)
            raise _Transient(
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
        self.last_requested_at = requested_at
        self._shared.pacer.accepted()
        rest = _quota_pause(response)
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

    def _exchange(
        self,
        method: str,
        target: str,
        query: list[tuple[str, str]],
        form: Mapping[str, str] | None,
        headers: dict[str, str],
    ) -> tuple[requests.Response, bytes]:
        host = urlsplit(target).netloc
        variable = self._shared.config.connection_variable
        url = f"{target}?{urlencode(query)}" if query else target
        response: requests.Response | None = None
        try:
            response = self._session.request(
                method,
                url,
                data=form,
                headers=headers,
                stream=True,
                allow_redirects=False,
                timeout=(CONNECT_SECONDS, READ_SECONDS),
            )
            body = _read(response)
            response.raw.release_conn()
            return response, body
        except (requests.exceptions.SSLError, urllib3.exceptions.SSLError, ssl.SSLError) as error:
            if "CERTIFICATE" in str(error) or "WRONG_VERSION" in str(error) or "hostname" in str(error):
                raise self.error(
                    f"no trusted TLS connection to {host}",
                    f"Check the address in {variable}; for an authority of your own set REQUESTS_CA_BUNDLE",
                ) from None
            failure = _Transient(f"the TLS connection to {host} breaks", "Try later", offline=True)
        except (requests.exceptions.Timeout, urllib3.exceptions.TimeoutError, TimeoutError):
            failure = _Transient(
                f"{host} does not answer in time",
                f"Check the address in {variable}, the network and the vendor's status page",
                offline=True,
            )
        except (requests.exceptions.InvalidURL, UnicodeError):
            raise self.error("the address is not valid", f"Correct {variable}") from None
        except (requests.exceptions.RequestException, urllib3.exceptions.HTTPError, OSError) as error:
            failure = _connection_failure(error, host, variable, answered=response is not None)
        if response is not None:
            response.close()
        raise failure from None

    def _redirected(
        self, target: str, query: list[tuple[str, str]], response: requests.Response
    ) -> tuple[str, list[tuple[str, str]]]:
        url = urljoin(target, response.headers.get("Location", ""))
        if not self.is_own(url):
            raise self.error(
                f"the site answers {response.status_code} and points to {urlsplit(url).scheme}://"
                f"{urlsplit(url).netloc}, which is not followed",
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
            403: f"Give the key in {variable} the right to read it"
            if has_login
            else f"Put a key with the right to read it into {variable}",
            404: f"Check the address in {variable} (with its sub-path, if any) and the plan's features",
            410: f"Check the address in {variable}",
        }
        remedy = remedies.get(status, "The request does not suit this server's version; please report it")
        if 300 <= status < 400:
            remedy = f"The site redirects without end: check the address in {variable}"
        return self.error(f"{shown} is answered {status} {_meaning(status)}", remedy, status=status)

    def _parsed(self, response: requests.Response, body: bytes, shown: str) -> Any:
        try:
            return orjson.loads(body)
        except orjson.JSONDecodeError:
            kind = response.headers.get("Content-Type", "").partition(";")[0].strip().lower()
            kind = kind if re.fullmatch(r"[\w.+-]+/[\w.+-]+", kind) else "unknown"
            raise _Transient(
                f"{shown} is answered {response.status_code} with something that is not JSON (type {kind}, "
                f"{len(body)} bytes)",
                f"Check that {self._shared.config.connection_variable} leads to the API, not to a login page",
            ) from None


class _Patience:
    """How long one request is tried: a time budget for failures, a count for refusals."""

    def __init__(self, budget: float, shared: _Shared) -> None:
        self._budget = budget
        self._shared = shared
        self._told = 0.0
        self._refusals = 0
        self.began = time.monotonic()
        self.tries = 0

    def elapsed(self) -> float:
        return time.monotonic() - self.began

    def pause(self, failure: _Transient) -> float:
        """Seconds for which the whole source holds still after a told wait or a 429."""
        wait = failure.told if failure.told is not None else min(60.0, 2.0 ** min(self._refusals, 6))
        wait = min(wait, LONGEST_PAUSE)
        wait += random.uniform(0.0, min(1.0, 0.05 + wait / 10))
        self._told += wait
        return wait

    def wait(self, state: tenacity.RetryCallState) -> float:
        failure = _failure(state)
        if failure.told is not None or failure.status == 429:
            return 0.0
        wait = random.uniform(0.25, 1.0) * min(60.0, 0.5 * 2.0 ** min(state.attempt_number, 7))
        return min(wait, max(self._allowed(failure) - self.elapsed(), 0.05))

    def is_over(self, state: tenacity.RetryCallState) -> bool:
        failure = _failure(state)
        self.tries = state.attempt_number
        if failure.told is not None and failure.told > LONGEST_PAUSE:
            failure.text += f" and asks to wait {failure.told / 60:.0f} minutes"
            return True
        if failure.status == 429:
            self._refusals += 1
            return self._refusals >= REFUSALS or self._told >= LONGEST_PAUSE
        return self.tries >= 3 and self.elapsed() - self._told >= self._allowed(failure)

    def _allowed(self, failure: _Transient) -> float:
        # A source that never answered is most likely configured wrongly: say so soon.
        return self._budget / 10 if failure.offline and self._shared.last_answer is None else self._budget


def _failure(state: tenacity.RetryCallState) -> _Transient:
    error = state.outcome.exception() if state.outcome else None
    if not isinstance(error, _Transient):
        raise TypeError("only transient failures are retried")
    return error


def _unchanged(request: requests.PreparedRequest) -> requests.PreparedRequest:
    return request


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


def _read(response: requests.Response) -> bytes:
    """The whole decoded body; raises TimeoutError for one that only drips, OSError for an endless one."""
    deadline = time.monotonic() + BODY_SECONDS
    chunks: list[bytes] = []
    size = 0
    while chunk := response.raw.read1(1 << 20, decode_content=True):
        chunks.append(chunk)
        size += len(chunk)
        if time.monotonic() > deadline:
            raise TimeoutError
        if size > BODY_BYTES:
            raise OSError("endless body")
    return b"".join(chunks)


def _connection_failure(error: Exception, host: str, variable: str, *, answered: bool) -> _Transient:
    """Say what broke; the library's own text is left out because it holds the whole URL."""
    text = f"{type(error).__name__} {error}"
    if (
        answered
        or "IncompleteRead" in text
        or "ProtocolError" in text
        or "aborted" in text
        or "reset" in text
    ):
        return _Transient(
            f"{host} cuts the connection before its answer is complete", "Try later", offline=not answered
        )
    if "NameResolution" in text or "getaddrinfo" in text or "Name or service" in text:
        return _Transient(
            f"the host {host} is unknown", f"Check the address in {variable} and DNS", offline=True
        )
    if "refused" in text:
        return _Transient(
            f"{host} refuses the connection", f"Check the address and port in {variable}", offline=True
        )
    if "ProxyError" in text:
        return _Transient(
            "the proxy can't be used", "Check HTTP_PROXY, HTTPS_PROXY and NO_PROXY", offline=True
        )
    return _Transient(
        f"{host} can't be reached", f"Check the address in {variable} and the network", offline=True
    )


def _told_wait(response: requests.Response, body: bytes) -> float | None:
    """Seconds the vendor asks to wait: Retry-After (seconds, epoch, date) or the JSON body; else None."""
    text = response.headers.get("Retry-After", "").strip()
    if text:
        try:
            return _until(float(text), response)
        except ValueError:
            parsed = email.utils.parsedate_tz(text)
            if parsed:
                return _until(float(email.utils.mktime_tz(parsed)), response)
    try:
        answer = orjson.loads(body)
    except orjson.JSONDecodeError:
        return None
    extras = answer.get("extras") if isinstance(answer, dict) else None
    for holder, name in ((extras, "wait_seconds"), (answer, "retry_after"), (extras, "retry_after")):
        value = holder.get(name) if isinstance(holder, dict) else None
        if isinstance(value, int | float) and not isinstance(value, bool):
            return _until(float(value), response)
    return None


def _until(value: float, response: requests.Response) -> float | None:
    """Seconds from a duration, or from an epoch (above 1e9) by the server's own clock where it sends one."""
    if value != value or value < 0:
        return None
    if value < 1e9:
        return value
    clocks = [clock.now().timestamp()]
    date = email.utils.parsedate_tz(response.headers.get("Date", ""))
    if date:
        clocks.insert(0, float(email.utils.mktime_tz(date)))
    waits = [value - moment for moment in clocks]
    return next((wait for wait in waits if 0 <= wait <= LONGEST_PAUSE), None)


def _quota_pause(response: requests.Response) -> float | None:
    """Seconds until the vendor's window opens again if this answer used its last request; else None."""
    headers = response.headers
    for remaining, reset in (
        ("X-Rate-Limit-Remaining", "X-Rate-Limit-Reset"),
        ("X-RateLimit-Remaining", "X-RateLimit-Reset"),
        ("ratelimit-remaining", "ratelimit-reset"),
    ):
        try:
            if float(headers[remaining]) <= 0:
                wait = _until(float(headers[reset]), response)
                return wait if wait is not None and wait <= 120 else None
        except (KeyError, ValueError):
            continue
    return None


def _meaning(status: int) -> str:
    try:
        return f"({requests.status_codes._codes[status][0].replace('_', ' ')})"  # type: ignore[attr-defined]
    except (KeyError, IndexError):
        return ""


def utc(epoch: float) -> datetime:
    """An aware UTC time from epoch seconds."""
    return datetime.fromtimestamp(epoch, UTC)
