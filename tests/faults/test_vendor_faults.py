"""Every fault the sandbox injects, on each vendor: the same raw rows, or a clear failure."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.end_to_end.pipeline import Pipeline, Rows, ask, behind_sandbox, differences, small_community

TODAY = datetime(2026, 3, 1, 4, tzinfo=UTC)
# A board is read with few requests, so more of them must fail for every kind of fault to have its turn.
RATES = {"forum": 0.15, "ideas": 0.6, "desk": 0.4}
VENDORS = {"forum": "discourse", "ideas": "uservoice", "desk": "zendesk"}
# Patience without long waits: the sandbox asks to wait for half a second and hangs for one.
MOMENTS = "_load_id|_extracted_at|_deleted_at|observed_at|_vanished_at"
"""Columns that tell when something was seen: the disturbed reading is another one."""
PLAN = {"wait_seconds": 0.5, "hang_seconds": 1.0}


@pytest.fixture(scope="module")
def calm(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Pipeline, Rows]]:
    """A small community read without any fault."""
    folder = tmp_path_factory.mktemp("faults")
    sources = small_community(
        folder / "community", seed=3, end=TODAY, members=60, posts=700, requests=40, tickets=120
    )
    with behind_sandbox(sources, folder / "data", "--now", TODAY.isoformat()) as pipeline:
        pipeline.environ["LODESTAR_NOW"] = "2026-03-01T04:00:00Z"
        pipeline.read_and_load()
        yield pipeline, pipeline.raw(skip_columns=MOMENTS)


def of_vendor(vendor: str, raw: Rows) -> Rows:
    """A vendor's tables; in the history of deletions, only whether something is deleted."""
    return {
        table: [(*row[:-1], row[-1] is not None) if "_deleted_at" in row else row for row in rows]
        for table, rows in raw.items()
        if table.startswith(f"{vendor}__")
    }


@pytest.mark.parametrize("source", VENDORS)
def test_a_faulty_vendor_gives_the_same_rows(
    calm: tuple[Pipeline, Rows], source: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    pipeline, expected = calm
    disturbed = pipeline.beside(tmp_path / "data")
    seed = request.config.getoption("--fault-seed")
    ask(f"{pipeline.base}/_sandbox/faults", PLAN | {"rate": RATES[source], "seed": seed, "sources": [source]})
    try:
        disturbed.command("extractors", source)
        injected = ask(f"{pipeline.base}/_sandbox/requests")
    finally:
        ask(f"{pipeline.base}/_sandbox/faults", {"rate": 0.0})
    disturbed.command("warehouse", "load", "--no-backup")
    vendor = VENDORS[source]
    found = disturbed.raw(skip_columns=MOMENTS)
    assert differences(of_vendor(vendor, expected), of_vendor(vendor, found)) == {}
    assert len(injected[source]["faults"]) >= 4


def test_a_vendor_that_stays_dead_fails_clearly_and_the_others_are_loaded(
    calm: tuple[Pipeline, Rows], tmp_path: Path
) -> None:
    pipeline, _ = calm
    disturbed = pipeline.beside(tmp_path / "data")
    disturbed.environ["AIRFLOW_CONN_FORUM"] = "http://127.0.0.1:9/forum"
    sources = Path(disturbed.environ["LODESTAR_SOURCES"]).read_text()
    own = tmp_path / "sources.toml"
    own.write_text(sources.replace("[sources.forum]", "[sources.forum]\nretry_minutes = 0.02"))
    disturbed.environ["LODESTAR_SOURCES"] = str(own)
    read = disturbed.command("extractors", check=False)
    assert read.returncode == 1
    (line,) = [line for line in read.stderr.splitlines() if line.startswith("error:")]
    assert "forum" in line
    assert "127.0.0.1" in line
    disturbed.command("warehouse", "load", "--no-backup")
    found = disturbed.raw()
    assert found["uservoice__suggestions"]
    assert found["zendesk__tickets"]
    assert not found["discourse__posts"]
