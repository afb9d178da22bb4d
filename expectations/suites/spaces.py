"""Checks of the places where people gather."""

from __future__ import annotations

from collections.abc import Iterator

from expectations.checks import Check, filled, no_rows, unique
from expectations.comparison import Compared, nothing_vanished, volume


def dim_space(compared: Compared) -> Iterator[Check]:
    """One row per space of a source."""
    yield from volume("dim_space", compared)
    yield from nothing_vanished("dim_space", "source_name", "source", compared)
    yield unique("space_key", what="space")
    yield unique("source_name", "source_record_id", what="source and vendor's id of a space")
    yield filled("name", "Every space has a name", severity="warn")
    yield no_rows(
        "reconciliation",
        "Every space that lies in another one lies in a known one",
        """
        select space_key, parent_space_key
        from {batch}
        where parent_space_key not in (select space_key from {batch})
        order by space_key
        """,
        severity="warn",
        column="parent_space_key",
    )
