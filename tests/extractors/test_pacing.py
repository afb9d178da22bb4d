"""The pace of a source: spacing, bursts, stricter budgets."""

from __future__ import annotations

import threading
import time

from extractors.pacing import Pacer


def test_requests_are_spaced_below_the_limit():
    pacer = Pacer(600)
    began = time.monotonic()
    for _ in range(60):
        pacer.take(None, threading.Event())
    # 600 a minute is one each 0.1 s; five seconds' worth may go at once, the rest is spaced.
    assert 0.8 <= time.monotonic() - began < 1.6


def test_a_budget_is_stricter_than_the_source():
    pacer = Pacer(100_000, {"exports": 300})
    stopped = threading.Event()
    began = time.monotonic()
    for _ in range(30):
        pacer.take("exports", stopped)
    assert 0.8 <= time.monotonic() - began < 1.6
    began = time.monotonic()
    for _ in range(100):
        pacer.take(None, stopped)
    assert time.monotonic() - began < 0.5
