"""`make run` on real archives: the whole DAG, through Airflow, as a newcomer types it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from tests.end_to_end.pipeline import ROOT, SHARED

SOURCES = {
    "forum": "discourse:delving",
    "urho": "discourse:urho_sample",
    "ideas": "uservoice:fslang_twothirds",
    "desk": "zendesk:uci_incidents",
}
# Counted in the files, see their README; the other forum's posts are 1,434 less 4 small actions.
RECORDS = {
    ("discourse__posts", "forum"): 4172,
    ("discourse__posts", "urho"): 1430,
    ("discourse__topics", "forum"): 549,
    ("discourse__topics", "urho"): 204,
    ("uservoice__suggestions", "ideas"): 224,
    ("uservoice__comments", "ideas"): 828,
    ("zendesk__tickets", "desk"): 890,
    ("zendesk__ticket_events", "desk"): 5998,
    ("zendesk__ticket_metric_events", "desk"): 11938,
    ("zendesk__users", "desk"): 988,
}

pytestmark = pytest.mark.skipif(not SHARED.is_dir(), reason=f"no archives in {SHARED}")


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, str]]:
    """The data folder of a run, and what it told the terminal."""
    data_dir = tmp_path_factory.mktemp("run") / "data"
    named = (f"{name}={spec.replace(':', f':{SHARED}/')}" for name, spec in SOURCES.items())
    environ = {name: value for name, value in os.environ.items() if not name.startswith("AIRFLOW")}
    done = subprocess.run(
        [str(ROOT / "scripts" / "run.sh")],
        cwd=ROOT,
        env=environ
        | {"DATA_DIR": str(data_dir), "SANDBOX_SOURCES": " ".join(named), "LODESTAR_REPORT": "names"},
        capture_output=True,
        text=True,
    )
    logs = "".join(path.read_text()[-5000:] for path in data_dir.glob("logs/airflow-*.log"))
    assert done.returncode == 0, f"{done.stdout}\n{done.stderr}\n{logs}"
    yield data_dir, done.stdout


@pytest.mark.parametrize(("table", "source"), RECORDS)
def test_the_raw_tables_hold_exactly_the_archives_records(
    run: tuple[Path, str], table: str, source: str
) -> None:
    database = run[0] / "warehouse" / "community.duckdb"
    with duckdb.connect(str(database), read_only=True) as connection:
        found = connection.execute(
            f"select count(*) from raw.{table} where _source = ? and _deleted_at is null", [source]
        ).fetchone()
    assert found == (RECORDS[table, source],)


def test_the_run_ends_with_where_to_look(run: tuple[Path, str]) -> None:
    data_dir, told = run
    current = data_dir / "published" / "current"
    for place in ("community.duckdb", "docs/index.html", "gate/index.html", "report/index.html"):
        assert str(current / place) in told
        assert (current / place).is_file()
    assert "fct_contribution" in told


def test_the_release_says_what_it_holds(run: tuple[Path, str]) -> None:
    current = run[0] / "published" / "current"
    release = json.loads((current / "release.json").read_text())
    assert release["gate"]["passed"] is True
    assert release["problems"] == []
    assert set(release["sources"]) == set(SOURCES)
    with duckdb.connect(str(current / "community.duckdb"), read_only=True) as connection:
        for mart, count in release["row_counts"].items():
            assert connection.execute(f"select count(*) from main.{mart}").fetchone() == (count,)
            parquet = current / "parquet" / f"{mart}.parquet"
            assert connection.execute(f"select count(*) from '{parquet}'").fetchone() == (count,)


def test_another_process_reads_the_release_while_this_one_writes_the_warehouse(
    run: tuple[Path, str],
) -> None:
    read = (
        "import duckdb, sys; "
        "print(duckdb.connect(sys.argv[1], read_only=True).sql('from dim_space').shape[0])"
    )
    with duckdb.connect(str(run[0] / "warehouse" / "community.duckdb")) as writer:
        writer.execute("begin; create table raw.busy as select 1 as n")
        done = subprocess.run(
            [sys.executable, "-c", read, str(run[0] / "published" / "current" / "community.duckdb")],
            capture_output=True,
            text=True,
            timeout=60,
        )
        writer.execute("rollback")
    assert done.returncode == 0, done.stderr
    assert int(done.stdout) > 0
