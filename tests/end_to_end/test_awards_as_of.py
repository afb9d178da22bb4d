"""Award candidates of a past day, rebuilt from later data, are those that were built on that day."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb

from extractors.clock import iso
from sandbox.simulation.run import simulate
from tests.end_to_end.pipeline import ROOT, WHOLE_REREAD, Pipeline, behind_sandbox
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
    project = pipeline.data_dir / "project"
    shutil.copytree(
        ROOT / "dbt_project", project, dirs_exist_ok=True, ignore=shutil.ignore_patterns("target", "logs")
    )
    shutil.copytree(pipeline.environ["LODESTAR_SEEDS"], project / "seeds", dirs_exist_ok=True)
    with duckdb.connect(str(pipeline.database)) as connection:
        ensure_tables(connection, read_schema(project / "models" / "staging"))
    variables = {"as_of": iso(AS_OF), "known_until": iso(THAT_DAY)}
    done = subprocess.run(
        [
            *(sys.executable, "-c", "from dbt.cli.main import cli; cli()", "--quiet", "build"),
            *("--select", *(f"+{mart}" for mart in MARTS), "--exclude-resource-types", "test", "unit_test"),
            *("--project-dir", str(project), "--profiles-dir", str(project), "--vars", json.dumps(variables)),
        ],
        env=pipeline.environ
        | {
            "LODESTAR_WAREHOUSE": str(pipeline.database),
            "LODESTAR_SEEDS": "seeds",
            "LODESTAR_SPILL": str(pipeline.data_dir / "spill"),
            "DO_NOT_TRACK": "1",
        },
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout
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
