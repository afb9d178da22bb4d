"""A board watched from day to day: what we see of its statuses is what its own status updates say."""

from __future__ import annotations

import gzip
import shutil
from datetime import UTC, datetime, timedelta

import duckdb
import pandas as pd
import pytest

from tests.dbt import MODELS_ONLY, build
from tests.end_to_end.pipeline import behind_sandbox, small_community
from warehouse.schema import read_schema
from warehouse.tables import ensure_tables

END = datetime(2026, 3, 1, 4, tzinfo=UTC)
LOADS = [END - timedelta(days=days) for days in (75, 45, 30, 14, 0)]
READING = pd.Timedelta(minutes=5)
"""A load lasts a little."""


@pytest.fixture(scope="module")
def histories(tmp_path_factory: pytest.TempPathFactory) -> dict[str, pd.DataFrame]:
    """Status intervals of one board read twice: as `telling`, and as `silent` without its status updates."""
    folder = tmp_path_factory.mktemp("statuses")
    small_community(folder / "telling", seed=23, end=END, posts=400, requests=220, tickets=10)
    shutil.copytree(folder / "telling" / "uservoice", folder / "silent" / "uservoice")
    gzip.open(folder / "silent" / "uservoice" / "status_updates.jsonl.gz", "wb").close()
    sources = [f"{name}=uservoice:{folder / name}" for name in ("telling", "silent")]
    with behind_sandbox(sources, folder / "data") as pipeline:
        for moment in LOADS:
            pipeline.at(moment).read_and_load()
        database = pipeline.database
    with duckdb.connect(str(database)) as connection:
        ensure_tables(connection, read_schema())
    build(
        database,
        *MODELS_ONLY,
        *("--select", "+fct_feature_request_status"),
        as_of=END + timedelta(hours=1),
        known_until=END,
    )
    with duckdb.connect(str(database), read_only=True) as connection:
        connection.execute("set timezone = 'UTC'")
        frame = connection.execute(
            "select * from marts.fct_feature_request_status order by request_key, interval_number"
        ).df()
    return {str(name): board for name, board in frame.groupby("source_name")}


def told(board: pd.DataFrame) -> list[tuple[str, str, str, pd.Timestamp, pd.Timestamp]]:
    """Request, status, stage, beginning and end; what holds ends after the last load."""
    ends = board["to_at"].where(~board["is_current"], pd.Timestamp(END) + pd.Timedelta(days=1))
    statuses = board["vendor_status"].fillna("")
    return list(zip(board["source_record_id"], statuses, board["stage"], board["from_at"], ends, strict=True))


def test_what_is_seen_between_loads_is_what_the_board_says_to_within_the_time_between_them(
    histories: dict[str, pd.DataFrame],
) -> None:
    silent = histories["silent"]
    assert not (histories["telling"]["basis"] == "observed").any()
    seen = silent[(silent["basis"] == "observed")]
    assert len(seen) > 30
    assert {"responded", "planned", "started"} <= set(seen["stage"])
    said = told(histories["telling"])
    loads = [pd.Timestamp(moment) for moment in LOADS]
    for request, status, stage, from_at, _ in told(seen):
        beginnings = [
            began for *key, began, _ in said if key == [request, status, stage] and began <= from_at
        ]
        assert beginnings, f"{request} was never {status}"
        # No earlier load came after it: it was told at the first occasion.
        assert not [load for load in loads if max(beginnings) < load < from_at - READING]


def test_every_status_that_lasted_to_a_load_is_seen(histories: dict[str, pd.DataFrame]) -> None:
    seen = {(request, status, stage) for request, status, stage, *_ in told(histories["silent"])}
    loads = [pd.Timestamp(moment) + READING for moment in LOADS]
    lasted = {
        (request, status, stage)
        for request, status, stage, from_at, to_at in told(histories["telling"])
        if any(from_at < load - 2 * READING and load < to_at for load in loads)
    }
    assert len(lasted) > 200
    assert lasted <= seen
    # And nothing else, but what ended within a load.
    assert seen <= {(request, status, stage) for request, status, stage, *_ in told(histories["telling"])}


def test_ends_have_the_boards_own_date_without_an_update(histories: dict[str, pd.DataFrame]) -> None:
    def ended(board: pd.DataFrame) -> dict[tuple[str, str], pd.Timestamp]:
        current = board[board["is_current"] & board["stage"].isin(["completed", "declined", "merged"])]
        current = current[current["is_start_known"]]
        return dict(
            zip(
                zip(current["source_record_id"], current["stage"], strict=True),
                current["from_at"],
                strict=True,
            )
        )

    said, seen = ended(histories["telling"]), ended(histories["silent"])
    assert len(said) > 40
    assert said.keys() == seen.keys()
    assert max(abs(said[key] - seen[key]) for key in said) <= pd.Timedelta(seconds=1)


def test_a_requests_statuses_cover_its_life_without_overlap(histories: dict[str, pd.DataFrame]) -> None:
    for board in histories.values():
        for _, life in board.groupby("request_key"):
            assert list(life["interval_number"]) == list(range(1, len(life) + 1))
            assert list(life["is_current"]) == [False] * (len(life) - 1) + [True]
            ends = life["to_at"].iloc[:-1].reset_index(drop=True)
            assert ends.equals(life["from_at"].iloc[1:].reset_index(drop=True))
            starts = life["from_at"].dropna()
            assert starts.is_monotonic_increasing
