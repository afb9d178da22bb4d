"""What of history is read next, where it meets the daily load, and how the two share the pace."""

from __future__ import annotations

import threading
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest

from extractors import history
from extractors.errors import LodestarError
from extractors.history import Part, began_at, next_part, reading_history, rest_of_pace
from extractors.pacing import Pacer
from tests.extractors.stand_in import configured

BEGAN = datetime(2024, 1, 1, tzinfo=UTC)
Y2020, Y2022 = datetime(2020, 1, 1, tzinfo=UTC), datetime(2022, 1, 1, tzinfo=UTC)


def test_at_first_all_up_to_the_daily_load_is_wanted():
    assert next_part(None, None, BEGAN) == Part(None, BEGAN, BEGAN)
    assert next_part(None, Y2020, BEGAN) == Part(Y2020, BEGAN, BEGAN)


def test_a_part_begun_goes_on_where_it_stopped_even_if_more_is_wanted():
    mark = Part(Y2022, BEGAN, BEGAN).mark(0.4, is_done=False)
    for since in (Y2022, Y2020, None):
        assert next_part(mark, since, BEGAN) == Part(Y2022, BEGAN, BEGAN, 0.4, is_new=False)


def test_a_narrower_wish_replaces_a_part_begun():
    mark = Part(Y2020, BEGAN, BEGAN).mark(0.4, is_done=False)
    assert next_part(mark, Y2022, BEGAN) == Part(Y2022, BEGAN, BEGAN)


def test_an_earlier_wish_later_reads_only_what_lies_before():
    mark = Part(Y2022, BEGAN, BEGAN).mark(0.9, is_done=True)
    assert next_part(mark, Y2022, BEGAN) is None
    assert next_part(mark, Y2020, BEGAN) == Part(Y2020, Y2022, BEGAN, is_new=False)
    assert next_part(mark, None, BEGAN) == Part(None, Y2022, BEGAN, is_new=False)


def test_after_an_earlier_part_all_from_there_to_the_daily_load_is_read():
    mark = Part(Y2020, Y2022, BEGAN, is_new=False).mark(0.9, is_done=True)
    assert next_part(mark, Y2020, BEGAN) is None
    assert next_part(mark, Y2022, BEGAN) is None


def test_a_daily_load_that_began_anew_later_leaves_no_gap():
    mark = Part(None, Y2022, Y2022).mark(1.0, is_done=True)
    assert next_part(mark, None, BEGAN) == Part(None, BEGAN, BEGAN)


def test_history_ends_where_the_daily_load_began_whatever_start_date_says_now():
    source = configured("https://ideas.example.com", start_date=Y2020)
    assert began_at(source, {"updated_at": "…", "_since": "2024-01-01T00:00:00.000000Z"}) == BEGAN
    assert began_at(source, {"updated_at": "…"}) == Y2020
    assert began_at(configured("https://ideas.example.com"), {"updated_at": "…"}) is None


def test_the_daily_load_takes_what_a_running_history_load_leaves(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(history, "_LOOK_EVERY_SECONDS", 0.0)
    share = rest_of_pace(tmp_path, configured("https://ideas.example.com", history_share=0.4))
    assert share() == 1.0
    with reading_history(tmp_path, "ideas"):
        assert share() == 0.6
        with (
            pytest.raises(LodestarError, match="source ideas: its history is being read by another run"),
            reading_history(tmp_path, "ideas"),
        ):
            pass
    assert share() == 1.0


def test_a_share_slows_every_budget_in_proportion():
    pacer = Pacer(100_000, {"exports": 600})
    pacer.share = lambda: 0.5
    began = time.monotonic()
    for _ in range(35):
        pacer.take("exports", threading.Event())
    # 300 a minute is one each 0.2 s; five seconds' worth may go at once, the rest is spaced.
    assert 1.6 <= time.monotonic() - began < 2.6
