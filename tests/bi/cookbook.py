"""docs/query_cookbook.md as data."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

COOKBOOK = Path(__file__).parents[2] / "docs" / "query_cookbook.md"


@dataclass(frozen=True)
class Recipe:
    """A question with its query and what the page says about the answer."""

    number: int
    question: str
    sql: str
    reading: str


def recipes() -> list[Recipe]:
    """Every section of the page; a section without exactly one query is an error."""
    found = []
    for section in COOKBOOK.read_text("utf-8").split("\n## ")[1:]:
        heading, _, body = section.partition("\n")
        number, _, question = heading.partition(". ")
        before, sql, reading = re.split(r"```(?:sql)?\n", body)
        assert not before.strip(), f"{heading}: text before the query"
        found.append(Recipe(int(number), question, sql, reading.strip()))
    return found
