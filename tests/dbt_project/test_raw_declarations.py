"""The raw tables' declarations against real archives: every field is known and every value fits its type."""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import orjson
import pytest

from warehouse.schema import Table, read_schema

ARCHIVES = Path(__file__).resolve().parents[3] / "shared" / "data"
STREAMS = {
    ("discourse", "users"): "admin_users",
    ("discourse", "topic_views"): "threads",
}
"""Archive files that a forum serves as streams of other names."""
FILES = sorted(ARCHIVES.glob("*/*/*.jsonl.gz"))
NAMES = ["/".join(path.parts[-3:]).removesuffix(".jsonl.gz") for path in FILES]


JSON_TYPES: dict[str, tuple[type, ...]] = {
    "varchar": (str,),
    "bigint": (int,),
    "integer": (int,),
    "double": (int, float),
    "boolean": (bool,),
    "timestamptz": (str,),
    "json": (str, int, float, bool, list, dict),
}


def declared(path: Path) -> Table:
    vendor, stream = path.parent.name, path.name.removesuffix(".jsonl.gz")
    return read_schema().tables[vendor, STREAMS.get((vendor, stream), stream)]


def records(path: Path) -> Iterator[dict[str, Any]]:
    with gzip.open(path) as lines:
        for line in lines:
            yield orjson.loads(line)


def fits(data_type: str, value: Any, *, required: bool) -> bool:
    if value is None:
        return not required
    if type(value) not in JSON_TYPES[data_type]:
        return False
    return data_type != "timestamptz" or datetime.fromisoformat(value).tzinfo is not None


@pytest.mark.skipif(not FILES, reason="the real archives are not beside this checkout")
@pytest.mark.parametrize("path", FILES, ids=NAMES)
def test_every_field_of_every_archived_record_is_declared_and_fits(path):
    table = declared(path)
    types = {column.name: column.data_type for column in table.columns}
    unknown: set[str] = set()
    misfits: set[tuple[str, str, str]] = set()
    for record in records(path):
        unknown |= record.keys() - types.keys() - table.not_loaded
        for name, value in record.items():
            if name in types and not fits(types[name], value, required=name in table.key):
                misfits.add((name, types[name], type(value).__name__))
    assert (unknown, misfits) == (set(), set())


def test_all_streams_of_the_three_vendors_are_declared_with_their_keys():
    keys = {table.name: table.key for table in read_schema().tables.values()}
    by_id = {
        "discourse": "categories groups admin_users directory_items topics posts threads badges user_badges",
        "uservoice": "forums statuses categories labels users suggestions supporters comments status_updates "
        "nps_ratings external_accounts external_users",
        "zendesk": "tickets users organizations ticket_events ticket_metric_events groups brands "
        "ticket_fields satisfaction_ratings deleted_tickets",
    }
    expected: dict[str, tuple[str, ...]] = {
        f"{vendor}__{stream}": ("id",) for vendor, names in by_id.items() for stream in names.split()
    }
    expected |= {f"{vendor}__counts": ("stream",) for vendor in by_id}
    expected |= {"discourse__tags": ("name",), "discourse__group_members": ("_group_id", "id")}
    assert keys == expected


@pytest.mark.parametrize(
    ("table", "fields"),
    [
        (("discourse", "posts"), {"cooked", "raw", "excerpt"}),
        (("uservoice", "suggestions"), {"body"}),
        (("uservoice", "comments"), {"body"}),
        (("uservoice", "external_users"), {"email", "name", "ip"}),
        (("zendesk", "tickets"), {"subject", "raw_subject", "description"}),
        (("zendesk", "users"), {"phone", "notes", "details", "signature"}),
    ],
)
def test_texts_and_private_fields_stay_out_of_the_warehouse(table, fields):
    assert fields <= read_schema().tables[table].not_loaded
