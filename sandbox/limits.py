"""Rate limits: requests counted in fixed windows of the machine's clock."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Budget:
    """So many requests in so many seconds."""

    name: str
    requests: int
    seconds: int


@dataclass(frozen=True)
class Spent:
    """Where a budget stands after a request."""

    budget: Budget
    remaining: int
    reset_in: float
    """Seconds until the window ends."""
    refused: bool

    @property
    def wait_seconds(self) -> int:
        """Whole seconds a client has to wait, at least 1."""
        return max(1, int(-(-self.reset_in // 1)))


class Meter:
    """Counts requests against budgets; with `enforced=False` it counts but refuses nothing."""

    def __init__(self, enforced: bool, clock: Callable[[], float] = time.monotonic) -> None:
        self.enforced = enforced
        self._clock = clock
        self._windows: dict[str, tuple[float, int]] = {}

    def take(self, budget: Budget, cost: int = 1) -> Spent:
        """Count one request; a refused one costs nothing."""
        now = self._clock()
        began, used = self._windows.get(budget.name, (now, 0))
        if now - began >= budget.seconds:
            began, used = now, 0
        reset_in = budget.seconds - (now - began)
        if self.enforced and used + cost > budget.requests:
            return Spent(budget, 0, reset_in, True)
        self._windows[budget.name] = (began, used + cost)
        remaining = budget.requests - used - cost
        return Spent(budget, remaining if self.enforced else max(remaining, 1), reset_in, False)
