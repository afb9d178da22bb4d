"""The chapters of the report, in the order they are read.

A chapter is a module here with `section(release) -> Section`; its queries are in `report/queries/<chapter>/`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

from report.blocks import Section
from report.release import Release
from report.sections import (
    feedback,
    health,
    learning,
    people,
    retention,
    spaces,
    support,
    today,
    trust,
    worth,
)

SECTIONS: Mapping[str, Callable[[Release], Section]] = MappingProxyType(
    {
        "today": today.section,
        "health": health.section,
        "people": people.section,
        "worth": worth.section,
        "feedback": feedback.section,
        "support": support.section,
        "retention": retention.section,
        "spaces": spaces.section,
        "learning": learning.section,
        "trust": trust.section,
    }
)
"""Chapters by their anchor."""
