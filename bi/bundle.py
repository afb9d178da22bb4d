"""The project's Superset assets, completed with what only a release and the cookbook know.

`bi/assets` holds what people edit: charts, dashboards, and the metrics of tables. A dataset's columns and
their descriptions come from the release itself, so each of its tables is a dataset, described in the words of
its docs. The cookbook's queries become saved queries.
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import yaml

ASSETS = Path(__file__).parent / "assets"
COOKBOOK = Path(__file__).parents[1] / "docs" / "query_cookbook.md"
DATABASE = "databases/release.yaml"
_IDENTITY = uuid.UUID("5f0c2b6e-7a53-4a52-9d58-0a9a4c1d7e11")
"""What the assets' own identifiers are made from, so that a second import changes and never doubles."""
_INSTANTS = ("TIMESTAMP", "DATE")

Asset = dict[str, Any]


class AssetsOutOfDate(Exception):
    """The release lacks a table that an asset reads; the text says which."""


def identifier(*parts: str) -> str:
    """The UUID of an asset of this project."""
    return str(uuid.uuid5(_IDENTITY, "/".join(parts)))


def read_assets() -> dict[str, Asset]:
    """{path below bi/assets: content} of every asset kept in the project."""
    return {
        str(path.relative_to(ASSETS)): yaml.safe_load(path.read_text("utf-8"))
        for path in sorted(ASSETS.rglob("*.yaml"))
    }


def bundle(release: Path) -> dict[str, Asset]:
    """Everything that Superset is to import, for the database file `release`.

    Raises AssetsOutOfDate if a chart's table is not in it.
    """
    assets = read_assets()
    assets[DATABASE]["sqlalchemy_uri"] = f"duckdb:///{release}"
    database = assets[DATABASE]["uuid"]
    tables = dict(_tables(release))
    for path, dataset in assets.items():
        if path.startswith("datasets/") and dataset["table_name"] not in tables:
            raise AssetsOutOfDate(
                f"bi/assets/{path} reads the table {dataset['table_name']}, which {release} does not have. "
                f"Is the release older than the project? Publish anew: make run"
            )
    for table, (description, columns) in tables.items():
        path = f"datasets/{table}.yaml"
        own = assets.get(path) or _plain_dataset(table, database)
        assets[path] = own | {"description": description, "columns": [*columns, *own["columns"]]}
    for path, dashboard in assets.items():
        if path.startswith("dashboards/"):
            charts = [item for item in dashboard["position"].values() if _is_chart(item)]
            # Superset wants a number for each, and replaces it by its own.
            for number, chart in enumerate(charts, 1):
                chart["meta"]["chartId"] = number
    for path, query in _saved_queries(database):
        assets[path] = query
    return assets


def as_files(assets: dict[str, Asset]) -> dict[str, str]:
    """The same as Superset's import reads it: {path: YAML text}."""
    return {path: yaml.safe_dump(content, sort_keys=False) for path, content in assets.items()}


def _is_chart(item: Any) -> bool:
    return isinstance(item, dict) and item.get("type") == "CHART"


def _plain_dataset(table: str, database: str) -> Asset:
    return {
        "table_name": table,
        "schema": "main",
        "filter_select_enabled": True,
        "uuid": identifier("dataset", table),
        "metrics": [{"metric_name": "count", "verbose_name": "Rows", "expression": "count(*)"}],
        "columns": [],
        "version": "1.0.0",
        "database_uuid": database,
    }


def _tables(release: Path) -> Iterator[tuple[str, tuple[str | None, list[Asset]]]]:
    """Each table with its description and its columns."""
    with duckdb.connect(str(release), read_only=True) as connection:
        columns: dict[str, list[Asset]] = {}
        for table, name, kind, comment in connection.execute(
            "select table_name, column_name, data_type, comment from duckdb_columns() "
            "where database_name = current_database() and schema_name = 'main' "
            "order by table_name, column_index"
        ).fetchall():
            columns.setdefault(table, []).append(
                {
                    "column_name": name,
                    "verbose_name": name.replace("_", " ").capitalize(),
                    "type": kind,
                    "description": comment,
                    "is_dttm": kind.startswith(_INSTANTS),
                    "groupby": True,
                    "filterable": True,
                }
            )
        comments = connection.execute(
            "select table_name, comment from duckdb_tables() "
            "where database_name = current_database() and schema_name = 'main'"
        ).fetchall()
    for table, comment in comments:
        yield table, (comment, columns[table])


def _saved_queries(database: str) -> Iterator[tuple[str, Asset]]:
    section = r"^## (\d+)\. ([^\n]+)\n+```sql\n(.+?)```\n+(.+?)(?=\n## |\Z)"
    sections = re.findall(section, COOKBOOK.read_text("utf-8"), re.M | re.S)
    for number, question, sql, reading in sections:
        yield (
            f"queries/question_{number}.yaml",
            {
                "label": f"{int(number):02} {question}",
                "description": reading.strip(),
                "sql": sql,
                "schema": "main",
                "catalog": None,
                "uuid": identifier("query", number),
                "version": "1.0.0",
                "database_uuid": database,
            },
        )
