"""The pace of a source's requests: one for all of its threads."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping

from extractors.errors import Stopped


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
        self.share: Callable[[], float] = lambda: 1.0
        """How much of every rate is ours now; the rest belongs to another run of the same source."""

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
        interval = 60.0 / (rate * self.share()) * self._slowness
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
