"""What of dbt's manifest readers need: tables, columns, metrics, readers; no tests' SQL, no macros."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any

from report.guide.page import DocsPage
from report.release import Release

_DROPPED = (
    "macros",
    "unit_tests",
    "selectors",
    "disabled",
    "saved_queries",
    "functions",
    "child_map",
    "group_map",
)
_KINDS = ("nodes", "sources", "exposures", "metrics", "semantic_models")
_NODE_FIELDS = frozenset(
    (
        # what it is, and where
        *("unique_id", "name", "alias", "identifier", "label", "resource_type", "package_name", "fqn"),
        *("path", "original_file_path", "database", "schema", "source_name", "loader", "language"),
        # what it says
        *(
            "description",
            "source_description",
            "columns",
            "raw_code",
            "tags",
            "meta",
            "source_meta",
            "config",
        ),
        *("docs", "group", "access", "owner", "type", "maturity", "url"),
        # what it is made of
        *("depends_on", "refs", "type_params", "filter", "model", "entities", "dimensions", "measures"),
    )
)
_COLUMN_FIELDS = ("name", "description")
_CONFIG_FIELDS = ("materialized", "meta")
_TYPES = {
    "BIGINT": "whole number",
    "BOOLEAN": "yes or no",
    "DATE": "day",
    "DOUBLE": "number",
    "HUGEINT": "whole number",
    "INTEGER": "whole number",
    "TIMESTAMP WITH TIME ZONE": "time, UTC",
    "VARCHAR": "text",
}
_GREY = "#767b84"
_READERS_COLOUR = "#8c2f5d"
_METRICS_COLOUR = "#3d4f7a"


def reduce_to_readers(page: DocsPage, release: Release) -> None:
    """Leave in `page` what a reader of the release looks at, with the tables as they are published.

    Tests become words at their columns. Published tables that dbt does not make get a page from their
    comments.
    """
    manifest, catalog = page.manifest, page.catalog
    _say_what_is_checked(manifest, catalog)
    for name in _DROPPED:
        manifest[name] = {}
    overview = f"doc.{manifest['metadata']['project_name']}.__overview__"
    manifest["docs"] = {key: doc for key, doc in manifest["docs"].items() if key == overview}
    manifest["nodes"] = {
        key: node for key, node in manifest["nodes"].items() if node["resource_type"] in ("model", "seed")
    }
    _add_other_tables(manifest, catalog, release)
    for kind in _KINDS:
        manifest[kind] = {key: _reduced(node) for key, node in manifest[kind].items()}
    known = {key for kind in _KINDS for key in manifest[kind]}
    manifest["parent_map"] = {
        key: [parent for parent in parents if parent in known]
        for key, parents in manifest["parent_map"].items()
        if key in known
    }
    catalog["nodes"] = {key: node for key, node in catalog["nodes"].items() if key in known}
    for node in (*catalog["nodes"].values(), *catalog["sources"].values()):
        node["stats"] = {}
        for column in node["columns"].values():
            column.pop("comment", None)
            words = _TYPES.get(column["type"])
            if words:
                column["type"] = f"{words} ({column['type'].lower()})"
    _say_what_is_published(manifest, catalog, release)
    _name_the_groups(manifest)


def _reduced(node: dict[str, Any]) -> dict[str, Any]:
    kept = {key: value for key, value in node.items() if key in _NODE_FIELDS and value is not None}
    kept["columns"] = {
        name: {field: column[field] for field in _COLUMN_FIELDS if field in column}
        for name, column in (node.get("columns") or {}).items()
    }
    kept["config"] = {key: value for key in _CONFIG_FIELDS if (value := (node.get("config") or {}).get(key))}
    kept["depends_on"] = {"nodes": list((node.get("depends_on") or {}).get("nodes", []))}
    kept.setdefault("docs", {"show": True})
    kept.setdefault("tags", [])
    match node["resource_type"]:
        case "exposure":
            kept["docs"] = {"show": True, "node_color": _READERS_COLOUR}
        case "metric" | "semantic_model":
            kept["docs"] = {"show": True, "node_color": _METRICS_COLOUR}
            # What only serves to compute another stands in no group; the search finds it.
            if node["resource_type"] == "semantic_model" or "[[value:" not in node.get("description", ""):
                kept.pop("group", None)
        case "source":
            kept["docs"] = {"show": True, "node_color": _GREY}
    kept["summary"] = re.split(r"\n\s*\n", kept.get("description", "").strip())[0]
    return kept


def _say_what_is_checked(manifest: Mapping[str, Any], catalog: Mapping[str, Any]) -> None:
    """Write every column's tests to its catalog entry, where dbt's page looks for them."""
    for test in manifest["nodes"].values():
        if test["resource_type"] != "test" or "test_metadata" not in test:
            continue
        metadata = test["test_metadata"]
        column = test.get("column_name") or metadata["kwargs"].get("column_name")
        # A test of references depends on both tables, the one that it stands at last.
        at = test.get("attached_node") or (test["depends_on"]["nodes"] or [None])[-1]
        entry = (catalog["nodes"].get(at) or {}).get("columns", {}).get(column)
        if entry is not None:
            label = _in_words(metadata["name"], metadata["kwargs"], test["refs"])
            tests = entry.setdefault("tests", [])
            if all(each["label"] != label for each in tests):
                tests.append({"short": "+", "label": label})


def _in_words(name: str, arguments: Mapping[str, Any], refs: Sequence[Mapping[str, Any]]) -> str:
    match name:
        case "not_null":
            return "never empty"
        case "not_blank":
            return "never blank"
        case "unique":
            return "every value once"
        case "not_negative":
            return "never below 0"
        case "not_future" | "not_in_future":
            return "never in the future"
        case "first_of_month":
            return "the first of a month"
        case "accepted_values":
            return f"one of: {', '.join(map(str, arguments['values']))}"
        case "within":
            low, high = arguments.get("minimum"), arguments.get("maximum")
            bounds = (("at least", low), ("at most", high))
            return " and ".join(f"{words} {bound}" for words, bound in bounds if bound is not None)
        case "relationships" if refs:
            return f"stands in {refs[0]['name']}.{arguments.get('field')}"
        case "matches":
            return f"of the form {arguments.get('pattern')}"
        case "holds":
            return f"holds: {arguments.get('expression')}"
        case "filled_when":
            return f"filled exactly when {arguments.get('condition')}"
    rest = {key: value for key, value in arguments.items() if key not in ("model", "column_name")}
    words = name.replace("_", " ")
    return f"{words}: {', '.join(f'{key} {_plain(value)}' for key, value in rest.items())}" if rest else words


def _plain(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, default=str)


def _add_other_tables(manifest: dict[str, Any], catalog: dict[str, Any], release: Release) -> None:
    """A page for each published table that no dbt model makes, from the table's own comments."""
    models = {node["name"] for node in manifest["nodes"].values()}
    package = manifest["metadata"]["project_name"]
    for table in release.ask("guide/tables"):
        name = table["table_name"]
        if name in models:
            continue
        columns = [row for row in release.ask("guide/columns") if row["table_name"] == name]
        key = f"model.{package}.{name}"
        manifest["nodes"][key] = {
            "unique_id": key,
            "name": name,
            "alias": name,
            "resource_type": "model",
            "package_name": package,
            "path": name,
            "original_file_path": f"release/{name}",
            "fqn": [package, "release", name],
            "database": "community",
            "schema": "main",
            "description": table["comment"] or "",
            "columns": {
                row["column_name"]: {"name": row["column_name"], "description": row["comment"] or ""}
                for row in columns
            },
            "config": {"materialized": "table"},
            "group": "operations",
            "access": "public",
            "language": "sql",
            "raw_code": "-- Made when the release is published, not by dbt.",
        }
        manifest["parent_map"][key] = []
        catalog["nodes"][key] = {
            "unique_id": key,
            "metadata": {"type": "BASE TABLE", "database": "community", "schema": "main", "name": name},
            "columns": {
                row["column_name"]: {
                    "name": row["column_name"], "index": row["column_index"], "type": row["data_type"]
                }
                for row in columns
            },
            "stats": {},
        }  # fmt: skip


def _say_what_is_published(manifest: Mapping[str, Any], catalog: Mapping[str, Any], release: Release) -> None:
    """Schema and rows of published tables as a reader of the release finds them."""
    rows: Mapping[str, int] = release.description["row_counts"]
    for key, node in manifest["nodes"].items():
        if node["resource_type"] == "model" and node.get("access") == "public":
            node["schema"] = "main"
        if key in catalog["nodes"] and node.get("schema") == "main" and node["name"] in rows:
            count = {"id": "num_rows", "label": "Rows in this release", "value": rows[node["name"]]}
            catalog["nodes"][key]["metadata"]["schema"] = "main"
            catalog["nodes"][key]["stats"] = {"num_rows": {**count, "include": True}}


def _name_the_groups(manifest: dict[str, Any]) -> None:
    """Groups of published tables with a capital, which sorts them first; and what the search shows first."""
    published = {node.get("group") for node in manifest["nodes"].values() if node.get("schema") == "main"}
    for kind in _KINDS:
        for node in manifest[kind].values():
            shown = node.get("group") in published and bool(node.get("group"))
            if shown:
                node["group"] = node["group"].capitalize()
            node["rank"] = (
                1 if shown and kind == "metrics" else 2 if shown else 3 if kind == "exposures" else 4
            )
    renamed = {}
    for group in manifest["groups"].values():
        name = group["name"].capitalize() if group["name"] in published else group["name"]
        renamed[f"group.{group['package_name']}.{name}"] = {**group, "name": name}
    manifest["groups"] = renamed
