"""Bursts of the default community: strong and weak ones, those that vanish and those that last."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime

import numpy as np
import pytest

from sandbox.simulation.activity import plan
from sandbox.simulation.bursts import Burst, Climb, Spurt
from sandbox.simulation.options import DAY_MS, Options
from sandbox.simulation.people import EXPERT, REGULAR, People, populate
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


def test_bursts_differ_in_height_fall_and_pauses(people: People) -> None:
    novas = [b for b in people.bursts if b.outcome == "supernova"]
    assert {b.fall_days > 14 for b in novas} == {True, False}
    assert any(b.gap[1] for b in novas) and any(b.echo[1] for b in novas)
    assert 44 < min(b.monthly_peak for b in novas) < 52 < 100 < max(b.monthly_peak for b in novas)
    assert all((b.strength == "strong") == (b.monthly_peak > 75) for b in novas)


def test_ordinary_members_can_begin_with_a_burst_and_stay(people: People) -> None:
    stayed = [b for b in people.bursts if people.role[b.person] == REGULAR]
    assert len(stayed) >= 3
    assert {b.outcome for b in stayed} == {"lasting"}
    assert all(people.gone[b.person] > b.onset_ms + 400 * DAY_MS for b in stayed)
    assert len({b.person for b in people.bursts}) == len(people.bursts)


def test_climbs_and_spurts_are_no_bursts(people: People, replies: dict[int, np.ndarray]) -> None:
    climbs = [c for c in people.climbs if c.start_ms + (c.days + 60) * DAY_MS < OPTIONS.horizon_ms]
    assert climbs
    for climb in climbs:
        at = replies[climb.person]
        assert thirty_days(at, climb.start_ms) <= 15
        assert thirty_days(at, climb.start_ms + climb.days * DAY_MS) >= 15
    assert people.spurts
    others = {b.person for b in people.bursts} | {c.person for c in people.climbs}
    assert not others & {s.person for s in people.spurts}
    assert all(s.days <= 3 for s in people.spurts)


def test_rates_follow_the_shape() -> None:
    days = np.arange(400, dtype=np.float64)
    rng = np.random.default_rng(1)
    burst = Burst(1, 30 * DAY_MS, 60.8, 60, "weak", "supernova", 10.0, gap=(20, 27), echo=(250, 278))
    rate = burst.rate(days, 0, rng)
    assert rate[30 + 15] == pytest.approx(2.0)
    assert rate[30 + 20] == rate[30 + 26] == 0 and rate[30 + 27] == pytest.approx(2.0)
    # Ten days after the plateau 37 % are left, and 1.8 % for long.
    assert rate[30 + 70] == pytest.approx(2.0 * (np.exp(-1) + 0.018))
    assert rate[30 + 260] == pytest.approx(0.4)
    lasting = Burst(1, 0, 60.8, 400, "weak", "lasting", stays=0.3).rate(days, 0, rng)
    assert lasting[399] == pytest.approx(0.6, abs=0.01)
    climb = Climb(1, 100 * DAY_MS, 200, 60.8).rate(days, 0)
    assert climb[99] == 0 and climb[200] == pytest.approx(1.0) and climb[399] == pytest.approx(2.0)
    spurt = Spurt(1, 50 * DAY_MS + 5_000, 3, 30).rate(days, 0)
    assert spurt[49:54].tolist() == [0, 10, 10, 10, 0]
