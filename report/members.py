"""A page a member: what a lead wants at hand before a talk about a renewal."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from report.release import Release, Row


def member_pages(release: Release, members: Sequence[Row]) -> Iterator[tuple[str, dict[str, Any]]]:
    """For each of `members` (rows of query members/chosen) the key and what `member.html.j2` draws."""
    for member in members:
        yield member["member_key"], {"member": member}
