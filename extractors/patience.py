"""How long a failing request is tried again."""

from __future__ import annotations

import random
import time
from collections.abc import Callable

import tenacity

from extractors.waits import LONGEST_PAUSE

REFUSALS = 20
"""How many times in a row one request may be answered 429."""


class Transient(Exception):
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


class Patience:
    """How long one request is tried: a time budget for failures, a count for refusals."""

    def __init__(self, budget: float, has_answered: Callable[[], bool]) -> None:
        """`budget` is in seconds; `has_answered` says whether the source ever gave an answer."""
        self._budget = budget
        self._has_answered = has_answered
        self._told = 0.0
        self._refusals = 0
        self.began = time.monotonic()
        self.tries = 0

    def elapsed(self) -> float:
        """Seconds since the first try."""
        return time.monotonic() - self.began

    def pause(self, failure: Transient) -> float:
        """Seconds for which the whole source holds still after a told wait or a 429."""
        wait = failure.told if failure.told is not None else min(60.0, 2.0 ** min(self._refusals, 6))
        wait = min(wait, LONGEST_PAUSE)
        wait += random.uniform(0.0, min(1.0, 0.05 + wait / 10))
        self._told += wait
        return wait

    def wait(self, state: tenacity.RetryCallState) -> float:
        """Seconds until the next try, for tenacity; 0 after a pause of the whole source."""
        failure = _failure(state)
        if failure.told is not None or failure.status == 429:
            return 0.0
        wait = random.uniform(0.25, 1.0) * min(60.0, 0.5 * 2.0 ** min(state.attempt_number, 7))
        return min(wait, max(self._allowed(failure) - self.elapsed(), 0.05))

    def is_over(self, state: tenacity.RetryCallState) -> bool:
        """Whether the last try was the last one, for tenacity."""
        failure = _failure(state)
        self.tries = state.attempt_number
        if failure.told is not None and failure.told > LONGEST_PAUSE:
            failure.text += f" and asks to wait {failure.told / 60:.0f} minutes"
            return True
        if failure.status == 429:
            self._refusals += 1
            return self._refusals >= REFUSALS or self._told >= LONGEST_PAUSE
        return self.tries >= 3 and self.elapsed() - self._told >= self._allowed(failure)

    def _allowed(self, failure: Transient) -> float:
        # A source that never answered is most likely configured wrongly: say so soon.
        return self._budget / 10 if failure.offline and not self._has_answered() else self._budget


def _failure(state: tenacity.RetryCallState) -> Transient:
    error = state.outcome.exception() if state.outcome else None
    if not isinstance(error, Transient):
        raise TypeError("only transient failures are retried")
    return error
