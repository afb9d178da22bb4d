"""The independent counts' own estimates, against a published vector and lifelines."""

from __future__ import annotations

import random
from fractions import Fraction

import pytest
from lifelines import KaplanMeierFitter

from tests.dbt_project.independent_counts import Case, cohorts, incidence, quantile, share_within

VECTOR = [
    Case(days, "reached" if is_reached else "waiting")
    for days, is_reached in zip((3, 5, 6, 7, 8, 10, 12, 12), (1, 0, 1, 1, 0, 1, 1, 0), strict=True)
]


def test_the_published_vector() -> None:
    waiting = {day: float(1 - reached) for day, reached in incidence(VECTOR)}
    assert waiting[3] == 0.875
    assert waiting[6] == pytest.approx(0.7292, abs=5e-5)
    assert quantile(incidence(VECTOR), Fraction(1, 2)) == 10
    assert quantile(incidence(VECTOR), Fraction(9, 10)) is None


def test_without_competing_ends_it_is_one_minus_kaplan_meier() -> None:
    chance = random.Random(5)
    cases = [Case(chance.randrange(40), chance.choice(("reached", "waiting"))) for _ in range(300)]
    fitter = KaplanMeierFitter().fit([case.days for case in cases], [case.end == "reached" for case in cases])
    for day, reached in incidence(cases):
        assert float(reached) == pytest.approx(1 - float(fitter.predict(day)), abs=1e-12)


def test_declined_cases_take_their_share_for_good() -> None:
    cases = [Case(2, "reached"), Case(4, "left"), Case(6, "waiting"), Case(8, "reached")]
    assert [float(reached) for _, reached in incidence(cases)] == [0.25, 0.25, 0.25, 0.75]


def test_a_share_within_a_year_is_unknown_while_nobody_was_watched_for_a_year() -> None:
    assert share_within([Case(10, "reached"), Case(300, "waiting")], 365) is None
    assert share_within([Case(10, "reached"), Case(300, "left")], 365) == Fraction(1, 2)
    assert share_within([Case(400, "reached"), Case(500, "waiting")], 365) == 0
    assert share_within([], 365) is None


def test_cohorts_have_a_cell_for_each_month_up_to_the_last() -> None:
    found = cohorts({"ann": {(2024, 11), (2025, 1)}, "ben": {(2024, 11)}}, last=(2025, 2))
    assert found == {
        ((2024, 11), 0): (2, 2),
        ((2024, 11), 1): (2, 0),
        ((2024, 11), 2): (2, 1),
        ((2024, 11), 3): (2, 0),
    }
