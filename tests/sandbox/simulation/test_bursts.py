"""Bursts of the default community: strong and weak ones, those that vanish and those that last."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime

import numpy as np
import pytest

from sandbox.simulation.activity import plan
from sandbox.simulation.options import DAY_MS, Options
from sandbox.simulation.people import EXPERT, People, populate
from sandbox.simulation.spaces import lay_out

OPTIONS = Options(seed=11, end=datetime(2026, 3, 1, tzinfo=UTC))


@pytest.fixture(scope="module")
def people() -> People:
    return populate(OPTIONS)


@pytest.fixture(scope="module")
def replies(people: People) -> dict[int, np.ndarray]:
    """Moments of planned replies to others, by person."""
    acts = plan(OPTIONS, people, lay_out(OPTIONS)).replies
    return {person: acts.at[acts.person == person] for person in np.unique(acts.person).tolist()}


def thirty_days(at: np.ndarray, start: float) -> int:
    return int(((at >= start) & (at < start + 30 * DAY_MS)).sum())


def test_a_burst_stands_out_from_ordinary_months(people: People, replies: dict[int, np.ndarray]) -> None:
    complete = [b for b in people.bursts if b.onset_ms < OPTIONS.horizon_ms - 60 * DAY_MS]
    assert len(complete) > 20
    for burst in complete:
        at = replies[burst.person]
        before = int((at < burst.onset_ms - DAY_MS).sum())
        assert thirty_days(at, burst.onset_ms + 10 * DAY_MS) >= 25
        assert before <= 25


def test_supernovas_fall_silent_and_lasting_stars_do_not(
    people: People, replies: dict[int, np.ndarray]
) -> None:
    seen: Counter[str] = Counter()
    for burst in people.bursts:
        quiet_from = burst.onset_ms + (burst.plateau_days + 60) * DAY_MS
        if burst.outcome == "supernova" and quiet_from < OPTIONS.horizon_ms - 90 * DAY_MS:
            at = replies[burst.person]
            peak = thirty_days(at, burst.onset_ms + 8 * DAY_MS)
            assert all(thirty_days(at, quiet_from + n * 30 * DAY_MS) <= 0.1 * peak for n in range(3))
            seen[burst.strength] += 1
        elif burst.outcome == "lasting" and burst.onset_ms < OPTIONS.horizon_ms - 400 * DAY_MS:
            at = replies[burst.person]
            months = [thirty_days(at, burst.onset_ms + n * 30 * DAY_MS) for n in range(1, 13)]
            assert min(months) >= max(months) / 5
            seen["lasting"] += 1
    assert seen["strong"] >= 5 and seen["weak"] >= 5 and seen["lasting"] >= 3


def test_experts_keep_a_level_that_is_no_burst(people: People, replies: dict[int, np.ndarray]) -> None:
    for person in people.having(EXPERT).tolist():
        at = replies.get(person, np.zeros(0, dtype=np.int64))
        first = max(OPTIONS.start_ms, int(people.joined[person]))
        assert thirty_days(at, first) < 20
