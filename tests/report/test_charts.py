"""Pictures in a page: the same each time, with ids that no other has."""

from __future__ import annotations

import re

import altair as alt

from report.charts import plot, svg
from report.release import Answer


def clipped(label: str) -> alt.TopLevelMixin:
    """A chart whose marks are cut at its frame, which takes an id."""
    answer = Answer("chapter/query", "", ("x", "y", "label"), [(1, 1, label), (2, 3, label)])
    chart: alt.Chart = plot(answer, 300).mark_line(clip=True)
    return chart.encode(x="x:Q", y="y:Q", color="label:N")


def test_a_picture_is_the_same_each_time_with_ids_of_its_own() -> None:
    first = svg(clipped("one"), "a")
    assert svg(clipped("one"), "a") == first
    defined = set(re.findall(r'\bid="([^"]+)"', first))
    assert defined
    assert set(re.findall(r"url\(#([^)]+)\)", first)) <= defined
    assert defined.isdisjoint(re.findall(r'\bid="([^"]+)"', svg(clipped("one"), "b")))


def test_a_label_that_looks_like_a_reference_stays_a_label() -> None:
    assert "see url(#nowhere)" in svg(clipped("see url(#nowhere)"), "a")
