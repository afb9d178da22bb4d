"""One request and its whole answer, or what stood in the way, said for people."""

from __future__ import annotations

import ssl
import time
from collections.abc import Callable, Mapping
from urllib.parse import urlsplit

import requests
import urllib3.exceptions

from extractors.errors import SourceError
from extractors.patience import Transient

CONNECT_SECONDS = 10.0
READ_SECONDS = 60.0
BODY_SECONDS = 300.0
BODY_BYTES = 256 * 2**20
"""Of the answer as decompressed; a vendor's largest page has a few dozen megabytes."""


class TooLarge(Exception):
    """An answer beyond BODY_BYTES."""


def new_session() -> requests.Session:
    """A session that sends only the headers it is given, for one thread."""
    session = requests.Session()
    # An auth callable keeps requests from replacing our header with an entry of ~/.netrc.
    session.auth = _unchanged
    session.headers.clear()
    return session


def exchange(
    session: requests.Session,
    method: str,
    url: str,
    form: Mapping[str, str] | None,
    headers: Mapping[str, str],
    *,
    variable: str,
    error: Callable[[str, str], SourceError],
) -> tuple[requests.Response, bytes]:
    """The answer and its decoded body; redirects are not followed.

    Raises Transient for what may pass, `error(message, remedy)` for what will not; `variable` names the
    connection's environment variable in remedies.
    """
    host = urlsplit(url).netloc
    response: requests.Response | None = None
    try:
        response = session.request(
            method,
            url,
            data=form,
            headers=headers,
            stream=True,
            allow_redirects=False,
            timeout=(CONNECT_SECONDS, READ_SECONDS),
        )
        body = read_body(response)
        response.raw.release_conn()
        return response, body
    except (requests.exceptions.SSLError, urllib3.exceptions.SSLError, ssl.SSLError) as broken:
        if "CERTIFICATE" in str(broken) or "WRONG_VERSION" in str(broken) or "hostname" in str(broken):
            raise error(
                f"no trusted TLS connection to {host}",
                f"Check the address in {variable}; for an authority of your own set REQUESTS_CA_BUNDLE",
            ) from None
        failure = Transient(f"the TLS connection to {host} breaks", "Try later", offline=True)
    except (requests.exceptions.Timeout, urllib3.exceptions.TimeoutError, TimeoutError):
        failure = Transient(
            f"{host} does not answer in time",
            f"Check the address in {variable}, the network and the vendor's status page",
            offline=True,
        )
    except TooLarge:
        failure = Transient(
            f"{host} answers with more than {BODY_BYTES // 2**20} MB (decompressed) for one page",
            "Lower page_size in sources.toml; if it stays, tell the vendor",
        )
    except (requests.exceptions.InvalidURL, UnicodeError):
        raise error("the address is not valid", f"Correct {variable}") from None
    except (requests.exceptions.RequestException, urllib3.exceptions.HTTPError, OSError) as broken:
        failure = _connection_failure(broken, host, variable, answered=response is not None)
    except ValueError:
        # requests parses a redirect's address even where it does not follow it.
        raise error(
            f"{host} points to an address that is not valid", f"Check the address in {variable}"
        ) from None
    if response is not None:
        response.close()
    raise failure from None


def _unchanged(request: requests.PreparedRequest) -> requests.PreparedRequest:
    return request


def read_body(response: requests.Response) -> bytes:
    """The whole decoded body; raises TimeoutError for one that only drips, TooLarge for an endless one."""
    deadline = time.monotonic() + BODY_SECONDS
    chunks: list[bytes] = []
    size = 0
    while chunk := response.raw.read1(1 << 20, decode_content=True):
        chunks.append(chunk)
        size += len(chunk)
        if time.monotonic() > deadline:
            raise TimeoutError
        if size > BODY_BYTES:
            raise TooLarge
    return b"".join(chunks)


def _connection_failure(error: Exception, host: str, variable: str, *, answered: bool) -> Transient:
    """Say what broke; the library's own text is left out because it holds the whole URL."""
    text = f"{type(error).__name__} {error}"
    if (
        answered
        or "IncompleteRead" in text
        or "ProtocolError" in text
        or "aborted" in text
        or "reset" in text
    ):
        return Transient(
            f"{host} cuts the connection before its answer is complete", "Try later", offline=not answered
        )
    if "NameResolution" in text or "getaddrinfo" in text or "Name or service" in text:
        return Transient(
            f"the host {host} is unknown", f"Check the address in {variable} and DNS", offline=True
        )
    if "refused" in text:
        return Transient(
            f"{host} refuses the connection", f"Check the address and port in {variable}", offline=True
        )
    if "ProxyError" in text:
        return Transient(
            "the proxy can't be used", "Check HTTP_PROXY, HTTPS_PROXY and NO_PROXY", offline=True
        )
    return Transient(
        f"{host} can't be reached", f"Check the address in {variable} and the network", offline=True
    )
