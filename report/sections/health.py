"""The community at a glance: every metric of the semantic layer, with its last two years."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from markupsafe import Markup

from report.blocks import Block, Column, Headline, Headlines, Section, Table
from report.charts import spark
from report.release import Answer, Release, Row

_TITLES = {
    "retention": "Who is here",
    "contribution": "What they give",
    "spaces": "Where, and is anybody answered?",
    "feedback": "What they ask for",
    "support": "Support",
    "program": "The program",
    "learning": "Learning",
}
_MOODS = {"better": "good", "worse": "bad"}


def section(release: Release) -> Section:
    """The metrics by subject; first those that got worse."""
    metrics = release.ask("health/metrics")
    months = _months(release.ask("health/months"))
    groups: defaultdict[str, list[Headline]] = defaultdict(list)
    for row in metrics:
        groups[row["group_name"]].append(_headline(row, months[row["metric_name"]]))
    cards: list[Block] = [
        Headlines(items, title=_TITLES.get(name, name.capitalize())) for name, items in groups.items()
    ]
    return Section(
        key="health",
        title="Health at a glance",
        nav="Health",
        intro=(
            "Each number is of the last month that is over, or of today where it counts what there is; the line is "
            "two years. Green and red say whether it moved to the better since the month before. A number's name "
            "leads to its definition."
        ),
        blocks=[_attention(release), *cards],
    )


def _months(answer: Answer) -> defaultdict[str, list[dict[str, Any]]]:
    values: defaultdict[str, list[dict[str, Any]]] = defaultdict(list)
    for record in answer.records():
        values[record["metric_name"]].append(record)
    return values


def _headline(row: Row, months: list[dict[str, Any]]) -> Headline:
    note = row.figure("month", "month")
    if row["previous_value"] is not None:
        before = row.figure("previous_value", row["unit"])
        turn = Markup(", <strong>{}</strong>").format(row["turn"]) if row["turn"] else ""
        note = Markup("{}; before {}{}").format(note, before, turn)
    return Headline(
        row["label"],
        row.figure("value", row["unit"]),
        note,
        metric=row["metric_name"],
        mood=_MOODS.get(row["turn"], ""),
        picture=spark(months, f"spark-{row['metric_name']}") if len(months) > 2 else Markup(),
    )


def _attention(release: Release) -> Table:
    return Table(
        title="What got worse",
        sentence="Metrics that are worse than the mean of the twelve months before by a tenth or more.",
        answer=release.ask("health/attention"),
        columns=[
            Column("label", "Metric"),
            Column("month", "Month", "month"),
            Column("value", "Now", cell=lambda row: row.figure("value", row["unit"])),
            Column("usual", "Usually", cell=lambda row: row.figure("usual", row["unit"])),
            Column("change_ratio", "Change", "change"),
        ],
        reads=["metric_values"],
        empty="Nothing is a tenth worse than usual.",
    )
