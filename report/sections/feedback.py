"""What people ask for, and what becomes of it."""

from __future__ import annotations

import altair as alt
from markupsafe import Markup

from report.blocks import Chart, Column, Headline, Headlines, Section, Table
from report.charts import amount, bars, colours, height, lines, plot, stacks
from report.release import Release

_STAGES = ("submitted", "responded", "planned", "started")
_SEGMENTS = ("customer", "pipeline", "prospect", "unknown", "staff")


def section(release: Release) -> Section:
    """The funnel, what is stuck and for whom, whose voice it is, and whether the loop is closed."""
    return Section(
        key="feedback",
        title="What people ask for",
        nav="Feedback",
        intro=(
            "Do we answer, do we deliver, and how fast? Requests that still wait count as waiting until today, and "
            "declined or merged ones as gone another way: an average over the finished ones would flatter."
        ),
        blocks=[
            _headlines(release),
            _funnel(release),
            _years(release),
            _stages(release),
            _stuck(release),
            _stuck_months(release),
            _wanted(release),
            _voice(release),
            _voice_months(release),
            _delivered(release),
            _loop(release),
        ],
    )


def _headlines(release: Release) -> Headlines:
    headline = release.ask("feedback/headline")
    if not headline:
        return Headlines([])
    row = headline.first
    stuck = release.ask("feedback/stuck_count").first
    items = [
        Headline(
            "Implemented",
            row.figure("completed_share", "ratio"),
            Markup("{} of {} requests").format(
                row.figure("completed_requests", "count"), row.figure("requests", "count")
            ),
        ),
        Headline(
            "Half are answered within",
            row.figure("first_response_median_days", "days"),
            Markup("nine in ten within {}").format(row.figure("first_response_p90_days", "days")),
        ),
        Headline(
            "Implemented within a year",
            row.figure("completed_within_1y_ratio", "ratio"),
            Markup("within two: {}").format(row.figure("completed_within_2y_ratio", "ratio"))
            if row["completed_within_2y_ratio"] is not None
            else "",
        ),
        Headline("Open", row.figure("open_requests", "count")),
        Headline(
            "Stuck",
            stuck.figure("requests", "count"),
            Markup("with {} votes").format(stuck.figure("votes", "count")),
        ),
    ]
    return Headlines(items)


def _funnel(release: Release) -> Chart:
    answer = release.ask("feedback/funnel")
    sentence: str | Markup = "How far requests came; a later step implies the earlier ones."
    if answer:
        first, last = answer.first, list(answer)[-1]
        sentence = Markup("Of {} requests {} are implemented; a later step implies the earlier ones.").format(
            first.figure("requests", "count"), last.figure("requests", "count")
        )
    return Chart(
        title="From wish to feature",
        sentence=sentence,
        answer=answer,
        draw=lambda width: bars(answer, width, "step", "share_ratio", kind="ratio", full=True),
        columns=[
            Column("step", "Step"),
            Column("requests", "Requests", "count"),
            Column("share_ratio", "Of all", "ratio"),
        ],
        reads=["feedback_headline", "feedback_funnel"],
        metric="requests_implemented_share",
        empty="Nobody has asked for anything yet.",
    )


def _years(release: Release) -> Table:
    return Table(
        title="By year of submission",
        sentence="Young requests had less time: compare what came of them within one year and within two.",
        answer=release.ask("feedback/years"),
        columns=[
            Column("period", "Year"),
            Column("requests", "Requests", "count"),
            Column("responded_share", "Answered", "ratio"),
            Column("first_response_median_days", "Half answered within", "days"),
            Column("completed_share", "Implemented", "ratio"),
            Column("completed_within_1y_ratio", "within a year", "ratio"),
            Column("completed_within_2y_ratio", "within two", "ratio"),
            Column("declined_share", "Declined", "ratio"),
            Column("open_share", "Open", "ratio"),
        ],
        reads=["feedback_headline"],
        empty="Nobody has asked for anything yet.",
    )


def _stages(release: Release) -> Chart:
    answer = release.ask("feedback/stages")

    def draw(width: int) -> alt.TopLevelMixin:
        drawn: alt.TopLevelMixin = (
            plot(answer, width)
            .properties(height=height(width))
            .transform_filter("datum.period != 'all' && isValid(datum.median_days)")
            .mark_line(point=True)
            .encode(
                x=alt.X("period:O", title="came to the stage in", axis=alt.Axis(labelAngle=0)),
                y=amount("median_days", title="days until half had left"),
                color=colours("stage", _STAGES),
            )
        )
        return drawn

    return Chart(
        title="How long each stage takes",
        sentence="Days until half of the requests that came to a stage in a year had left it, the waiting ones counted.",
        answer=answer,
        draw=draw,
        columns=[
            Column("stage", "Stage"),
            Column("period", "Came there in"),
            Column("spells", "Stays", "count"),
            Column("waiting_spells", "Still there", "count"),
            Column("median_days", "Half left within", "days"),
            Column("p90_days", "Nine in ten within", "days"),
            Column("left_within_90d_ratio", "Left in 90 days", "ratio"),
            Column("left_within_1y_ratio", "in a year", "ratio"),
        ],
        reads=["feedback_stage_times"],
    )


def _stuck(release: Release) -> Table:
    count = release.ask("feedback/stuck_count").first
    return Table(
        title="What is stuck, and for whom",
        sentence=Markup(
            "{} open requests have stood in their stage for longer than nine in ten do; the most wanted first."
        ).format(count.figure("requests", "count")),
        answer=release.ask("feedback/stuck"),
        columns=[
            Column("title", "Request", private=True),
            Column("stage", "Stands at"),
            Column("days_in_stage", "for", "days"),
            Column("limit_days", "usual at most", "days"),
            Column("votes", "Votes", "count"),
            Column("customer_votes", "of customers", "count"),
            Column("votes_90d", "in 90 days", "count"),
            Column("accounts", "Accounts", "count"),
            Column("monthly_revenue_usd", "Revenue a month", "usd"),
        ],
        reads=["stuck_requests"],
        metric="stuck_requests",
        empty="Nothing is stuck.",
    )


def _stuck_months(release: Release) -> Chart:
    answer = release.ask("feedback/stuck_months")
    return Chart(
        title="Stuck, month by month",
        sentence="Requests beyond the usual stay of their stage at the end of each month.",
        answer=answer,
        draw=lambda width: stacks(answer, width, "stuck", by="stage", order=_STAGES),
        columns=[
            Column("month", "Month", "month"),
            Column("stage", "Stage"),
            Column("standing", "Standing there", "count"),
            Column("stuck", "Stuck", "count"),
            Column("stuck_share", "Share", "ratio"),
            Column("median_age_days", "Half there for", "days"),
        ],
        reads=["stuck_requests_monthly"],
        metric="stuck_requests",
    )


def _wanted(release: Release) -> Table:
    return Table(
        title="The most wanted",
        sentence="Open requests by votes, with who stands behind them.",
        answer=release.ask("feedback/wanted"),
        columns=[
            Column("title", "Request", private=True),
            Column("stage", "Stands at"),
            Column("votes", "Votes", "count"),
            Column("customer_votes", "of customers", "count"),
            Column("votes_90d", "in 90 days", "count"),
            Column("accounts", "Accounts", "count"),
            Column("monthly_revenue_usd", "Revenue a month", "usd"),
        ],
        reads=["feature_request_demand"],
        empty="No request is open.",
    )


def _voice(release: Release) -> Table:
    return Table(
        title="Whose voice is it?",
        sentence="Who asked and voted in the last twelve months, told apart in several ways.",
        answer=release.ask("feedback/voice"),
        columns=[
            Column("dimension", "By"),
            Column("voice_group", "Group"),
            Column("people", "People", "count"),
            Column("requests", "Requests", "count"),
            Column("votes", "Votes", "count"),
            Column("votes_share", "Share of votes", "ratio"),
            Column("completed_votes_share", "Got so far", "ratio"),
            Column("accounts", "Accounts", "count"),
            Column("monthly_revenue_usd", "Revenue a month", "usd"),
        ],
        reads=["feedback_voice"],
        limit=40,
        empty="Nobody asked or voted in the last twelve months.",
    )


def _voice_months(release: Release) -> Chart:
    answer = release.ask("feedback/voice_months")
    return Chart(
        title="Votes by segment",
        sentence="Customers first: who gave the votes of each month.",
        answer=answer,
        draw=lambda width: stacks(answer, width, "votes", by="voice_group", order=_SEGMENTS),
        columns=[
            Column("month", "Month", "month"),
            Column("voice_group", "Segment"),
            Column("votes", "Votes", "count"),
            Column("votes_share", "Share", "ratio"),
        ],
        reads=["feedback_voice_monthly"],
        metric="votes",
    )


def _delivered(release: Release) -> Chart:
    answer = release.ask("feedback/delivered")
    sentence: str | Markup = "Of the votes given so far, the share for requests that are implemented."
    if answer:
        last = list(answer)[-1]
        sentence = Markup(
            "At the end of {}, {} of the votes given so far had got what they were for."
        ).format(last.figure("month", "month"), last.figure("votes_delivered_ratio", "ratio"))
    return Chart(
        title="Votes delivered",
        sentence=sentence,
        answer=answer,
        draw=lambda width: lines(answer, width, "votes_delivered_ratio", kind="ratio"),
        columns=[
            Column("month", "Month", "month"),
            Column("votes_delivered_ratio", "Delivered", "ratio"),
            Column("completed_votes", "Votes implemented", "count"),
            Column("open_votes", "Votes open", "count"),
        ],
        reads=["votes_delivered"],
        metric="votes_delivered_share",
    )


def _loop(release: Release) -> Table:
    return Table(
        title="Is the loop closed?",
        sentence=(
            "Requests that shipped: were their voters told, and did they stay active in the 90 days after, against "
            "people who voted for other requests open at the time."
        ),
        answer=release.ask("feedback/loop"),
        columns=[
            Column("told_group", "Voters were"),
            Column("shipped_requests", "Shipped", "count"),
            Column("told_share", "Told", "ratio"),
            Column("telling_median_days", "Half told within", "days"),
            Column("voters_active_before", "Voters active before", "count"),
            Column("voters_stayed_ratio", "Stayed", "ratio"),
            Column("others_stayed_ratio", "Others stayed", "ratio"),
        ],
        reads=["feedback_loop_summary", "feedback_loop"],
        empty="Nothing has shipped yet.",
    )
