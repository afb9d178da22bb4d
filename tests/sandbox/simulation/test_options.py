"""Sizes, dates and the command line of the simulation."""

from __future__ import annotations

import argparse
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest

from sandbox.simulation import Options, cli
from sandbox.simulation.chance import moments, office_hours, stamp, stamp_s, weekday
from sandbox.simulation.forum import running_number
from sandbox.simulation.options import OptionError, months_before


@pytest.mark.parametrize(
    ("moment", "months", "expected"),
    [
        (datetime(2026, 3, 31), 1, datetime(2026, 2, 28)),
        (datetime(2024, 3, 30), 1, datetime(2024, 2, 29)),
        (datetime(2026, 1, 15), 24, datetime(2024, 1, 15)),
        (datetime(2026, 1, 15), 1, datetime(2025, 12, 15)),
        (datetime(2026, 12, 31), 6, datetime(2026, 6, 30)),
    ],
)
def test_months_are_counted_by_the_calendar(moment: datetime, months: int, expected: datetime) -> None:
    assert months_before(moment, months) == expected


def test_sizes_out_of_range_are_refused_with_the_limits() -> None:
    with pytest.raises(OptionError, match="members = 3 is out of range: at least 40 members"):
        Options(members=3)
    with pytest.raises(OptionError, match="end needs a time zone"):
        Options(end=datetime(2026, 1, 1))


def test_stamps_are_those_of_the_calendar() -> None:
    at = round(datetime(2024, 2, 29, 23, 59, 59, 7_000, tzinfo=UTC).timestamp() * 1000)
    assert stamp(at) == "2024-02-29T23:59:59.007Z"
    assert stamp_s(at) == "2024-02-29T23:59:59Z"


def test_office_hours_skip_nights_and_weekends() -> None:
    at = np.array(
        [datetime(2026, 3, d, h, tzinfo=UTC).timestamp() * 1000 for d, h in ((6, 21), (7, 12), (9, 10))]
    )
    moved = office_hours(np.random.default_rng(1), at.astype(np.int64), zone_minutes=0)
    days = [stamp(int(one))[:10] for one in moved]
    assert days == ["2026-03-09", "2026-03-09", "2026-03-09"]
    assert stamp(int(moved[2])) == "2026-03-09T10:00:00.000Z"
    assert all(8 <= int(stamp(int(one))[11:13]) < 18 for one in moved)


def test_people_post_by_day_in_their_own_zone() -> None:
    days = np.full(4_000, 20_000, dtype=np.int64)
    for zone in (-480, 0, 540):
        at = moments(np.random.default_rng(3), days, np.full(4_000, zone, dtype=np.int64))
        hours = (at // 60_000 + zone) % 1_440 / 60
        assert np.mean((hours > 7) & (hours < 23)) > 0.9
    assert weekday(np.array([0, 3, 4], dtype=np.int64)).tolist() == [3, 6, 0]


def test_running_numbers_start_anew_in_each_group() -> None:
    assert running_number(np.array([5, 2, 5, 5, 2], dtype=np.int64)).tolist() == [1, 1, 2, 3, 2]


def parse(*words: str) -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    cli.add_arguments(parser)
    return parser.parse_args(words)


def test_the_command_line_makes_a_dataset(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    arguments = ["--posts", "300", "--months", "2", "--requests", "10", "--tickets", "10", "--no-history"]
    assert cli.run(parse(str(tmp_path), *arguments, "--end", "2026-01-01")) == 0
    assert "discourse/posts" in capsys.readouterr().out
    assert (tmp_path / "seeds/staff.csv").exists()


def test_a_size_no_community_can_have_ends_with_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.run(parse(str(tmp_path), "--members", "2")) == 2
    assert capsys.readouterr().err.startswith("error: members = 2 is out of range")


def test_a_wrong_date_is_a_usage_error(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        parse(str(tmp_path), "--end", "yesterday")
    assert "'yesterday' is no ISO date such as 2026-01-31" in capsys.readouterr().err
