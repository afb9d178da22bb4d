"""From a candidate to a release, and back: all or nothing."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pytest

from warehouse import publish as publish_module
from warehouse.build import Candidate
from warehouse.connection import open_working
from warehouse.layout import Layout
from warehouse.publish import (
    GateRefused,
    PublishFailed,
    newest_candidate,
    publish,
    rollback,
    unpin,
)
from warehouse.summary import summary

SOURCES = {
    "forum": {
        "vendor": "discourse",
        "last_load_at": "2026-03-01T02:50:00.000000Z",
        "stale_after_hours": 36.0,
        "status": "ok",
    },
    "old": {"vendor": "board", "last_load_at": None, "stale_after_hours": 2.0, "status": "retired"},
}


# What dbt's page has where the docs are completed: a head, the manifest and the catalog in a script, a body.
KINDS = ("nodes", "docs", "sources", "exposures", "metrics", "semantic_models", "groups", "parent_map")
MANIFEST = json.dumps({"metadata": {"project_name": "lodestar"}} | {kind: {} for kind in KINDS})
DOCS = (
    f'<html><head><meta charset="utf-8"><script>var n={{manifest:{MANIFEST},catalog:'
    '{"nodes": {}, "sources": {}}};</script></head><body></body></html>'
)


@dataclass(frozen=True)
class Answer:
    passed: bool
    results: Sequence[Mapping[str, Any]]


def result(severity: str, success: bool) -> dict[str, Any]:
    return {
        "mart": "dim_member",
        "expectation": "expect_column_values_to_be_unique",
        "column": "member_key",
        "severity": severity,
        "success": success,
        "observed": "3",
        "expected": "0",
        "message": "three doubles",
    }


PASSED = Answer(True, [result("stop", True), result("warn", False)])
FAILED = Answer(False, [result("stop", False), result("warn", False)])


class Shelf:
    """A DATA_DIR whose candidates are made by hand, an hour apart."""

    def __init__(self, data_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.data_dir = data_dir
        self.layout = Layout(data_dir)
        self._patch = monkeypatch
        self._hour = 0

    def candidate(self, members: int = 2, hours: int = 1) -> Candidate:
        """A finished candidate; the clock goes on by `hours`."""
        self._hour += hours
        day, hour = divmod(self._hour, 24)
        stamp = f"202603{day + 1:02}T{hour:02}0000Z"
        self._patch.setenv("LODESTAR_NOW", f"2026-03-{day + 1:02}T{hour:02}:00:00Z")
        path = self.layout.candidates / stamp
        for folder in ("docs", "gate"):
            (path / folder).mkdir(parents=True)
            (path / folder / "index.html").write_text(DOCS if folder == "docs" else "<html>")
        with duckdb.connect(
            str(path / "community.duckdb"), config={"storage_compatibility_version": "v1.4.0"}
        ) as connection:
            connection.execute(f"create table dim_member as select range as member_key from range({members})")
        built_at = f"2026-03-{day + 1:02}T{hour:02}:00:00.000000Z"
        description = {
            "stamp": stamp,
            "code_version": "0.1.0",
            "as_of": "2026-04-01T00:00:00.000000Z",
            "built_at": built_at,
            "marts": {"dim_member": members},
            "sources": SOURCES,
        }
        (path / "candidate.json").write_text(json.dumps(description))
        return Candidate.open(path)

    def current(self) -> str:
        return self.layout.current.resolve().name

    def releases(self) -> list[str]:
        return sorted(path.name for path in self.layout.releases.iterdir())

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        with duckdb.connect(str(self.layout.current / "community.duckdb"), read_only=True) as connection:
            return connection.execute(sql).fetchall()


@pytest.fixture
def shelf(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Shelf:
    return Shelf(tmp_path, monkeypatch)


def test_a_release_is_whole_and_current_points_to_it(shelf: Shelf) -> None:
    candidate = shelf.candidate()
    release = publish(shelf.data_dir, candidate, PASSED)
    assert shelf.layout.current.is_symlink()
    assert shelf.layout.current.readlink() == Path("releases") / candidate.stamp
    assert not candidate.path.exists()
    for name in (
        "community.duckdb",
        "docs/index.html",
        "gate/index.html",
        "parquet/dim_member.parquet",
        "release.json",
    ):
        assert (shelf.layout.current / name).is_file()
    assert not list(release.path.glob("*.wal"))
    description = json.loads((shelf.layout.current / "release.json").read_text())
    assert description["published_at"].startswith("2026-03-01T01:")
    del description["published_at"]
    assert description == {
        "stamp": "20260301T010000Z",
        "code_version": "0.1.0",
        "schema_version": 1,
        "as_of": "2026-04-01T00:00:00.000000Z",
        "built_at": "2026-03-01T01:00:00.000000Z",
        "stale_after": "2026-03-02T13:00:00.000000Z",
        "row_counts": {"data_quality_results": 2, "dim_member": 2},
        "gate": {"passed": True, "checks": 2, "warned": 1, "failed": 0},
        "sources": SOURCES,
        "marts": ["data_quality_results", "dim_member"],
        "problems": [],
    }
    parquet = shelf.layout.current / "parquet" / "dim_member.parquet"
    assert duckdb.execute(f"select count(*) from '{parquet}'").fetchall() == [(2,)]


def test_a_page_that_cannot_be_made_is_told_and_keeps_no_table_from_its_readers(shelf: Shelf) -> None:
    def pages(release: Path) -> list[str]:
        (release / "page.html").write_text((release / "release.json").read_text("utf-8"))
        return ["chapter people could not be made"]

    release = publish(shelf.data_dir, shelf.candidate(), PASSED, pages=pages)
    assert release.problems == ["chapter people could not be made"]
    assert json.loads((shelf.layout.current / "page.html").read_text("utf-8"))["stamp"] == release.stamp


def test_docs_that_dbt_did_not_write_are_told_and_stay_as_they_are(shelf: Shelf) -> None:
    candidate = shelf.candidate()
    (candidate.path / "docs" / "index.html").write_text("<html>")
    release = publish(shelf.data_dir, candidate, PASSED)
    (problem,) = release.problems
    assert "is no page of `dbt docs generate --static`" in problem
    assert (release.path / "docs" / "index.html").read_text() == "<html>"


def test_the_checks_of_all_releases_are_rows_of_the_newest(shelf: Shelf) -> None:
    first = publish(shelf.data_dir, shelf.candidate(), PASSED)
    second = publish(shelf.data_dir, shelf.candidate(), PASSED)
    checks = "select stamp, severity, success, column_name from data_quality_results order by all"
    assert shelf.rows(checks) == [
        (stamp, severity, success, "member_key")
        for stamp in (first.stamp, second.stamp)
        for severity, success in (("stop", True), ("warn", False))
    ]


def test_the_table_of_checks_tells_all_of_a_check_and_what_each_column_is(shelf: Shelf) -> None:
    release = publish(shelf.data_dir, shelf.candidate(), Answer(True, [result("warn", False)]))
    (row,) = shelf.rows("select * exclude (checked_at) from data_quality_results")
    assert row == (release.stamp, *result("warn", False).values())
    published_at = json.loads((release.path / "release.json").read_text("utf-8"))["published_at"]
    ((checked_at,),) = shelf.rows("select checked_at from data_quality_results")
    assert timedelta(0) <= datetime.fromisoformat(published_at) - checked_at < timedelta(minutes=1)
    comments = shelf.rows(
        "select comment from duckdb_tables() where table_name = 'data_quality_results'"
        " union all by name "
        "select comment from duckdb_columns() where table_name = 'data_quality_results' order by all"
    )
    assert len(comments) == 1 + len(row) + 1
    assert sum("Example: " in comment for (comment,) in comments) == len(row) + 1


def test_a_refused_candidate_leaves_current_and_names_what_failed(shelf: Shelf) -> None:
    publish(shelf.data_dir, shelf.candidate(), PASSED)
    before = shelf.current()
    refused = shelf.candidate()
    expected = (
        r"dim_member: expect_column_values_to_be_unique\(member_key\).*stays as it was.*refused.*index\.html"
    )
    with pytest.raises(GateRefused, match=expected):
        publish(shelf.data_dir, refused, FAILED)
    assert shelf.current() == before
    assert shelf.releases() == [before]
    assert (shelf.layout.refused / refused.stamp / "community.duckdb").is_file()


def test_publishing_a_refused_candidate_again_is_refused_again(shelf: Shelf) -> None:
    refused = shelf.candidate()
    for _ in range(2):
        with pytest.raises(GateRefused):
            publish(shelf.data_dir, refused.path, FAILED)


def test_the_last_three_refused_candidates_are_kept(shelf: Shelf) -> None:
    stamps = []
    for _ in range(5):
        candidate = shelf.candidate()
        stamps.append(candidate.stamp)
        with pytest.raises(GateRefused):
            publish(shelf.data_dir, candidate, FAILED)
    assert sorted(path.name for path in shelf.layout.refused.iterdir()) == stamps[2:]


def test_without_an_answer_of_the_gate_nothing_is_published(shelf: Shelf) -> None:
    candidate = shelf.candidate()
    with pytest.raises(PublishFailed, match="has not been checked"):
        publish(shelf.data_dir, candidate.path)
    (candidate.path / "gate" / "results.json").write_text(
        json.dumps({"passed": True, "results": PASSED.results})
    )
    assert publish(shelf.data_dir, candidate.path).stamp == shelf.current()


def test_ten_releases_are_kept_and_all_of_the_last_two_days(shelf: Shelf) -> None:
    for _ in range(12):
        publish(shelf.data_dir, shelf.candidate(hours=1), PASSED)
    assert len(shelf.releases()) == 12
    publish(shelf.data_dir, shelf.candidate(hours=72), PASSED)
    assert len(shelf.releases()) == 10
    assert shelf.current() == shelf.releases()[-1]


def test_a_rollback_goes_back_one_and_pins_until_unpinned(shelf: Shelf) -> None:
    first = publish(shelf.data_dir, shelf.candidate(), PASSED)
    second = publish(shelf.data_dir, shelf.candidate(), PASSED)
    assert rollback(shelf.data_dir).stamp == first.stamp
    third = publish(shelf.data_dir, shelf.candidate(), PASSED)
    assert shelf.current() == first.stamp
    assert shelf.releases() == [first.stamp, second.stamp, third.stamp]
    assert f"{first.stamp} is pinned" in summary(shelf.data_dir)
    assert unpin(shelf.data_dir)
    assert not unpin(shelf.data_dir)
    fourth = publish(shelf.data_dir, shelf.candidate(), PASSED)
    assert shelf.current() == fourth.stamp
    assert rollback(shelf.data_dir, second.stamp).stamp == shelf.current() == second.stamp


def test_a_pinned_release_outlives_its_time(shelf: Shelf) -> None:
    first = publish(shelf.data_dir, shelf.candidate(), PASSED)
    publish(shelf.data_dir, shelf.candidate(), PASSED)
    rollback(shelf.data_dir)
    for _ in range(12):
        publish(shelf.data_dir, shelf.candidate(hours=30), PASSED)
    assert shelf.current() == first.stamp
    assert (shelf.layout.current / "community.duckdb").is_file()


def test_a_rollback_without_an_earlier_release_says_what_is_kept(shelf: Shelf) -> None:
    with pytest.raises(PublishFailed, match="Kept: none"):
        rollback(shelf.data_dir)
    release = publish(shelf.data_dir, shelf.candidate(), PASSED)
    with pytest.raises(PublishFailed, match=rf"no earlier release.*Kept: {release.stamp}"):
        rollback(shelf.data_dir)


@pytest.mark.parametrize("step", ["_complete", "_write_description", "_put_in_place", "_switch"])
def test_a_publish_that_dies_midway_leaves_current_and_can_be_repeated(
    shelf: Shelf, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    first = publish(shelf.data_dir, shelf.candidate(), PASSED)
    candidate = shelf.candidate(members=3)
    real = getattr(publish_module, step)

    def dying(*arguments: Any) -> Any:
        if step != "_switch":
            real(*arguments)
        raise KeyboardInterrupt

    with monkeypatch.context() as patched, pytest.raises(KeyboardInterrupt):
        patched.setattr(publish_module, step, dying)
        publish(shelf.data_dir, candidate, PASSED)
    assert shelf.current() == first.stamp
    assert shelf.rows("select count(*) from dim_member") == [(2,)]

    again = publish(shelf.data_dir, candidate.path, PASSED)
    assert shelf.current() == again.stamp == candidate.stamp
    assert shelf.rows("select count(*) from dim_member") == [(3,)]
    assert shelf.rows("select count(*) from data_quality_results") == [(4,)]


def test_a_release_that_was_put_in_place_but_not_switched_to_is_what_publish_finds(shelf: Shelf) -> None:
    publish(shelf.data_dir, shelf.candidate(), PASSED)
    assert newest_candidate(shelf.data_dir) is None
    second = shelf.candidate(members=3)
    publish(shelf.data_dir, second, PASSED)
    # As a publish killed between its two renames leaves it.
    rollback(shelf.data_dir)
    unpin(shelf.data_dir)
    left = newest_candidate(shelf.data_dir)
    assert left is not None
    assert left.name == second.stamp
    publish(shelf.data_dir, left)
    assert shelf.current() == second.stamp
    third = shelf.candidate()
    assert newest_candidate(shelf.data_dir) == third.path


def test_another_process_reads_the_release_while_the_working_database_is_open(shelf: Shelf) -> None:
    publish(shelf.data_dir, shelf.candidate(), PASSED)
    program = (
        "import duckdb, sys\n"
        "connection = duckdb.connect(sys.argv[1], read_only=True)\n"
        "print(connection.execute('from dim_member').fetchall())"
    )
    with open_working(shelf.data_dir, "load") as working:
        working.connection.execute("create table busy as select 1")
        reader = [sys.executable, "-c", program, str(shelf.layout.current / "community.duckdb")]
        assert subprocess.run(reader, capture_output=True, text=True, check=True).stdout == "[(0,), (1,)]\n"


def test_the_summary_says_what_there_is_and_how_to_open_it(shelf: Shelf) -> None:
    assert summary(shelf.data_dir).startswith("Nothing is published yet")
    publish(shelf.data_dir, shelf.candidate(members=1234), PASSED)
    text = summary(shelf.data_dir)
    assert "dim_member                  1,234 rows" in text
    assert "2 checks, 0 failed, 1 warned" in text
    for place in ("community.duckdb", "docs/index.html", "gate/index.html", "make up"):
        assert place in text


def test_the_summary_warns_of_sources_that_lag(shelf: Shelf) -> None:
    publish(shelf.data_dir, shelf.candidate(), PASSED)
    assert "Careful" not in summary(shelf.data_dir)
    file = shelf.layout.current / "release.json"
    told = json.loads(file.read_text())
    told["sources"]["forum"]["status"] = "stale"
    told["sources"]["desk"] = {"vendor": "zendesk", "last_load_at": None, "status": "never"}
    file.write_text(json.dumps(told))
    assert [line.strip() for line in summary(shelf.data_dir).splitlines() if "Careful" in line] == [
        "Careful: source forum is stale (last loaded 2026-03-01T02:50:00.000000Z)",
        "Careful: source desk was never loaded",
    ]


def test_a_candidate_that_was_not_finished_is_not_published(shelf: Shelf) -> None:
    candidate = shelf.candidate()
    (candidate.path / "candidate.json").unlink()
    with pytest.raises(Exception, match="is no finished candidate"):
        publish(shelf.data_dir, candidate.path, PASSED)
    shutil.rmtree(candidate.path)
    with pytest.raises(Exception, match="is no finished candidate"):
        publish(shelf.data_dir, candidate.path, PASSED)
