"""Does a record fit its declaration? Checked here, since DuckDB's JSON reader bends types silently.

12.7 becomes 13, true becomes 1, "yes" becomes true and objects become text there; here each is a misfit.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from warehouse.schema import Table

_TIMESTAMP = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]{1,9})?"
    r"(?:Z|[+-][0-9]{2}(?::?[0-9]{2})?)"
)
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


@dataclass(frozen=True)
class Misfit:
    """A field that is not what was declared; the value itself is never kept."""

    field: str
    expected: str
    """The declared type."""
    found: str
    """JSON type of the value."""


def json_type(value: Any) -> str:
    """The JSON name of a parsed value's type."""
    match value:
        case None:
            return "null"
        case bool():
            return "boolean"
        case int():
            return "integer"
        case float():
            return "number"
        case str():
            return "string"
        case list():
            return "array"
        case _:
            return "object"


def _is_timestamp(value: str) -> bool:
    if not _TIMESTAMP.fullmatch(value):
        return False
    try:
        datetime.fromisoformat(value)
    except ValueError:
        return False
    return True


def _is_date(value: str) -> bool:
    if not _DATE.fullmatch(value):
        return False
    try:
        date.fromisoformat(value)
    except ValueError:
        return False
    return True


def _is_bigint(value: int) -> bool:
    return -(2**63) <= value < 2**63


def _is_integer(value: int) -> bool:
    return -(2**31) <= value < 2**31


_ACCEPTED: Mapping[str, tuple[frozenset[type], Callable[[Any], bool] | None]] = {
    "varchar": (frozenset({str}), None),
    "bigint": (frozenset({int}), _is_bigint),
    "integer": (frozenset({int}), _is_integer),
    "double": (frozenset({int, float}), None),
    "boolean": (frozenset({bool}), None),
    "timestamptz": (frozenset({str}), _is_timestamp),
    "date": (frozenset({str}), _is_date),
}
"""Python types each declared type accepts, and what else must hold of the value; json accepts everything."""
_ADDED = "_extracted_at"
"""Put into every record by extraction, declared or not."""


@dataclass(frozen=True)
class Shape:
    """What is known of all records that have the same fields, of the same types, in the same order."""

    unknown: tuple[str, ...]
    """Fields no declaration names."""
    dropped: tuple[str, ...]
    """Fields that do not become columns: the unknown ones and those declared as not loaded."""
    wrong_types: tuple[Misfit, ...]
    checks: tuple[tuple[str, str, Callable[[Any], bool]], ...]
    """Field, declared type and condition of what must still be checked record by record."""

    def misfits(self, record: Mapping[str, Any]) -> list[Misfit]:
        """The fields of a record of this shape that do not fit."""
        found = list(self.wrong_types)
        for name, data_type, holds in self.checks:
            value = record[name]
            if not holds(value):
                found.append(Misfit(name, data_type, f"{json_type(value)} out of range or form"))
        return found


class Declaration:
    """The checks of one table, worked out once for each shape of record."""

    SHAPES_KEPT = 10_000

    def __init__(self, table: Table) -> None:
        self._key = table.key
        self._types = {column.name: column.data_type for column in table.columns}
        self._not_loaded = table.not_loaded
        self._shapes: dict[tuple[tuple[str, ...], tuple[type, ...]], Shape] = {}

    def shape(self, record: Mapping[str, Any]) -> Shape:
        """The shape of `record`."""
        signature = (tuple(record), tuple(map(type, record.values())))
        shape = self._shapes.get(signature)
        if shape is None:
            if len(self._shapes) >= self.SHAPES_KEPT:
                self._shapes.clear()
            shape = self._shapes[signature] = self._work_out(record)
        return shape

    def key_misfit(self, misfits: Iterable[Misfit]) -> Misfit | None:
        """The first misfit that concerns the key."""
        return next((misfit for misfit in misfits if misfit.field in self._key), None)

    def _work_out(self, record: Mapping[str, Any]) -> Shape:
        dropped = [name for name in record if name not in self._types and name != _ADDED]
        wrong: list[Misfit] = []
        checks: list[tuple[str, str, Callable[[Any], bool]]] = []
        for name, data_type in self._types.items():
            value = record.get(name)
            if value is None:
                if name in self._key:
                    wrong.append(Misfit(name, data_type, "null"))
            elif data_type != "json":
                accepted, holds = _ACCEPTED[data_type]
                if type(value) not in accepted:
                    wrong.append(Misfit(name, data_type, json_type(value)))
                elif holds is not None:
                    checks.append((name, data_type, holds))
        return Shape(
            unknown=tuple(name for name in dropped if name not in self._not_loaded),
            dropped=tuple(dropped),
            wrong_types=tuple(wrong),
            checks=tuple(checks),
        )
