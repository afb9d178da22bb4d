"""The support desk, and what the community takes off it."""

from __future__ import annotations

from typing import Any

import altair as alt
from markupsafe import Markup

from report.blocks import Chart, Column, Headline, Headlines, Section, Table
from report.charts import SERIES, amount, by_month, height, lines, plot
from report.release import Release

_MEASURES = ("first reply", "solved for good")


def section(release: Release) -> Section:
    """Times, backlog, what comes back, tickets spared, bug reports."""
    return Section(
        key="support",
        title="Support, and what the community takes off it",
        nav="Support",
        intro=(
            "How fast the desk answers and solves, whether it keeps up, and how many tickets the community may spare "
            "it: a range with its assumptions, never a single number."
        ),
        blocks=[
            _headlines(release),
            _hours(release),
            _backlog(release),
            _times(release),
            _groups(release),
            _spared(release),
            _self_service(release),
            _missed(release),
            _bugs(release),
            _reporters(release),
        ],
    )


def _headlines(release: Release) -> Headlines:
    items = []
    if last := release.ask("support/last_month"):
        row = last.first
        month = row.figure("month", "month")
        items += [
            Headline("Tickets", row.figure("tickets", "count"), month),
            Headline(
                "Half got a reply within",
                row.figure("first_reply_median_hours", "hours"),
                Markup("nine in ten within {}").format(row.figure("first_reply_p90_hours", "hours")),
            ),
            Headline(
                "Half solved for good within", row.figure("full_resolution_median_hours", "hours"), month
            ),
            Headline(
                "Solved at one touch",
                row.figure("one_touch_ratio", "ratio"),
                Markup("{} came back").format(row.figure("reopened_ratio", "ratio")),
            ),
        ]
    if backlog := release.ask("support/backlog"):
        row = list(backlog)[-1]
        items.append(
            Headline(
                "Waiting",
                row.figure("backlog", "count"),
                Markup("at the end of the week of {}").format(row.figure("week", "date")),
            )
        )
    if spared := release.ask("support/spared_year"):
        row = spared.first
        items.append(
            Headline(
                "Tickets spared in a year",
                Markup("{}–{}").format(row.figure("low", "count"), row.figure("high", "count")),
                Markup("likely {}").format(row.figure("base", "count")),
            )
        )
    return Headlines(items)


def _hours(release: Release) -> Chart:
    answer = release.ask("support/hours")
    return Chart(
        title="How fast",
        sentence="Hours until half of a month's tickets had their first reply, and until half were solved for good.",
        answer=answer,
        draw=lambda width: lines(answer, width, "hours", by="measure", order=_MEASURES),
        columns=[
            Column("month", "Month", "month"),
            Column("measure", "Until"),
            Column("hours", "Hours", "hours"),
        ],
        reads=["support_times_monthly"],
        metric="full_resolution_hours",
        empty="There are no tickets yet.",
    )


def _backlog(release: Release) -> Chart:
    answer = release.ask("support/backlog")
    sentence: str | Markup = "Tickets waiting at the end of each week."
    if answer:
        last = list(answer)[-1]
        sentence = Markup(
            "{} tickets waited at the end of the last week; {} were opened in it, {} solved."
        ).format(
            last.figure("backlog", "count"), last.figure("opened", "count"), last.figure("solved", "count")
        )

    def draw(width: int) -> alt.TopLevelMixin:
        chart: Any = plot(answer, width).properties(height=height(width)).mark_area(opacity=0.6, line=True)
        axis = alt.Axis(format="%b %Y", tickCount=6)
        drawn: alt.TopLevelMixin = chart.encode(
            x=alt.X("week:T", title=None, scale=alt.Scale(type="utc"), axis=axis), y=amount("backlog")
        )
        return drawn

    return Chart(
        title="Does the desk keep up?",
        sentence=sentence,
        answer=answer,
        draw=draw,
        columns=[
            Column("week", "Week of", "date"),
            Column("opened", "Opened", "count"),
            Column("reopened", "Came back", "count"),
            Column("solved", "Solved", "count"),
            Column("backlog", "Waiting at its end", "count"),
        ],
        reads=["support_daily"],
        metric="ticket_backlog",
        empty="There are no tickets yet.",
    )


def _times(release: Release) -> Table:
    return Table(
        title="Month by month",
        sentence="By month of creation; what waits counts as waiting, so young months may have no figure yet.",
        answer=release.ask("support/times"),
        columns=[
            Column("month", "Month", "month"),
            Column("tickets", "Tickets", "count"),
            Column("first_reply_median_hours", "Half replied in", "hours"),
            Column("first_reply_p90_hours", "nine in ten in", "hours"),
            Column("full_resolution_median_hours", "Half solved in", "hours"),
            Column("full_resolution_p90_hours", "nine in ten in", "hours"),
            Column("one_touch_ratio", "One touch", "ratio"),
            Column("reopened_ratio", "Came back", "ratio"),
            Column("sla_met_ratio", "Targets kept", "ratio"),
        ],
        reads=["support_times_monthly"],
        limit=24,
        empty="There are no tickets yet.",
    )


def _groups(release: Release) -> Table:
    return Table(
        title="Who waits longest",
        sentence="Support groups and customer segments in the last complete month.",
        answer=release.ask("support/groups"),
        columns=[
            Column("told_apart_by", "By"),
            Column("part", "Part"),
            Column("tickets", "Tickets", "count"),
            Column("first_reply_median_hours", "Half replied in", "hours"),
            Column("full_resolution_median_hours", "Half solved in", "hours"),
            Column("full_resolution_p90_hours", "nine in ten in", "hours"),
            Column("reopened_ratio", "Came back", "ratio"),
        ],
        reads=["support_times_monthly"],
        limit=40,
        empty="There are no tickets yet.",
    )


def _spared(release: Release) -> Chart:
    answer = release.ask("support/spared")
    sentence: str | Markup = "There is no forum to spare tickets yet."
    if year := release.ask("support/spared_year"):
        row = year.first
        sentence = Markup(
            "In {}, {} topics were solved without an agent; that spared {} to {} tickets, likely {}, by your assumptions."
        ).format(
            row.figure("months", "months"),
            row.figure("direct_topics", "count"),
            row.figure("low", "count"),
            row.figure("high", "count"),
            row.figure("base", "count"),
        )

    def draw(width: int) -> alt.TopLevelMixin:
        base: Any = plot(answer, width).properties(height=height(width)).encode(x=by_month())
        band = base.mark_area(opacity=0.25, color=SERIES[2]).encode(
            y=amount("avoided_direct_low"), y2="avoided_direct_high:Q"
        )
        return alt.layer(band, base.mark_line(color=SERIES[2]).encode(y=amount("avoided_direct_base")))

    return Chart(
        title="Tickets spared, as a range",
        sentence=sentence,
        answer=answer,
        draw=draw,
        columns=[
            Column("month", "Month", "month"),
            Column("direct_topics", "Solved without an agent", "count"),
            Column("avoided_direct_low", "Spared, low", "decimal"),
            Column("avoided_direct_base", "base", "decimal"),
            Column("avoided_direct_high", "high", "decimal"),
            Column("avoided_base", "with views, base", "decimal"),
            Column("p_low", "Would have been a ticket, low", "ratio"),
            Column("p_base", "base", "ratio"),
            Column("p_high", "high", "ratio"),
            Column("entitled_low_ratio", "Entitled to support, low", "ratio"),
            Column("entitled_base_ratio", "base", "ratio"),
            Column("entitled_high_ratio", "high", "ratio"),
        ],
        reads=["deflection_monthly"],
        metric="tickets_avoided_directly",
    )


def _self_service(release: Release) -> Chart:
    answer = release.ask("support/self_service")
    sentence: str | Markup = "It takes both a forum and a support desk to tell."
    if answer:
        last = list(answer)[-1]
        sentence = Markup("In {}, {} people asked the community for each one who asked support.").format(
            last.figure("month", "month"), last.figure("self_service_score", "decimal")
        )
    return Chart(
        title="Community or support?",
        sentence=sentence,
        answer=answer,
        draw=lambda width: lines(answer, width, "self_service_score"),
        columns=[
            Column("month", "Month", "month"),
            Column("self_service_score", "Askers for each requester", "decimal"),
            Column("askers", "Asked the community", "count"),
            Column("ticket_requesters", "Asked support", "count"),
            Column("missed_tickets", "Answer stood in the forum", "count"),
            Column("missed_share", "of all tickets", "ratio"),
        ],
        reads=["self_service_monthly"],
        metric="self_service_score",
        empty="It takes both a forum and a support desk to tell.",
    )


def _missed(release: Release) -> Table:
    return Table(
        title="Answers that stood in the forum already",
        sentence="Solved topics that tickets of the last twelve months point to: worth an article, or a better title.",
        answer=release.ask("support/missed"),
        columns=[
            Column("topic_title", "Topic", private=True),
            Column("expertise_area", "Area"),
            Column("tickets", "Tickets", "count"),
            Column("answered_with_it", "answered with it", "count"),
            Column("days_before", "Solved at least", "days"),
        ],
        reads=["missed_deflection"],
        metric="missed_deflection_share",
        empty="No ticket points to a solved topic.",
    )


def _bugs(release: Release) -> Table:
    return Table(
        title="Bug reports passed on by experts",
        sentence="Did the reporters get what they asked for: a bug confirmed, help, an answer?",
        answer=release.ask("support/bugs"),
        columns=[
            Column("expected", "Asked to"),
            Column("reports", "Reports", "count"),
            Column("reporters", "Reporters", "count"),
            Column("met_reports", "Got it", "count"),
            Column("not_met_reports", "Did not", "count"),
            Column("open_reports", "Open", "count"),
            Column("met_share", "Got it", "ratio"),
            Column("solution_median_days", "Half solved within", "days"),
            Column("solution_p90_days", "nine in ten within", "days"),
        ],
        reads=["bug_report_summary", "fct_bug_report"],
        empty="No bug report was passed on.",
    )


def _reporters(release: Release) -> Table:
    return Table(
        title="Whose reports are worth most",
        sentence="Members by the reports that brought what was asked for.",
        answer=release.ask("support/reporters"),
        columns=[
            Column("display_name", "Reporter", person="member_key"),
            Column("reports", "Reports", "count"),
            Column("met_reports", "Got it", "count"),
            Column("not_met_reports", "Did not", "count"),
            Column("open_reports", "Open", "count"),
            Column("met_share", "Share", "ratio"),
            Column("solution_median_days", "Half solved within", "days"),
        ],
        reads=["bug_reporter_yield"],
        empty="No bug report was passed on.",
    )
