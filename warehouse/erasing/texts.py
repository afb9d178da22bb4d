"""The person in log files, which are cleaned, and in seed files, which are their owner's to change."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping
from pathlib import Path

from extractors.config import seeds_dir
from extractors.durable import write_durably
from extractors.errors import storage_errors
from extractors.suppression import strings
from warehouse.erasing.plan import Plan
from warehouse.erasing.traces import Searcher, search
from warehouse.layout import DBT_PROJECT, Layout

_IN_LOGS = "[erased]"


def log_folders(layout: Layout, environ: Mapping[str, str]) -> list[Path]:
    """Folders of log files that are there: Lodestar's own and Airflow's."""
    airflow = airflow_home(layout, environ)
    return [folder for folder in (layout.logs, airflow / "logs") if folder.is_dir()]


def airflow_home(layout: Layout, environ: Mapping[str, str]) -> Path:
    """Where Airflow keeps its files."""
    return Path(environ.get("AIRFLOW_HOME") or layout.data_dir / "airflow")


def clean_logs(layout: Layout, searcher: Searcher, environ: Mapping[str, str]) -> int:
    """Take the person out of log files; how many held something."""
    traces, _ = search(log_folders(layout, environ), searcher)
    for trace in traces:
        with storage_errors(trace.path):
            if trace.where:
                trace.path.unlink()
                continue
            text = trace.path.read_text("utf-8", errors="surrogateescape")
            clean = searcher.pattern.sub(_IN_LOGS, text)
            write_durably(trace.path, clean.encode("utf-8", errors="surrogateescape"))
    return len(traces)


def in_seeds(plan: Plan, searcher: Searcher, environ: Mapping[str, str]) -> Iterator[str]:
    """Where seed files name the person, by account or by name: `staff.csv, lines 12, 14`."""
    accounts = {account for person in plan.people for account in person.accounts}
    own = seeds_dir(environ)
    files = {path.name: path for path in (DBT_PROJECT / "seeds").glob("*.csv")}
    files |= {path.name: path for path in own.glob("*.csv")}
    for name, path in sorted(files.items()):
        with path.open(encoding="utf-8-sig", newline="") as file:
            rows = csv.DictReader(file, restkey="", restval="")
            lines: list[str] = []
            for row in rows:
                named = {
                    (row.get(f"source_name{end}", "").strip(), row.get(f"account_id{end}", "").strip())
                    for end in ("", "_a", "_b")
                }
                if named & accounts or any(map(searcher.text, strings(row))):
                    lines.append(str(rows.line_num))
        if lines:
            yield f"{name}, {'line' if len(lines) == 1 else 'lines'} {', '.join(lines)}"
