"""A vendor that stays dead: one clear line, and the others are loaded."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from tests.end_to_end.pipeline import behind_sandbox, small_community

TODAY = datetime(2026, 3, 1, 4, tzinfo=UTC)


def test_a_vendor_that_stays_dead_fails_clearly_and_the_others_are_loaded(tmp_path: Path) -> None:
    sources = small_community(
        tmp_path / "community", seed=3, end=TODAY, members=40, posts=400, requests=20, tickets=40
    )
    with behind_sandbox(sources, tmp_path / "data", options={"forum": {"retry_minutes": 0.02}}) as pipeline:
        pipeline.at(TODAY)
        pipeline.environ["AIRFLOW_CONN_FORUM"] = "http://127.0.0.1:9/forum"
        read = pipeline.command("extractors", check=False)
        assert read.returncode == 1
        (line,) = [line for line in read.stderr.splitlines() if line.startswith("error:")]
        assert "forum" in line
        assert "127.0.0.1" in line
        pipeline.command("warehouse", "load", "--no-backup")
        found = pipeline.raw()
    assert found["uservoice__suggestions"]
    assert found["zendesk__tickets"]
    assert not found["discourse__posts"]
