"""Publishing a candidate: completed, made durable, renamed into place, switched to in one atomic rename."""

from __future__ import annotations

import json
import logging
import shutil
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any, Protocol

import duckdb

from extractors.clock import iso, now, parse
from extractors.durable import sync_folder, sync_tree, write_durably
from extractors.errors import LodestarError, storage_errors
from warehouse.build import DESCRIPTION, Candidate, finished_candidates
from warehouse.connection import MEGABYTE, connected, require_free_disk
from warehouse.layout import DATABASE, Layout
from warehouse.lock import locked
from warehouse.pages import write_pages
from warehouse.releases import RELEASE, Release, current_release, pinned, prune, releases, switch
from warehouse.tables import literal, quoted

logger = logging.getLogger("lodestar.publish")

SCHEMA_VERSION = 1
"""Raised when a published column is removed or changes its meaning; adding columns needs no new version."""
REFUSED_KEPT = 3
WAIT_SECONDS = 300.0
STALE_AFTER_HOURS = 36.0
"""A release older than this is stale when no source says otherwise."""
CHECKS = "data_quality_results"
_CHECK_COLUMNS = {
    "stamp": (
        "varchar",
        "The release the check was made for, by its stamp. Example: 20261123T001506Z.",
    ),
    "checked_at": ("timestamptz", "When the check was made (UTC). Example: 2026-11-23 00:16."),
    "mart": ("varchar", "The published table that was checked. Example: fct_ticket."),
    "expectation": ("varchar", "Name of the check. Example: every_member_has_a_name_to_show."),
    "column_name": (
        "varchar",
        "The checked column; null if the check concerns the whole table. Example: display_name.",
    ),
    "severity": (
        "varchar",
        "stop: a failure keeps the release from being published; warn: it is only shown. Example: stop.",
    ),
    "success": ("boolean", "True if the check held. Example: true."),
    "observed": (
        "varchar",
        "What was found; null if the check only tells whether it held. Example: so in all of 3,069 rows.",
    ),
    "expected": ("varchar", "What was expected; null likewise. Example: display_name is never empty."),
    "message": (
        "varchar",
        "The result in one line; null if the check has none. Example: dim_member: holds: Every member has a"
        " name to show (expected display_name is never empty; observed so in all of 3,069 rows).",
    ),
}


class GateAnswer(Protocol):
    """What publish needs of the gate's result."""

    @property
    def passed(self) -> bool:
        """No check of severity `stop` failed."""

    @property
    def results(self) -> Sequence[Mapping[str, Any]]:
        """One mapping a check: mart, expectation, column, severity, success, observed, expected, message."""


@dataclass(frozen=True)
class WrittenAnswer:
    """A gate's result read back from the candidate's `gate/results.json`."""

    passed: bool
    results: Sequence[Mapping[str, Any]]

    @classmethod
    def read(cls, candidate: Path) -> WrittenAnswer:
        """The answer in a candidate folder; raises PublishFailed if the gate has not checked it."""
        path = candidate / "gate" / "results.json"
        try:
            content = json.loads(path.read_text("utf-8"))
            return cls(bool(content["passed"]), list(content["results"]))
        except (OSError, ValueError, KeyError, TypeError):
            raise PublishFailed(
                f"{path} is missing or unreadable: the candidate has not been checked. Run: python -m "
                f"expectations {candidate}"
            ) from None


class PublishFailed(LodestarError):
    """The candidate can't be published; `current` is as it was."""


class GateRefused(PublishFailed):
    """The gate found a failure of severity `stop`."""


def publish(
    data_dir: Path,
    candidate: Candidate | Path | str,
    gate_result: GateAnswer | None = None,
    *,
    pages: Callable[[Path], Sequence[str]] = write_pages,
) -> Release:
    """Make the candidate a release and, unless a rollback is pinned, switch `current` to it.

    Without `gate_result` the gate's written answer in the candidate counts. `pages` writes what people read
    into the candidate's folder and says what of it could not be made; that stands in `release.json`. Raises
    GateRefused, naming the failed expectations, if the gate did not pass: `current` stays, the candidate is
    kept under `published/refused/`.
    """
    layout = Layout(data_dir)
    if not isinstance(candidate, Candidate):
        candidate = _open(layout, Path(candidate))
    with _publishing(layout, "publish"):
        if (layout.releases / candidate.stamp / RELEASE).is_file():
            return _switch(layout, Release.read(layout.releases / candidate.stamp))
        if gate_result is None:
            gate_result = WrittenAnswer.read(candidate.path)
        if not gate_result.passed:
            raise _refuse(layout, candidate, gate_result)
        size = sum(path.stat().st_size for path in candidate.path.rglob("*") if path.is_file())
        require_free_disk(layout.published, 32 * MEGABYTE + size, "publish")
        marts = _complete(layout, candidate, gate_result)
        release = _described(candidate, gate_result, marts)
        _write_description(candidate, release)
        problems = pages(candidate.path)
        for problem in problems:
            logger.error("%s", problem)
        _write_description(candidate, {**release, "problems": list(problems)})
        return _switch(layout, _put_in_place(layout, candidate))


def newest_candidate(data_dir: Path) -> Path | None:
    """The newest of the finished candidates, and of the releases that a killed publish did not switch to."""
    layout = Layout(data_dir)
    current = current_release(layout)
    waiting = [candidate.path for candidate in finished_candidates(data_dir)]
    waiting += [each.path for each in releases(layout) if current is None or each.stamp > current.stamp]
    return max(waiting, key=lambda path: path.name, default=None)


def rollback(data_dir: Path, stamp: str | None = None) -> Release:
    """Switch `current` to the release before it (or to `stamp`) and pin it: later runs don't switch."""
    layout = Layout(data_dir)
    with _publishing(layout, "rollback"):
        known = releases(layout)
        current = current_release(layout)
        if stamp is not None:
            chosen = [each for each in known if each.stamp == stamp]
        else:
            chosen = [each for each in known if current is not None and each.stamp < current.stamp][-1:]
        if not chosen:
            listed = ", ".join(each.stamp for each in known) or "none"
            wanted = f"release {stamp}" if stamp else "earlier release"
            raise PublishFailed(f"there is no {wanted} to go back to in {layout.releases}. Kept: {listed}.")
        content = json.dumps({"stamp": chosen[0].stamp, "pinned_at": iso(now())})
        with storage_errors(layout.pin):
            layout.pin.write_text(content + "\n", "utf-8")
            sync_tree(layout.published)
        switch(layout, chosen[0])
        return chosen[0]


def unpin(data_dir: Path) -> bool:
    """Let the next run publish again; whether anything was pinned."""
    layout = Layout(data_dir)
    with _publishing(layout, "unpin"), storage_errors(layout.pin):
        if not layout.pin.exists():
            return False
        layout.pin.unlink()
        sync_folder(layout.published)
        return True


@contextmanager
def _publishing(layout: Layout, command: str) -> Iterator[None]:
    with locked(layout.publish_lock, f"python -m warehouse {command}", WAIT_SECONDS):
        yield


def _open(layout: Layout, path: Path) -> Candidate:
    """The candidate, also where an earlier publish of it has moved it to."""
    moved = next(
        (
            folder / path.name
            for folder in (layout.releases, layout.refused)
            if (folder / path.name / DESCRIPTION).is_file()
        ),
        None,
    )
    return Candidate.open(path if path.exists() or moved is None else moved)


def _refuse(layout: Layout, candidate: Candidate, gate_result: GateAnswer) -> GateRefused:
    kept = layout.refused / candidate.stamp
    with storage_errors(kept):
        layout.refused.mkdir(parents=True, exist_ok=True)
        if candidate.path != kept.resolve():
            candidate.path.rename(kept)
        for surplus in sorted(layout.refused.iterdir())[:-REFUSED_KEPT]:
            shutil.rmtree(surplus)
    failed = [
        f"{each['mart']}: {each['expectation']}" + (f"({each['column']})" if each.get("column") else "")
        for each in gate_result.results
        if not each["success"] and each["severity"] == "stop"
    ]
    return GateRefused(
        f"the gate refused candidate {candidate.stamp}: {len(failed)} failed: {', '.join(failed)}. The "
        f"published release stays as it was. See {kept / 'gate' / 'index.html'}"
    )


def _complete(layout: Layout, candidate: Candidate, gate_result: GateAnswer) -> dict[str, int]:
    """Add the checks' results and the Parquet files; rows of each mart."""
    current = current_release(layout)
    with connected(layout.published / ".spill", candidate.path / DATABASE) as connection:
        _write_checks(connection, candidate, gate_result, current)
        marts: list[str] = [
            name
            for (name,) in connection.execute(
                "select table_name from duckdb_tables() where database_name = current_database() and "
                "schema_name = 'main' order by 1"
            ).fetchall()
        ]
        folder = candidate.path / "parquet"
        with storage_errors(folder):
            folder.mkdir(exist_ok=True)
        rows: dict[str, int] = {}
        for name in marts:
            target = literal(str(folder / f"{name}.parquet"))
            connection.execute(f"copy main.{quoted(name)} to {target} (format parquet, compression zstd)")
            row = connection.execute(f"select count(*) from main.{quoted(name)}").fetchone()
            rows[name] = int(row[0]) if row else 0
        connection.execute("checkpoint")
    return rows


def _write_checks(
    connection: duckdb.DuckDBPyConnection,
    candidate: Candidate,
    gate_result: GateAnswer,
    current: Release | None,
) -> None:
    """Write the results of this candidate's checks after those of the releases before it."""
    columns = ", ".join(f"{name} {kind}" for name, (kind, _) in _CHECK_COLUMNS.items())
    connection.execute(f"create or replace table main.{CHECKS} ({columns})")
    connection.execute(
        f"comment on table main.{CHECKS} is "
        + literal(
            "One row per release and check of the gate: did the published tables hold what they should? The"
            " newest release's checks have the largest stamp. Checks of severity stop held in every"
            " release that was published; a failed warning (success false) says what to read with care."
        )
    )
    for name, (_, description) in _CHECK_COLUMNS.items():
        connection.execute(f"comment on column main.{CHECKS}.{name} is {literal(description)}")
    if current is not None and CHECKS in current.row_counts:
        before = literal(str(current.path.resolve() / DATABASE))
        connection.execute(f"attach {before} as before (read_only)")
        connection.execute(
            f"insert into main.{CHECKS} by name select * from before.main.{CHECKS} order by stamp"
        )
        connection.execute("detach before")
    checked_at = now()
    rows: list[list[Any]] = [
        [
            candidate.stamp,
            checked_at,
            _text(each["mart"]),
            _text(each["expectation"]),
            _text(each.get("column")),
            _text(each["severity"]),
            bool(each["success"]),
            _text(each.get("observed")),
            _text(each.get("expected")),
            _text(each.get("message")),
        ]
        for each in gate_result.results
    ]
    if rows:
        places = ", ".join("?" for _ in _CHECK_COLUMNS)
        connection.executemany(f"insert into main.{CHECKS} values ({places})", rows)


def _text(value: Any) -> str | None:
    return value if value is None or isinstance(value, str) else json.dumps(value, default=str)


def _described(
    candidate: Candidate, gate_result: GateAnswer, row_counts: Mapping[str, int]
) -> dict[str, Any]:
    description = candidate.description
    failed = [each for each in gate_result.results if not each["success"]]
    hours = [
        float(source["stale_after_hours"])
        for source in description["sources"].values()
        if source["status"] != "retired"
    ]
    return {
        "stamp": candidate.stamp,
        "code_version": description["code_version"],
        "schema_version": SCHEMA_VERSION,
        "as_of": description["as_of"],
        "built_at": description["built_at"],
        "published_at": iso(now()),
        "stale_after": iso(
            parse(description["built_at"]) + timedelta(hours=min(hours, default=STALE_AFTER_HOURS))
        ),
        "row_counts": dict(row_counts),
        "gate": {
            "passed": gate_result.passed,
            "checks": len(gate_result.results),
            "warned": sum(each["severity"] == "warn" for each in failed),
            "failed": sum(each["severity"] == "stop" for each in failed),
        },
        "sources": description["sources"],
        "marts": sorted(row_counts),
        "problems": [],
    }


def _write_description(candidate: Candidate, release: Mapping[str, Any]) -> None:
    with storage_errors(candidate.path):
        write_durably(candidate.path / RELEASE, (json.dumps(release, indent=1) + "\n").encode())


def _put_in_place(layout: Layout, candidate: Candidate) -> Release:
    with storage_errors(layout.releases):
        _remove_leftovers(candidate.path, keep={DESCRIPTION})
        sync_tree(candidate.path)
        layout.releases.mkdir(parents=True, exist_ok=True)
        target = layout.releases / candidate.stamp
        candidate.path.rename(target)
        sync_folder(layout.releases)
        sync_folder(layout.candidates)
    return Release.read(target)


def _remove_leftovers(folder: Path, keep: Collection[str]) -> None:
    for path in folder.iterdir():
        if path.name.endswith((".wal", ".tmp")) and path.name not in keep:
            path.unlink()


def _switch(layout: Layout, release: Release) -> Release:
    pin, current = pinned(layout), current_release(layout)
    if current is not None and current.stamp > release.stamp:
        logger.warning("published %s, but `current` is newer and stays: %s", release.stamp, current.stamp)
    elif pin is not None:
        logger.warning("published %s, but `current` stays pinned to %s until: make unpin", release.stamp, pin)
    else:
        switch(layout, release)
        logger.info("published %s", release.stamp)
    prune(layout)
    return release
