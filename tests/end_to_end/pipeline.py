"""A community behind a sandbox of its own process, and the daily load's commands run against it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import duckdb

from extractors.clock import iso
from sandbox.app import SourceSpec
from sandbox.run_with import Setting, environment
from sandbox.simulation.run import simulate
from tests.parsed import parsed
from tests.sandbox.servers import serving
from warehouse.layout import Layout

ROOT = Path(__file__).parents[2]
SHARED = ROOT.parent / "shared" / "data"
OPERATIONS = frozenset(
    {
        "pipeline_runs",
        "source_completeness",
        "source_freshness",
        "data_quality_results",
        "schema_drift",
        "rejected_records",
        "metric_restatements",
    }
)
"""Marts that tell when and how often things ran: two ways to the same data differ here."""
WHOLE_REREAD: Mapping[str, Mapping[str, Any]] = {"forum": {"reread_requests_per_day": 500}}
"""Options under which each day re-reads all of a small forum, so that silent changes are known to the day."""

Rows = dict[str, list[tuple[Any, ...]]]


@dataclass
class Pipeline:
    """The commands of a daily load with one data folder, as a person would type them."""

    data_dir: Path
    environ: dict[str, str]
    base: str = ""
    moment: datetime | None = None
    options: dict[str, dict[str, Any]] = field(default_factory=dict)

    def command(self, module: str, *arguments: str, check: bool = True) -> subprocess.CompletedProcess[str]:
        """`python -m module arguments`; with `check`, a failure shows what it printed."""
        with parsed(Layout(self.data_dir).dbt_target) if "build" in arguments else nullcontext():
            done = subprocess.run(
                [sys.executable, "-m", module, *arguments],
                cwd=ROOT,
                env=self.environ,
                capture_output=True,
                text=True,
                stdin=subprocess.DEVNULL,
            )
        assert not check or done.returncode == 0, f"{module} {arguments}: {done.stdout}\n{done.stderr}"
        return done

    def at(self, moment: datetime) -> Pipeline:
        """The same with both clocks, the sandbox's and ours, at `moment`."""
        ask(f"{self.base}/_sandbox/clock", {"now": iso(moment)})
        self.environ["LODESTAR_NOW"] = iso(moment)
        return self

    def beside(self, data_dir: Path) -> Pipeline:
        """The same sources with another data folder."""
        return Pipeline(data_dir, self.environ | {"DATA_DIR": str(data_dir)}, self.base)

    def read_and_load(self) -> None:
        """Extract everything and load it."""
        self.command("extractors")
        self.command("warehouse", "load", "--no-backup")

    def release(self) -> Path:
        """Build, check and publish; the published folder."""
        candidate = self.command("warehouse", "build").stdout.strip().splitlines()[-1]
        self.command("expectations", candidate)
        self.command("warehouse", "publish", candidate)
        return self.current

    @property
    def current(self) -> Path:
        """The published release."""
        return self.data_dir / "published" / "current"

    @property
    def database(self) -> Path:
        """The working database."""
        return self.data_dir / "warehouse" / "community.duckdb"

    def published(self, *, observed: bool = True) -> Rows:
        """Every published mart's rows, sorted, but the operations marts, perhaps without `observed` ones."""
        without = {} if observed else self.observed_columns()
        return rows(self.current / "community.duckdb", "main", skip_tables=OPERATIONS, without=without)

    def marts(self, *, observed: bool = True) -> Rows:
        """The same of the working database, but metric_values, which dbt leaves empty."""
        without = {} if observed else self.observed_columns()
        skipped = OPERATIONS | {"metric_values"}
        return rows(self.database, "marts", skip_tables=skipped, without=without)

    def raw(self, *, skip_columns: str = "_load_id|_extracted_at") -> Rows:
        """Every raw table's rows as the vendors gave them, without the load's own columns and tables."""
        return rows(self.database, "raw", skip_columns=skip_columns)

    def observed_columns(self) -> dict[str, set[str]]:
        """Columns that only watching can know, by mart, as the dbt project declares them."""
        manifest = json.loads((self.data_dir / "warehouse" / "dbt" / "manifest.json").read_text())
        return {
            node["name"]: {
                name
                for name, column in node["columns"].items()
                if (column.get("config", {}).get("meta") or column.get("meta") or {}).get("observed")
            }
            for node in manifest["nodes"].values()
            if node["resource_type"] == "model"
        }


def rows(
    database: Path,
    schema: str,
    *,
    skip_tables: frozenset[str] = frozenset(),
    skip_columns: str = "$^",
    without: Mapping[str, set[str]] | None = None,
) -> Rows:
    """Sorted rows of every table of a schema (raw: vendors' tables only), without some tables or columns."""
    found: Rows = {}
    with duckdb.connect(str(database), read_only=True) as connection:
        tables = connection.execute(
            "select table_name from duckdb_tables() where schema_name = ? and table_name not like '\\_%' "
            "escape '\\' order by 1",
            [schema],
        ).fetchall()
        for (table,) in tables:
            if table in skip_tables:
                continue
            hidden = "|".join([skip_columns, *(without or {}).get(table, ())])
            found[table] = connection.execute(
                f"select columns(lambda c: not regexp_full_match(c, '{hidden}')) "
                f'from {schema}."{table}" order by all'
            ).fetchall()
    return found


def differences(left: Rows, right: Rows) -> dict[str, tuple[int, int]]:
    """By table, how many rows only one side has."""
    counted = {
        table: (len(set(left.get(table, [])) - set(right.get(table, []))),
                len(set(right.get(table, [])) - set(left.get(table, []))))
        for table in left.keys() | right.keys()
        if left.get(table) != right.get(table)
    }  # fmt: skip
    return counted


def ask(url: str, body: Mapping[str, Any] | None = None) -> Any:
    """GET, or POST a JSON body, and parse the answer."""
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(url, data=data, headers={"Content-Type": "application/json"})
    with urllib.request.urlopen(request, timeout=300) as answer:
        return json.loads(answer.read() or b"null")


@contextmanager
def behind_sandbox(
    sources: Sequence[str],
    data_dir: Path,
    *server_arguments: str,
    options: Mapping[str, Mapping[str, Any]] | None = None,
) -> Iterator[Pipeline]:
    """Serve `NAME=VENDOR:DIR` sources and give a pipeline on them; `options` by source for sources.toml."""
    specs = tuple(SourceSpec.from_text(source) for source in sources)
    arguments = [part for source in sources for part in ("--source", source)]
    with serving(*arguments, *server_arguments) as addresses:
        base = next(iter(addresses.values())).rpartition("/")[0]
        data_dir.mkdir(parents=True, exist_ok=True)
        variables = environment(Setting(specs, data_dir), base, os.environ)
        add_options(Path(variables["LODESTAR_SOURCES"]), options or {})
        yield Pipeline(data_dir, variables, base)


def add_options(sources_file: Path, options: Mapping[str, Mapping[str, Any]]) -> None:
    """Write further options of sources into sources.toml."""
    lines = []
    for line in sources_file.read_text().splitlines():
        lines.append(line)
        if line.startswith("[sources."):
            given = options.get(line.removeprefix("[sources.").rstrip("]"), {})
            lines += [f"{name} = {json.dumps(value)}" for name, value in given.items()]
    sources_file.write_text("\n".join(lines) + "\n")


def small_community(directory: Path, *, seed: int, end: datetime, **size: int) -> list[str]:
    """Simulate a small community up to `end` and on; gives its sources as `serve` takes them."""
    sizes: dict[str, Any] = {"members": 150, "months": 6, "posts": 2500, "requests": 80, "tickets": 250}
    sizes |= size
    simulate(directory, seed=seed, end=end, days_ahead=15, history=True, **sizes)
    return [f"forum=discourse:{directory}", f"ideas=uservoice:{directory}", f"desk=zendesk:{directory}"]
