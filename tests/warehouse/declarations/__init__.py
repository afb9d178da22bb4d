"""The raw declarations of earlier versions, to be upgraded from.

`python -m tests.warehouse.declarations REVISION > tests/warehouse/declarations/VERSION.json` keeps those of a
version that people have.
"""

from __future__ import annotations

import json
from pathlib import Path

from warehouse.schema import Column, Marks, Schema, Table

FOLDER = Path(__file__).parent
VERSIONS = sorted(path.stem for path in FOLDER.glob("*.json"))


def kept(version: str) -> Schema:
    """The schema that version declared."""
    tables = {}
    for name, declared in json.loads((FOLDER / f"{version}.json").read_text("utf-8")).items():
        vendor, _, stream = name.partition("__")
        columns = declared["columns"].items()
        tables[vendor, stream] = Table(
            vendor=vendor,
            stream=stream,
            key=tuple(declared["key"]),
            columns=tuple(Column(column, kind, history) for column, (kind, history) in columns),
            not_loaded=frozenset(declared["not_loaded"]),
            deleted_when=declared["deleted_when"],
            marks_deleted=Marks(*declared["marks_deleted"]) if declared["marks_deleted"] else None,
        )
    return Schema(tables)
