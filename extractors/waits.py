"""How long a vendor asks to wait: every form in which an answer says so."""

from __future__ import annotations

import email.utils

import orjson
import requests

from extractors import clock

LONGEST_PAUSE = 3600.0
"""A vendor that asks one request to wait for more seconds than this in all ends the stream for this run."""


def told_wait(response: requests.Response, body: bytes) -> float | None:
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


def quota_pause(response: requests.Response) -> float | None:
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
