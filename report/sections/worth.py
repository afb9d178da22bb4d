"""What the community's help is worth: never one number alone, but low, base and high."""

from __future__ import annotations

from typing import Any

import altair as alt
from markupsafe import Markup

from report.blocks import Block, Chart, Column, Headline, Headlines, Prose, Section, Table, Text
from report.charts import SERIES, amount, bars, by_month, height, lines, plot, stacks
from report.release import Answer, Release

_UNKNOWN: Text = "No month is complete yet."


def section(release: Release) -> Section:
    """Value by month, by group, of the programs against staff and against their cost."""
    return Section(
        key="worth",
        title="What the help is worth",
        nav="Worth",
        intro="What the same help would have cost as support tickets: who gives it, "
        "and how the expert programs compare with staff and with what they cost.",
        blocks=[
            *_headlines(release),
            Prose(
                "An accepted answer counts as one ticket, three likes on other answers as one more "
                "(base). Low counts accepted answers only; high counts every like. A ticket has the price of "
                "its day. This is the worth of the help, not the tickets avoided: most who ask in the "
                "open have no right to support. The chapter on support estimates those."
            ),
            _months(release),
            _givers(release),
            _groups(release),
            _areas(release),
            _club(release),
            _club_by_month(release),
            _benefits(release),
            _impact(release),
        ],
    )


def _headlines(release: Release) -> list[Block]:
    year = release.ask("worth/year")
    if not year:
        return []
    row = year.first
    items = [
        Headline(
            "Members’ help was worth",
            row.figure("value_usd", "usd"),
            Markup("{} months to {}: low {}, high {}").format(
                row.figure("months_counted", "count"),
                row.figure("month", "month"),
                row.figure("value_low_usd", "usd"),
                row.figure("value_high_usd", "usd"),
            ),
            metric="value_of_help_usd",
        ),
        Headline(
            "As many tickets",
            row.figure("ticket_equivalents", "count"),
            "ticket equivalents, base",
            metric="ticket_equivalents",
        ),
        Headline(
            "Their share of all help",
            row.figure("member_ratio", "ratio"),
            Markup("with staff and evangelists {}").format(row.figure("everyone_usd", "usd")),
        ),
    ]
    if row["value_before_usd"] is not None:
        before = Markup("in the {} months before those").format(row.figure("months_before", "count"))
        items.append(Headline("The time before", row.figure("value_before_usd", "usd"), before))
    return [Headlines(items)]


def _months(release: Release) -> Chart:
    answer = release.ask("worth/months")
    sentence = _UNKNOWN
    if answer:
        row = list(answer)[-1]
        sentence = Markup("Members’ help of {} was worth {}: at least {}, at most {}.").format(
            row.figure("month", "month"),
            row.figure("value_usd", "usd"),
            row.figure("value_low_usd", "usd"),
            row.figure("value_high_usd", "usd"),
        )
    return Chart(
        title="The worth of members’ help, month by month",
        sentence=Markup("{} The band goes from low to high, the line is base.").format(sentence)
        if answer
        else sentence,
        answer=answer,
        draw=lambda width: _band(answer, width),
        columns=[
            Column("month", "Month", "month"),
            Column("ticket_equivalents", "Tickets’ worth", "decimal"),
            Column("value_low_usd", "Low", "usd"),
            Column("value_usd", "Base", "usd"),
            Column("value_high_usd", "High", "usd"),
        ],
        reads=["contribution_value_by_group"],
        metric="value_of_help_usd",
    )


def _band(answer: Answer, width: int) -> alt.TopLevelMixin:
    chart: Any = plot(answer, width).properties(height=height(width))
    band = chart.mark_area(opacity=0.25, color=SERIES[0]).encode(
        x=by_month(), y=amount("value_low_usd", "usd"), y2="value_high_usd:Q"
    )
    line = chart.mark_line(color=SERIES[0]).encode(x=by_month(), y=amount("value_usd", "usd"))
    drawn: alt.TopLevelMixin = alt.layer(band, line)
    return drawn


def _givers(release: Release) -> Chart:
    answer = release.ask("worth/groups_by_month")
    givers = release.ask("worth/givers")
    sentence = _UNKNOWN
    if givers:
        most = givers.first
        sentence = Markup("{} gave the most in the months shown: worth {}, base.").format(
            most["giver"].capitalize(), most.figure("value_usd", "usd")
        )
    order = [row["giver"] for row in givers]
    return Chart(
        title="Who gives it, staff and evangelists too",
        sentence=sentence,
        answer=answer,
        draw=lambda width: stacks(answer, width, "value_usd", by="giver", order=order, kind="usd"),
        columns=[
            Column("month", "Month", "month"),
            Column("giver", "Given by"),
            Column("value_usd", "Worth, base", "usd"),
        ],
        reads=["contribution_value_by_group"],
    )


def _groups(release: Release) -> Table:
    answer = release.ask("worth/groups")
    sentence: Text = "What each group of people gave in twelve months."
    if answer:
        best = answer.first
        sentence = Markup(
            "The twelve months to {}, or the {} there are: people of a program by their tier. "
            "A person-year is twelve months in which somebody contributed, "
            "a seat-year twelve months of belonging."
        ).format(best.figure("month", "month"), best.figure("months_observed", "count"))
    return Table(
        title="By group",
        sentence=sentence,
        answer=answer,
        columns=[
            Column("member_group", "Group"),
            Column("program", "Program"),
            Column("people_12_months", "People", "count"),
            Column("ticket_equivalents_12_months", "Tickets’ worth", "count"),
            Column("value_low_12_months_usd", "Low, USD", "count"),
            Column("value_12_months_usd", "Base, USD", "count"),
            Column("value_high_12_months_usd", "High, USD", "count"),
            Column("value_per_person_year_usd", "A person-year, USD", "count"),
            Column("median_value_per_person_year_usd", "Its median, USD", "count"),
            Column("value_per_seat_year_usd", "A seat-year, USD", "count"),
        ],
        reads=["contribution_value_by_group"],
        empty="No month is complete yet.",
    )


def _areas(release: Release) -> Chart:
    answer = release.ask("worth/areas")
    sentence: Text = "Nothing was accepted or liked in the last twelve months."
    if answer:
        row = answer.first
        sentence = Markup(
            "Most help was given in {}: worth {} tickets in twelve months, by {} people (staff included)."
        ).format(
            row["expertise_area"], row.figure("ticket_equivalents", "count"), row.figure("helpers", "count")
        )
    return Chart(
        title="Where the help is given",
        sentence=sentence,
        answer=answer,
        draw=lambda width: bars(answer, width, "expertise_area", "ticket_equivalents"),
        columns=[
            Column("expertise_area", "Area"),
            Column("ticket_equivalents", "Tickets’ worth", "decimal"),
            Column("helpers", "People who helped", "count"),
        ],
        reads=["fct_contribution"],
    )


def _club(release: Release) -> Table:
    answer = release.ask("worth/club")
    sentence: Text = "Do a program’s members bring what the staff’s own community work brings?"
    if answer and answer.first["club_to_staff_ratio"] is not None:
        row = answer.first
        sentence = Markup(
            "The members of {} brought {} times what staff brought in the twelve months to {}: {} against {}."
        ).format(
            row["program"],
            row.figure("club_to_staff_ratio", "decimal"),
            row.figure("month", "month"),
            row.figure("value_12_months_usd", "usd"),
            row.figure("staff_value_12_months_usd", "usd"),
        )
    return Table(
        title="The programs against staff",
        sentence=sentence,
        answer=answer,
        columns=[
            Column("program", "Program"),
            Column("seats", "Members", "count"),
            Column("people", "Of them active", "count"),
            Column("value_low_12_months_usd", "Low, USD", "count"),
            Column("value_12_months_usd", "Base, USD", "count"),
            Column("value_high_12_months_usd", "High, USD", "count"),
            Column("value_per_person_year_usd", "A person-year, USD", "count"),
            Column("staff_value_12_months_usd", "Staff, USD", "count"),
            Column("club_to_staff_ratio", "Times staff", "decimal"),
            Column("evangelist_value_per_person_year_usd", "An evangelist’s year, USD", "count"),
            Column("evangelist_to_member_ratio", "Times a member’s", "decimal"),
        ],
        reads=["expert_club_worth"],
        empty="No program has members yet (seed program_members).",
    )


def _club_by_month(release: Release) -> Chart:
    answer = release.ask("worth/club_by_month")
    order = sorted({row["giver"] for row in answer}, key=lambda giver: (giver == "staff", giver))
    return Chart(
        title="The programs and staff over time",
        sentence="Worth of the twelve months to each month, base; the first months have fewer behind them.",
        answer=answer,
        draw=lambda width: lines(answer, width, "value_usd", kind="usd", by="giver", order=order),
        columns=[
            Column("month", "Month", "month"),
            Column("giver", "Given by"),
            Column("value_usd", "Worth of twelve months", "usd"),
        ],
        reads=["expert_club_worth"],
        empty="No program has members yet (seed program_members).",
    )


def _benefits(release: Release) -> Table:
    answer = release.ask("worth/benefits")
    sentence: Text = "What the benefits of a program cost, and what its members’ help is worth."
    if answer and answer.first["value_per_cost_ratio"] is not None:
        row = answer.first
        sentence = Markup("In twelve months each US dollar spent on {} came with help worth {}.").format(
            row["program"], Markup("{} USD").format(row.figure("value_per_cost_ratio", "decimal"))
        )
    return Table(
        title="Cost and worth of the programs",
        sentence=sentence,
        answer=answer,
        columns=[
            Column("program", "Program"),
            Column("months_counted", "Months", "count"),
            Column("members_mean", "Members, on average", "decimal"),
            Column("cost_usd", "Cost", "usd"),
            Column("value_low_usd", "Low", "usd"),
            Column("value_usd", "Base", "usd"),
            Column("value_high_usd", "High", "usd"),
            Column("value_per_cost_ratio", "Worth a dollar", "decimal"),
        ],
        reads=["program_benefits"],
        metric="program_value_per_cost",
        empty="No costs are known (seed benefits).",
    )


def _impact(release: Release) -> Table:
    answer = release.ask("worth/impact")
    sentence: Text = (
        "How much more the awarded contributed after an award than peers who had been like them. "
        "Empty where fewer than ten could be matched. A plain before and after would take a chance "
        "high before the award for its effect."
    )
    return Table(
        title="Did an award make a difference?",
        sentence=sentence,
        answer=answer,
        columns=[
            Column("program", "Program"),
            Column("awards", "Awards", "count"),
            Column("open_awards", "Too recent", "count"),
            Column("matched", "Matched", "count"),
            Column("unmatched", "Without a peer", "count"),
            Column("effect_ratio", "More than peers", "ratio"),
            Column("effect", "The same, as a logarithm", "decimal"),
            Column("effect_standard_error", "Standard error", "decimal"),
            Column("placebo_effect", "The same a year before", "decimal"),
        ],
        reads=["award_impact"],
        empty="No award has been made yet.",
    )
