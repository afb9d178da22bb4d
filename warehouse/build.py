"""Building the marts with dbt and copying them into a candidate release."""

from __future__ import annotations

import json
import logging
import shutil
import subprocess
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import yaml

from extractors.clock import iso, now, parse
from extractors.errors import ConfigError, storage_errors
from warehouse import metrics, restatements
from warehouse.connection import (
    MEGABYTE,
    WAIT_SECONDS,
    connected,
    require_free_disk,
    working_lock,
)
from warehouse.dbt_run import BuildFailed, Dbt
from warehouse.layout import DATABASE, DBT_PROJECT, PROJECT, Layout
from warehouse.schema import read_schema
from warehouse.stamp import next_stamp, stamped_at
from warehouse.status import freshness
from warehouse.tables import ensure_tables, literal, quoted

logger = logging.getLogger("lodestar.build")

DESCRIPTION = "candidate.json"
"""Written last: a candidate without it was not finished."""
CANDIDATE_HOURS = 24
"""Candidates that nobody published are removed after so long."""
LOGS_KEPT = 30
_PUBLISHED_SCHEMA = "marts"
COLUMN_TESTS = (
    *("not_negative", "within", "not_blank", "matches", "first_of_month", "not_future"),
    *("holds", "filled_when", "complete_in_order"),
)
"""Generic tests of the columns of marts: what a column may hold by the SQL that makes it."""
_TESTED_ELSEWHERE = (
    "resource_type:test,path:models/staging",
    "resource_type:test,path:models/intermediate",
    *(f"test_name:{test},path:models/marts" for test in ("not_null", *COLUMN_TESTS)),
)
"""Tests that concern the SQL rather than the day's data, or that contracts enforce: most of all tests.

Loading sees to the keys and types that staging relies on, and what goes wrong on the way shows in the marts.
"""


@dataclass(frozen=True)
class Candidate:
    """A folder with the marts as they would be published."""

    path: Path
    stamp: str

    @classmethod
    def open(cls, path: Path) -> Candidate:
        """A finished candidate; raises BuildFailed if `path` is none."""
        if not (path / DESCRIPTION).is_file():
            raise BuildFailed(f"{path} is no finished candidate. Make one with: python -m warehouse build")
        return cls(path.resolve(), path.resolve().name)

    @property
    def description(self) -> dict[str, Any]:
        """What build knew: stamp, code_version, as_of, built_at, marts (name: rows), sources."""
        description: dict[str, Any] = json.loads((self.path / DESCRIPTION).read_text("utf-8"))
        return description


def finished_candidates(data_dir: Path) -> list[Candidate]:
    """Candidates that can be published, oldest first."""
    folders = sorted(Layout(data_dir).candidates.glob("*"))
    return [Candidate.open(path) for path in folders if (path / DESCRIPTION).is_file()]


def build(
    data_dir: Path,
    as_of: str | None = None,
    *,
    project: Path = DBT_PROJECT,
    wait_seconds: float = WAIT_SECONDS,
) -> Candidate:
    """Run dbt and make a candidate under `published/candidates/<stamp>/`.

    Every model runs and every data test of seeds and marts, but those that a contract enforces already;
    unit tests and the tests of staging and intermediate models concern the SQL, not the day's data, and are
    for `make test`. Then the metrics are computed into their table.

    `as_of` is the instant (ISO, UTC) up to which the marts look, by default the coming UTC midnight;
    `project` is the folder of the dbt project. Raises BuildFailed naming the models or tests that failed
    and the log, MetricsFailed naming the metric.
    """
    layout = Layout(data_dir.resolve())
    instant = _as_of(as_of)
    with working_lock(data_dir, "build", wait_seconds) as lock:
        size = layout.database.stat().st_size if layout.database.exists() else 0
        require_free_disk(layout.warehouse, 64 * MEGABYTE + 2 * size, "build")
        _clean(layout)
        with connected(layout.spill, layout.database) as connection:
            ensure_tables(connection, read_schema(project / "models" / "staging"))
        stamp = next_stamp(_stamps(layout))
        began = now()
        dbt = Dbt(layout, lock, stamp, instant, project.resolve())
        dbt.run("build", "--exclude-resource-type", "unit_test", "--exclude", *_TESTED_ELSEWHERE)
        _compute_metrics(layout, project, instant, dbt.known_until)
        # The docs show the models' own SQL; compiling it once more took most of their time.
        dbt.run("docs", "generate", "--static", "--no-compile")
        return _make_candidate(layout, stamp, instant, began)


def _as_of(text: str | None) -> datetime:
    if text is None:
        return now().replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)
    try:
        return parse(text)
    except ValueError:
        raise ConfigError(
            f"--as-of {text}: is no time. Give it as 2026-03-01 or 2026-03-01T08:00:00Z."
        ) from None


def _stamps(layout: Layout) -> list[str]:
    return [
        path.name
        for folder in (layout.candidates, layout.releases, layout.refused)
        for path in folder.glob("*")
    ]


def _clean(layout: Layout) -> None:
    """Remove candidates never finished (nobody else builds: we hold the lock) or never published."""
    with storage_errors(layout.candidates):
        for path in layout.candidates.glob("*"):
            stamped = stamped_at(path.name)
            old = stamped is None or now() - stamped > timedelta(hours=CANDIDATE_HOURS)
            if old or not (path / DESCRIPTION).is_file():
                shutil.rmtree(path)
        for log in sorted(layout.logs.glob("dbt-*.log"))[:-LOGS_KEPT]:
            log.unlink()


def _compute_metrics(layout: Layout, project: Path, as_of: datetime, known_until: datetime) -> None:
    """Fill the table of the metrics' values, if the project has one."""
    manifest = json.loads((layout.dbt_target / "manifest.json").read_text("utf-8"))
    if metrics.TABLE not in _published_models(manifest):
        return
    settings = yaml.safe_load((project / "dbt_project.yml").read_text("utf-8"))
    with connected(layout.spill, layout.database) as connection:
        rows = metrics.fill(
            connection,
            layout,
            manifest,
            as_of=as_of,
            known_until=known_until,
            time_zone=settings["vars"]["reporting_timezone"],
        )
        restated = (
            restatements.fill(connection, layout, manifest)
            if restatements.TABLE in _published_models(manifest)
            else 0
        )
    logger.info("%s: %s rows, %s restated", metrics.TABLE, f"{rows:,}", f"{restated:,}")


def _make_candidate(layout: Layout, stamp: str, as_of: datetime, began: datetime) -> Candidate:
    path = layout.candidates / stamp
    manifest = json.loads((layout.dbt_target / "manifest.json").read_text("utf-8"))
    models = _published_models(manifest)
    with storage_errors(path):
        (path / "docs").mkdir(parents=True)
        shutil.copyfile(layout.dbt_target / "static_index.html", path / "docs" / "index.html")
    with connected(layout.spill, path / DATABASE) as connection:
        connection.execute(f"attach {literal(str(layout.database))} as working (read_only)")
        rows = {name: _copy_mart(connection, name, model) for name, model in sorted(models.items())}
        sources = _sources(connection, began)
        connection.execute("detach working")
        connection.execute("checkpoint")
    description = {
        "stamp": stamp,
        "code_version": code_version(),
        "as_of": iso(as_of),
        "built_at": iso(began),
        "marts": rows,
        "sources": sources,
    }
    with storage_errors(path):
        (path / DESCRIPTION).write_text(json.dumps(description, indent=1) + "\n", "utf-8")
    logger.info("candidate %s: %d marts, %s rows", path, len(rows), f"{sum(rows.values()):,}")
    return Candidate(path, stamp)


def _published_models(manifest: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """Models of schema marts by their table's name."""
    return {
        str(node.get("alias") or node["name"]): node
        for node in manifest["nodes"].values()
        if node["resource_type"] == "model"
        and node["schema"] == _PUBLISHED_SCHEMA
        and node["config"].get("materialized") != "ephemeral"
    }


def _copy_mart(connection: duckdb.DuckDBPyConnection, name: str, model: Mapping[str, Any]) -> int:
    """Copy one mart with its descriptions as comments; its number of rows."""
    table = f"main.{quoted(name)}"
    connection.execute(f"create table {table} as from working.{_PUBLISHED_SCHEMA}.{quoted(name)}")
    if model.get("description"):
        connection.execute(f"comment on table {table} is {literal(_trimmed(model['description']))}")
    present = {
        row[0]
        for row in connection.execute(
            "select column_name from duckdb_columns() where schema_name = 'main' and table_name = ? and "
            "database_name = current_database()",
            [name],
        ).fetchall()
    }
    for column in model.get("columns", {}).values():
        if column.get("description") and column["name"] in present:
            connection.execute(
                f"comment on column {table}.{quoted(column['name'])} is "
                f"{literal(_trimmed(column['description']))}"
            )
    row = connection.execute(f"select count(*) from {table}").fetchone()
    return int(row[0]) if row else 0


def _trimmed(description: str) -> str:
    return "\n".join(line.strip() for line in description.strip().splitlines())


def _sources(connection: duckdb.DuckDBPyConnection, at: datetime) -> dict[str, dict[str, Any]]:
    """Freshness of each source when the build began: ok, stale, never (loaded) or retired."""
    rows = connection.execute(
        """
        select s.source, s.vendor, s.stale_after_hours, s.retired_at, max(l.loaded_at)
        from working.raw._sources as s left join working.raw._loads as l using (source)
        group by all order by 1
        """
    ).fetchall()
    return {
        source: {
            "vendor": vendor,
            "last_load_at": iso(last) if last else None,
            "stale_after_hours": hours,
            "status": freshness(last, hours, retired is not None, at),
        }
        for source, vendor, hours, retired, last in rows
    }


def code_version() -> str:
    """The project's version, with the commit if it runs from a checkout: `0.1.0+g1a2b3c4`."""
    version = str(tomllib.loads((PROJECT / "pyproject.toml").read_text("utf-8"))["project"]["version"])
    try:
        commit = subprocess.run(
            ["git", "rev-parse", "--short", "HEAD"],
            cwd=PROJECT,
            capture_output=True,
            text=True,
            timeout=10,
            check=True,
        ).stdout.strip()
    except (OSError, subprocess.SubprocessError):
        return version
    return f"{version}+g{commit}"
