"""Does a record fit its declaration? Checked here, since DuckDB's JSON reader bends types silently.

12.7 becomes 13, true becomes 1, "yes" becomes true and objects become text there; here each is a misfit.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
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


class Declaration:
    """The checks of one table, prepared for many records."""

    def __init__(self, table: Table) -> None:
        self._key = table.key
        self._checks = [
            (column.name, column.data_type, *_ACCEPTED[column.data_type])
            for column in table.columns
            if column.data_type != "json"
        ]
        self._key_checks = {
            name: (accepted, holds) for name, _, accepted, holds in self._checks if name in table.key
        }
        self._known = frozenset(column.name for column in table.columns) | table.not_loaded
        self._declared = frozenset(column.name for column in table.columns)

    @property
    def known(self) -> frozenset[str]:
        """Declared fields and those declared as not loaded."""
        return self._known

    @property
    def declared(self) -> frozenset[str]:
        """Fields that become columns."""
        return self._declared

    def has_key(self, record: Mapping[str, Any]) -> bool:
        """Every key field is there and of its type."""
        for name, (accepted, holds) in self._key_checks.items():
            value = record.get(name)
            if type(value) not in accepted or (holds is not None and not holds(value)):
                return False
        return True

    def misfits(self, record: Mapping[str, Any]) -> list[Misfit]:
        """The fields that do not fit; an absent or null field fits unless it is part of the key."""
        found: list[Misfit] = []
        get = record.get
        for name, data_type, accepted, holds in self._checks:
            value = get(name)
            if value is None:
                if name in self._key_checks:
                    found.append(Misfit(name, data_type, "null"))
            elif type(value) not in accepted:
                found.append(Misfit(name, data_type, json_type(value)))
            elif holds is not None and not holds(value):
                found.append(Misfit(name, data_type, f"{json_type(value)} out of range or form"))
        return found
