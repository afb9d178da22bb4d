"""Where people gather, and where nobody answers."""

from __future__ import annotations

from markupsafe import Markup

from report.blocks import Chart, Column, Headline, Headlines, Section, Table
from report.charts import lines, stacks
from report.release import Release

_SEEDING = ("self-sustaining", "not yet", "lost")
_PARTS = ("half of the posts", "four fifths")


def section(release: Release) -> Section:
    """Activity, concentration, health, unmet needs, self-sustaining spaces."""
    return Section(
        key="spaces",
        title="Spaces and unmet needs",
        nav="Spaces",
        intro="Where do people gather, where is nobody answering, and would it go on without staff?",
        blocks=[
            _headlines(release),
            _effort(release),
            _needs(release),
            _activity(release),
            _spread(release),
            _seeding(release),
            _every(release),
        ],
    )


def _headlines(release: Release) -> Headlines:
    row = release.ask("spaces/counts").first
    items = [
        Headline("Spaces", row.figure("spaces", "count"), "with anything in them"),
        Headline("Starved", row.figure("starved", "count"), "unanswered far more often than usual"),
        Headline("Thriving", row.figure("thriving", "count")),
        Headline("Living on staff", row.figure("staff_dependent", "count"), "staff write most replies"),
        Headline(
            "Questions waiting",
            row.figure("waiting_questions", "count"),
            Markup("over 48 hours, of {} people").format(row.figure("askers", "count")),
        ),
    ]
    if months := release.ask("spaces/concentration"):
        last = list(months)[-1]
        items.append(
            Headline(
                "Half of the posts are in",
                last.figure("spaces_for_half", "count"),
                Markup("of {} active spaces").format(last.figure("active_spaces", "count")),
            )
        )
    return Headlines(items)


def _effort(release: Release) -> Table:
    return Table(
        title="Where effort helps most",
        sentence="Spaces by how many more recent questions would have an answer if they were answered as elsewhere.",
        answer=release.ask("spaces/effort"),
        columns=[
            Column("name", "Space"),
            Column("state", "It is"),
            Column("recent_questions", "Recent questions", "count"),
            Column("recent_unanswered_questions", "unanswered", "count"),
            Column("recent_unanswered_ratio", "Share", "ratio"),
            Column("usual_unanswered_ratio", "Usual", "ratio"),
            Column("recent_first_response_median_hours", "Half answered in", "hours"),
            Column("experts", "Experts here", "count"),
        ],
        reads=["space_health"],
        empty="There are no recent questions.",
    )


def _needs(release: Release) -> Table:
    return Table(
        title="Unmet needs",
        sentence="Unanswered questions, tickets that came back and open requests of the last complete month, by area.",
        answer=release.ask("spaces/needs"),
        columns=[
            Column("expertise_area", "Area"),
            Column("accounts", "Accounts in need", "count"),
            Column("usual_accounts", "Usual", "decimal"),
            Column("trend", "Trend"),
            Column("unanswered_questions", "Unanswered questions", "count"),
            Column("repeat_tickets", "Tickets that came back", "count"),
            Column("open_requests", "Open requests", "count"),
        ],
        reads=["unmet_needs"],
        limit=30,
        empty="Nothing was left unmet, or nothing is mapped to an area yet.",
    )


def _activity(release: Release) -> Chart:
    answer = release.ask("spaces/activity")
    places = {row["space"]: row["place"] for row in answer}
    return Chart(
        title="Where people write",
        sentence="Posts by month in the largest spaces of the last year.",
        answer=answer,
        draw=lambda width: stacks(
            answer, width, "posts", by="space", order=sorted(places, key=places.__getitem__)
        ),
        columns=[
            Column("month", "Month", "month"),
            Column("space", "Space"),
            Column("posts", "Posts", "count"),
        ],
        reads=["space_activity_monthly", "dim_space"],
        empty="Nobody has written anything in a complete month.",
    )


def _spread(release: Release) -> Chart:
    answer = release.ask("spaces/spread")
    return Chart(
        title="How many spaces carry it",
        sentence="The fewest spaces that together hold half, and four fifths, of a month's posts.",
        answer=answer,
        draw=lambda width: lines(answer, width, "spaces", by="part", order=_PARTS),
        columns=[
            Column("month", "Month", "month"),
            Column("part", "They hold"),
            Column("spaces", "Spaces", "count"),
        ],
        reads=["space_concentration"],
        metric="spaces_for_half",
        empty="Nobody has written anything in a complete month.",
    )


def _seeding(release: Release) -> Chart:
    answer = release.ask("spaces/seeding")
    return Chart(
        title="Does it live without us?",
        sentence=(
            "Forum spaces by whether members sustain them: three months in a row of ten replies, most of them by "
            "members, and most topics answered within a week."
        ),
        answer=answer,
        draw=lambda width: stacks(answer, width, "spaces", by="status", order=_SEEDING),
        columns=[
            Column("month", "Month", "month"),
            Column("status", "Status"),
            Column("spaces", "Spaces", "count"),
        ],
        reads=["content_seeding_monthly"],
        metric="self_sustaining_spaces",
        empty="There is no forum yet.",
    )


def _every(release: Release) -> Table:
    return Table(
        title="Every space",
        sentence="As it stands today, the busiest first; recent is the last 90 days.",
        answer=release.ask("spaces/all"),
        columns=[
            Column("name", "Space"),
            Column("source_name", "In"),
            Column("state", "It is"),
            Column("recent_posts", "Recent posts", "count"),
            Column("recent_people", "People", "count"),
            Column("recent_questions", "Questions", "count"),
            Column("recent_unanswered_ratio", "unanswered", "ratio"),
            Column("recent_first_response_median_hours", "Half answered in", "hours"),
            Column("recent_resolution_ratio", "Solved", "ratio"),
            Column("recent_staff_ratio", "Replies by staff", "ratio"),
            Column("seeding_status", "Sustained by members"),
            Column("self_sustaining_since_month", "since", "month"),
        ],
        reads=["space_health"],
        limit=100,
        empty="There is no forum yet.",
    )
