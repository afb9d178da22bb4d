"""Showing how an erasure gets on."""

from __future__ import annotations

import logging
import time

logger = logging.getLogger("lodestar.erase")

_LOG_EVERY_SECONDS = 10.0


class Progress:
    """A log line now and then with what is done, how fast, and what is left."""

    def __init__(self, what: str, total: int) -> None:
        self._what = what
        self._total = total
        self._done = 0
        self._began = self._told = time.monotonic()

    def advance(self) -> None:
        """One more is done."""
        self.at(self._done + 1)

    def at(self, done: int) -> None:
        """So many are done."""
        self._done = done
        now = time.monotonic()
        if now - self._told >= _LOG_EVERY_SECONDS:
            self._told = now
            rate = done / max(now - self._began, 0.001)
            left = max(self._total - done, 0)
            logger.info(
                "%s: %s of %s, %.0f a second, about %.0f s left",
                self._what,
                f"{done:,}",
                f"{self._total:,}",
                rate,
                left / max(rate, 0.001),
            )
