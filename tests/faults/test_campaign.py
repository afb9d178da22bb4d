"""A sample of the fault campaign: every kind of fault at each vendor, kills, days apart; what it deals."""

from __future__ import annotations

import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from tests.faults.kills import EXTRACT, LOAD
from tests.faults.rows import Found, Raw, compare, same, same_now
from tests.faults.scenarios import IMPOSSIBLE, UNREACHABLE, VENDORS, deal

ROOT = Path(__file__).parents[2]
SAMPLE = ("discourse every kind", "uservoice every kind", "zendesk every kind", "#1 ")


def test_a_sample_of_the_campaign_loses_and_doubles_nothing() -> None:
    only = [part for text in SAMPLE for part in ("--only", text)]
    done = subprocess.run(
        [sys.executable, "-m", "tests.faults", "--scenarios", "72", "--lanes", "3", *only],
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout + done.stderr[-3000:]
    assert "4 of 4 scenarios passed" in done.stdout


def test_every_pair_of_vendor_and_fault_is_dealt_and_every_place_to_be_killed_at() -> None:
    scenarios = deal(seed=7, count=240)
    assert len(scenarios) == 240
    reads = [scenario for scenario in scenarios if scenario.shape == "read"]
    pairs = Counter((scenario.vendor, scenario.kind) for scenario in reads)
    assert len(pairs) == 3 * 23 - len(IMPOSSIBLE)
    assert min(pairs.values()) >= 3
    assert {kill.place for scenario in reads for kill in scenario.kills} == {*EXTRACT, *LOAD}
    assert sum(scenario.is_days_apart for scenario in reads) > len(reads) / 3
    assert {kill.stage for each in scenarios if each.shape == "whole" for kill in each.kills} == {
        "extract", "load", "build", "gate", "publish",
    }  # fmt: skip
    assert {scenario.vendor for scenario in reads} == set(VENDORS.values())
    assert {scenario.kind for scenario in reads} >= set(UNREACHABLE)
    assert deal(seed=7, count=240) == scenarios
    assert deal(seed=8, count=240) != scenarios


@pytest.mark.parametrize(
    ("found", "lost", "doubled"),
    [
        ({"posts": Counter({(1, "a"): 1, (2, "b"): 1})}, 0, 0),
        ({"posts": Counter({(1, "a"): 1})}, 1, 0),
        ({}, 2, 0),
        ({"posts": Counter({(1, "a"): 2, (2, "b"): 1})}, 0, 1),
        ({"posts": Counter({(1, "a"): 1, (2, "c"): 1})}, 1, 1),
    ],
)
def test_a_row_that_is_missing_too_many_or_another_is_counted(
    found: dict[str, Counter[tuple[object, ...]]], lost: int, doubled: int
) -> None:
    expected = {"posts": Counter({(1, "a"): 1, (2, "b"): 1})}
    answer = compare(expected, found)
    assert (answer.lost, answer.doubled) == (lost, doubled)


def test_what_came_and_went_between_two_loads_may_be_missed_but_nothing_may_be_made_up() -> None:
    watched = Raw(live={"posts": Counter([(1,)])}, deleted={"posts": Counter([(2,)])})
    assert same_now(watched, Raw(live=watched.live)) == Found()
    assert same(watched, Raw(live=watched.live)).lost == 1
    made_up = Raw(live=watched.live, deleted={"posts": Counter([(2,), (3,)])})
    assert same_now(watched, made_up).doubled == 1
    assert same_now(watched, Raw(live=watched.live, loaded_twice=1)).doubled == 1
