"""Which JSON values each declared type accepts."""

from __future__ import annotations

from typing import Any

import pytest

from warehouse.schema import Column, Table
from warehouse.validate import Declaration, Misfit


def misfits(data_type: str, value: Any) -> list[Misfit]:
    table = Table("board", "ideas", ("id",), (Column("id", "bigint"), Column("field", data_type)))
    declaration = Declaration(table)
    record = {"id": 1, "field": value}
    return declaration.shape(record).misfits(record)


@pytest.mark.parametrize(
    ("data_type", "value"),
    [
        ("varchar", ""),
        ("varchar", "12"),
        ("bigint", 9223372036854775807),
        ("bigint", -9223372036854775808),
        ("integer", 2147483647),
        ("double", 1),
        ("double", -0.5),
        ("boolean", False),
        ("timestamptz", "2016-05-25T02:52:49.526Z"),
        ("timestamptz", "2016-05-25T02:52:49+00:00"),
        ("timestamptz", "2016-05-25 02:52:49.123456-0530"),
        ("date", "2024-02-29"),
        ("json", [{"a": None}]),
        ("json", "text"),
        ("json", True),
        *((data_type, None) for data_type in ("varchar", "bigint", "boolean", "timestamptz", "date", "json")),
    ],
)
def test_a_value_of_its_type_fits(data_type: str, value: Any) -> None:
    assert misfits(data_type, value) == []


@pytest.mark.parametrize(
    ("data_type", "value", "found"),
    [
        ("varchar", 12, "integer"),
        ("varchar", {"a": 1}, "object"),
        ("bigint", 12.0, "number"),
        ("bigint", "12", "string"),
        ("bigint", True, "boolean"),
        ("bigint", 9223372036854775808, "integer out of range or form"),
        ("integer", 2147483648, "integer out of range or form"),
        ("double", "1.5", "string"),
        ("double", True, "boolean"),
        ("boolean", "yes", "string"),
        ("boolean", 1, "integer"),
        ("timestamptz", 1464144769, "integer"),
        ("timestamptz", "2016-05-25T02:52:49", "string out of range or form"),
        ("timestamptz", "2016-05-25", "string out of range or form"),
        ("timestamptz", "2023-02-29T00:00:00Z", "string out of range or form"),
        ("timestamptz", "2016-05-25T02:52:49,5Z", "string out of range or form"),
        ("timestamptz", "yesterday", "string out of range or form"),
        ("date", "2023-02-29", "string out of range or form"),
        ("date", "2016-05-25T00:00:00Z", "string out of range or form"),
        ("date", "2016-W21-3", "string out of range or form"),
    ],
)
def test_any_other_value_is_a_misfit_and_only_its_json_type_is_told(
    data_type: str, value: Any, found: str
) -> None:
    assert misfits(data_type, value) == [Misfit("field", data_type, found)]


def test_records_of_one_shape_are_checked_each_by_itself() -> None:
    table = Table("board", "ideas", ("id",), (Column("id", "integer"), Column("due", "date")))
    declaration = Declaration(table)
    first, second = {"id": 1, "due": "2026-01-31"}, {"id": 2, "due": "2026-01-32"}
    assert declaration.shape(first) is declaration.shape(second)
    assert declaration.shape(first).misfits(first) == []
    assert [misfit.field for misfit in declaration.shape(second).misfits(second)] == ["due"]
