"""The community at a glance."""

from __future__ import annotations

from markupsafe import Markup

from report.blocks import Chart, Column, Section
from report.charts import stacks
from report.release import Release

STATUSES = ("active", "returning", "new")


def section(release: Release) -> Section:
    """Who is here, month by month."""
    active = release.ask("health/active_members")
    return Section(
        key="health",
        title="Health at a glance",
        nav="Health",
        intro="Is the community growing, and does it look after itself?",
        blocks=[
            Chart(
                title="People who contributed",
                sentence=_sentence(release),
                answer=active,
                draw=lambda width: stacks(active, width, "members", by="status", order=STATUSES),
                columns=[
                    Column("month", "Month", "month"),
                    Column("status", "They are"),
                    Column("members", "People", "count"),
                ],
                reads=["member_activity_status"],
            )
        ],
    )


def _sentence(release: Release) -> str | Markup:
    last = release.ask("health/last_month")
    if not last:
        return "Nobody has contributed in a complete month yet."
    row = last.first
    return Markup("{} people contributed in {}, {} of them for the first time.").format(
        row.figure("contributors", "count"), row.figure("month", "month"), row.figure("newcomers", "count")
    )
