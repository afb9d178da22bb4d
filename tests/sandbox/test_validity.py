"""Figures beside the truth, over a community small enough to count by hand."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from sandbox.validity import summed, table
from sandbox.validity_measures import (
    Community,
    Figure,
    identity,
    measured,
    missed_bursts,
    opened,
    people_to_call,
    trajectories,
)

MEMBERS = ["ann", "ben", "cyd", "dee", "boss"]
"""Person 0 to 4, each with the forum account of that number and one on the board."""


@pytest.fixture
def community(tmp_path: Path) -> Iterator[Community]:
    truth = tmp_path / "dataset" / "truth"
    truth.mkdir(parents=True)
    _write(
        truth / "members.csv",
        "member_id,role,area,gone_at,left_at",
        *(f"{n},{'staff' if name == 'boss' else 'regular'},Mail,," for n, name in enumerate(MEMBERS)),
    )
    _write(
        truth / "accounts.csv",
        "member_id,source_name,account_id,created_at",
        *(
            f"{n},{source},{n},{'2030' if n == 3 and source == 'ideas' else '2023'}-01-01T00:00:00.000Z"
            for n in range(len(MEMBERS))
            for source in ("forum", "ideas")
        ),
    )
    _write(
        truth / "account_pairs.csv",
        "source_name_a,account_id_a,source_name_b,account_id_b,mergeable",
        *(f"forum,{n},ideas,{n},{'false' if n == 2 else 'true'}" for n in range(len(MEMBERS))),
    )
    _write(
        truth / "bursts.csv",
        "member_id,origin,onset_at,strength,outcome",
        "0,planned,2024-01-31T20:00:00.000Z,strong,supernova",
        "1,planned,2024-03-01T00:00:00.000Z,weak,supernova",
        "2,arisen,2024-06-15T00:00:00.000Z,faint,lasting",
        "3,planned,2025-02-10T00:00:00.000Z,strong,open",
    )
    path = tmp_path / "community.duckdb"
    with duckdb.connect(str(path)) as connection:
        connection.execute(
            """
            create schema marts;
            create table marts.fct_contribution as select timestamptz '2025-03-20 00:00:00+00' as occurred_at;
            create table marts.dim_member_account (source_name text, account_id text, member_key text);
            insert into marts.dim_member_account values
                ('forum', '0', 'ann'), ('ideas', '0', 'ann'), ('forum', '1', 'ben'), ('ideas', '1', 'ben2'),
                ('forum', '2', 'cyd'), ('ideas', '2', 'cyd'), ('forum', '3', 'dee'),
                ('forum', '4', 'boss'), ('ideas', '4', 'cyd');
            create table marts.member_trajectory as
                select 'ben' as member_key, date '2024-03-01' as month, 19 as answers_to_others,
                    7 as active_days, 20.0 as flare_threshold
                union all select 'dee', date '2025-02-01', 50, 9, 20.0;
            create table marts.burst_outcome (
                member_key text, onset_month date, outcome text, months_observed int, peak_answers int,
                flare_threshold double, silent_from_month date
            );
            insert into marts.burst_outcome values
                ('ann', '2024-02-01', 'supernova', 12, 90, 20, '2024-05-01'),
                ('cyd', '2024-01-01', 'supernova', 13, 40, 20, '2024-05-01'),
                ('dee', '2025-02-01', 'open', 0, 50, 20, null);
            create table marts.open_flares as select 'dee' as member_key;
            create table marts.lost_experts as select 'boss' as member_key;
            """
        )
    with opened(path, tmp_path / "dataset") as found:
        yield found


def _write(path: Path, *lines: str) -> None:
    path.write_text("\n".join(lines) + "\n")


def _shares(figures: list[Figure]) -> dict[str, tuple[int, int]]:
    return {figure.name: (figure.hits, figure.of) for figure in figures}


def test_an_onset_in_the_month_after_a_burst_is_the_bursts(community: Community) -> None:
    shares = _shares(trajectories(community))
    # Ann's is one; Cyd's began in June, five months after what was called.
    assert shares["supernovas a year old: of those called so, are so"] == (1, 2)
    # Ben's March is eleven months before the last complete one.
    assert shares["supernovas a year old: called so"] == (1, 1)


def test_bursts_are_seen_if_they_flare_in_their_month_or_the_next(community: Community) -> None:
    shares = _shares(trajectories(community))
    # Dee's month is the last complete one, so she is not asked for.
    assert shares["bursts two complete months old: seen to flare"] == (1, 2)
    assert shares["bursts two complete months old: seen to flare (arisen by chance)"] == (0, 1)
    assert shares["flares: are bursts"] == (2, 3)


def test_missed_bursts_tell_the_numbers_that_decided(community: Community) -> None:
    assert missed_bursts(community) == [
        "weak burst of 2024-03, in truth supernova: no flare: 19 answers on 7 days in 2024-03 (H = 20.0)"
    ]


def test_joined_accounts_are_judged_by_pairs_known_by_then(community: Community) -> None:
    shares = _shares(identity(community))
    # Ann's two; Cyd's two, and each of these with the boss's.
    assert shares["accounts joined: are one person's"] == (2, 4)
    # Ann's are, Ben's and the boss's are not; Dee's second account comes later.
    assert shares["pairs of accounts that can be joined: are joined"] == (1, 3)


def test_staff_on_a_list_of_people_to_call_is_found(community: Community) -> None:
    assert _shares(people_to_call(community)) == {"people to call: are neither staff nor programs": (1, 2)}


def test_marts_that_are_missing_give_no_figure(community: Community) -> None:
    names = {figure.name for figure in measured(community)}
    assert not any("candidates" in name or "experts" in name for name in names)


def test_figures_add_up_over_communities() -> None:
    one, two = Figure("x", 1, 2, 0.85), Figure("x", 3, 3, 0.85)
    together = summed([[one], [two, Figure("y", 0, 0)]])
    assert together == [Figure("x", 4, 5, 0.85), Figure("y", 0, 0)]
    lines = table({"seed 1": [one], "seed 2": [two]}, together)
    assert lines[2] == "| x | 0.50 (1/2) | 1.00 (3/3) | 0.80 (4/5) | 0.85 |"
    assert lines[3] == "| y | – | – | – |  |"
