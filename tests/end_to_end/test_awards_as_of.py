"""Award candidates of a past day, rebuilt from later data, are those that were built on that day."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb

from sandbox.simulation.run import simulate
from tests.dbt import MODELS_ONLY, build
from tests.end_to_end.pipeline import WHOLE_REREAD, Pipeline, behind_sandbox
from warehouse.schema import read_schema
from warehouse.tables import ensure_tables

TODAY = datetime(2026, 3, 10, tzinfo=UTC)
DAYS_BEFORE = (0, 3, 8)
DAYS_AFTER = (18, 28)
MARTS = ("award_candidates", "award_candidate_evidence", "member_expertise")
THAT_DAY = TODAY + timedelta(days=DAYS_BEFORE[-1])
AS_OF = THAT_DAY + timedelta(minutes=10)
"""After that day's load, before anybody wrote again."""
CYCLES = f"""program,cycle,cut_off_on,is_shortlist_published
experts,unwatched,2025-12-01,false
experts,watched,{TODAY + timedelta(days=4):%Y-%m-%d},false
"""
"""One cut-off long before the first load, one between two loads."""


def built(pipeline: Pipeline) -> dict[str, list[tuple[Any, ...]]]:
    """The rows of the marts about candidates and expertise, built as of that day with what they need."""
    with duckdb.connect(str(pipeline.database)) as connection:
        ensure_tables(connection, read_schema())
    build(
        pipeline.database,
        *MODELS_ONLY,
        *("--select", *(f"+{mart}" for mart in MARTS)),
        as_of=AS_OF,
        known_until=THAT_DAY,
        seeds=Path(pipeline.environ["LODESTAR_SEEDS"]),
    )
    with duckdb.connect(str(pipeline.database), read_only=True) as connection:
        return {
            mart: connection.execute(f"select * from marts.{mart} order by all").fetchall() for mart in MARTS
        }


def values_changed_after(pipeline: Pipeline, moment: datetime) -> set[str]:
    """Which values of posts were seen changed after `moment`."""
    with duckdb.connect(str(pipeline.database), read_only=True) as connection:
        return {
            field
            for (field,) in connection.execute(
                """
                select later.field
                from staging.stg_discourse__post_history as later
                inner join staging.stg_discourse__post_history as earlier using (source_name, post_id)
                where later.observed_at > ? and earlier.observed_at <= ?
                """,
                [moment, moment],
            ).fetchall()
        }


def test_candidates_of_a_past_day_are_rebuilt_from_later_data(tmp_path: Path) -> None:
    dataset = tmp_path / "community"
    simulate(
        dataset,
        seed=31,
        end=TODAY,
        days_ahead=30,
        members=120,
        months=20,
        posts=4000,
        requests=60,
        tickets=150,
    )
    (dataset / "seeds" / "award_cycles.csv").write_text(CYCLES)
    sources = [f"forum=discourse:{dataset}", f"ideas=uservoice:{dataset}", f"desk=zendesk:{dataset}"]
    with behind_sandbox(sources, tmp_path / "data", options=WHOLE_REREAD) as pipeline:
        for day in DAYS_BEFORE:
            pipeline.at(TODAY + timedelta(days=day)).read_and_load()
        then = built(pipeline)
        for day in DAYS_AFTER:
            pipeline.at(TODAY + timedelta(days=day)).read_and_load()
        later = built(pipeline)

    cycles = {row[2] for row in then["award_candidates"]}
    assert {"unwatched", "watched", "current"} <= cycles
    assert len(then["award_candidates"]) > 100
    assert {"like_count", "is_accepted_answer"} <= values_changed_after(pipeline, AS_OF)
    for mart, rows in then.items():
        assert set(later[mart]) ^ set(rows) == set(), mart
