"""Random draws: one generator a purpose, hours and weekdays people keep, heavy tails."""

from __future__ import annotations

import zlib
from datetime import date, timedelta
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from sandbox.simulation.options import DAY_MS, HOUR_MS

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
Rng = np.random.Generator

# Share of posts by local hour: office hours, a dip at lunch, an evening.
_HOURS = np.array(
    [4, 2, 1, 1, 1, 2, 5, 14, 34, 52, 58, 54, 42, 48, 56, 54, 48, 38, 28, 26, 28, 26, 18, 9], dtype=np.float64
)
_HOUR_EDGES = np.concatenate([[0.0], np.cumsum(_HOURS) / _HOURS.sum()])
# Monday first.
WEEKDAY_FACTOR = np.array([1.18, 1.25, 1.22, 1.2, 1.05, 0.5, 0.6])


def generator(seed: int, purpose: str) -> Rng:
    """A generator of its own for each purpose: a change in one leaves the draws of the others."""
    return np.random.default_rng([seed, zlib.crc32(purpose.encode())])


def weekday(days: Ints) -> Ints:
    """Day of the week, Monday 0, of days counted from 1970-01-01 (a Thursday)."""
    found: Ints = (days + 3) % 7
    return found


def moments(rng: Rng, days: Ints, zone_minutes: Ints) -> Ints:
    """A moment (ms since 1970) on each day since 1970, at the hours people keep in their zone."""
    drawn = np.interp(rng.random(len(days)), _HOUR_EDGES, np.arange(25.0))
    at: Ints = days * DAY_MS + (drawn * HOUR_MS).astype(np.int64) - zone_minutes * 60_000
    return at


def off_weekends(rng: Rng, at: Ints, share: float = 0.55) -> Ints:
    """Moves a share of the weekend's moments to the Monday or Tuesday after."""
    day = weekday(at // DAY_MS)
    moved = (day >= 5) & (rng.random(len(at)) < share)
    return at + np.where(moved, (7 - day + rng.integers(0, 2, len(at))) * DAY_MS, 0)


def office_hours(rng: Rng, at: Ints, zone_minutes: int = 60) -> Ints:
    """Moves moments that fall outside Mon-Fri 08-18 local time to the next office morning."""
    local = at + zone_minutes * 60_000
    day, of_day = local // DAY_MS, local % DAY_MS
    late = of_day >= 18 * HOUR_MS
    early = of_day < 8 * HOUR_MS
    day = day + late
    over = weekday(day)
    day = day + np.where(over >= 5, 7 - over, 0)
    moved = late | early | (over >= 5)
    morning = 8 * HOUR_MS + (rng.exponential(1.2, len(at)).clip(0, 8) * HOUR_MS).astype(np.int64)
    return np.where(moved, day * DAY_MS + morning - zone_minutes * 60_000, at)


def pareto(rng: Rng, size: int, shape: float, cap: float) -> Floats:
    """Heavy-tailed weights from 1 up to `cap`."""
    drawn: Floats = np.minimum((1.0 - rng.random(size)) ** (-1.0 / shape), cap)
    return drawn


def zipf_shares(count: int, exponent: float) -> Floats:
    """Shares that fall off with rank and sum to 1."""
    weights = 1.0 / np.arange(1, count + 1) ** exponent
    shares: Floats = weights / weights.sum()
    return shares


def pick(rng: Rng, weights: Floats, size: int) -> Ints:
    """Indices drawn with these weights."""
    edges = np.cumsum(weights)
    drawn = np.searchsorted(edges, rng.random(size) * edges[-1], side="right")
    index: Ints = np.minimum(drawn, len(weights) - 1)
    return index


def lag_ms(rng: Rng, size: int, median_hours: float, sigma: float) -> Ints:
    """Log-normal delays in milliseconds, at least a second."""
    hours = median_hours * np.exp(sigma * rng.standard_normal(size))
    return np.maximum((hours * HOUR_MS).astype(np.int64), 1_000)


def later(at: Ints, delay: Ints) -> Ints:
    """`at + delay`, kept from overflowing by very long delays (at most 50 years)."""
    return at + np.minimum(delay, 50 * 365 * DAY_MS)


@lru_cache(maxsize=4_096)
def _day_text(day: int) -> str:
    return (date(1970, 1, 1) + timedelta(days=day)).isoformat()


def stamp(at: int) -> str:
    """ISO 8601 UTC stamp with milliseconds, as Discourse writes it, of a moment in ms since 1970."""
    day, rest = divmod(at, DAY_MS)
    seconds = rest // 1000
    hour, minute, second = seconds // 3600, seconds // 60 % 60, seconds % 60
    return f"{_day_text(day)}T{hour:02d}:{minute:02d}:{second:02d}.{rest % 1000:03d}Z"


def stamp_s(at: int) -> str:
    """ISO 8601 UTC stamp in whole seconds, as UserVoice and Zendesk write it."""
    day, rest = divmod(at, DAY_MS)
    seconds = rest // 1000
    return f"{_day_text(day)}T{seconds // 3600:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d}Z"
