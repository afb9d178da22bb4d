"""Whether people stay."""

from __future__ import annotations

import altair as alt
from markupsafe import Markup

from report.blocks import Chart, Column, Headline, Headlines, Section, Table
from report.charts import INK, SERIES, WIDE, amount, bars, colours, height, lines, plot, stacks
from report.release import Answer, Release

_MONTHS = tuple(str(number) for number in range(1, 13))
_YEAR = 365


def section(release: Release) -> Section:
    """Cohorts, survival and the first weeks."""
    return Section(
        key="retention",
        title="Do people stay?",
        nav="Retention",
        intro=(
            "Active means contributed: reading is not in the data. Who has not fallen silent for 90 days counts "
            "as still here, however short the stay so far; nobody's open stay is taken for a short one."
        ),
        blocks=[
            _headlines(release),
            _cohorts(release),
            _survival(release),
            _by_group(
                release,
                "answered_by",
                "Does it matter who answers first?",
                "Newcomers who began with a question, by whose reply came first within 7 days",
            ),
            _by_group(
                release,
                "answered_within",
                "Does it matter how soon?",
                "The same newcomers by how soon the first reply came",
            ),
            _by_group(
                release, "segment", "Who stays longest?", "People by what was known of them within 30 days"
            ),
            _differences(release),
            _answered(release),
            _onboarding(release),
            _first_weeks(release),
            _statuses(release),
            _kept(release),
            _stickiness(release),
        ],
    )


def _headlines(release: Release) -> Headlines:
    items = []
    if everybody := release.ask("retention/everybody"):
        row = everybody.first
        items += [
            Headline("Stay longer than 90 days", row.figure("retained_90d_ratio", "ratio")),
            Headline("Stay longer than a year", row.figure("retained_365d_ratio", "ratio")),
            Headline(
                "Half have left after",
                row.figure("median_days", "days"),
                Markup("of {} people").format(row.figure("members", "count")),
            ),
        ]
    if last := release.ask("retention/last_month"):
        row = last.first
        items += [
            Headline(
                "Kept from the month before",
                row.figure("retained_ratio", "ratio"),
                row.figure("month", "month"),
            ),
            Headline(
                "Not here this month",
                row.figure("drifting_members", "count"),
                "but in one of the three before",
            ),
        ]
    return Headlines(items)


def _cohorts(release: Release) -> Chart:
    answer = release.ask("retention/cohorts")
    summary = release.ask("retention/third_month")
    sentence: str | Markup = (
        "Each row is the newcomers of one month; the stronger the colour, the more of them contributed later."
    )
    if summary:
        row = summary.first
        sentence = Markup("{} of {} newcomers contributed in their third month after the first. {}").format(
            row.figure("retained_ratio", "ratio"), row.figure("newcomers", "count"), sentence
        )
    return Chart(
        title="Newcomers, month by month",
        sentence=sentence,
        answer=answer,
        draw=lambda width: _heat_map(answer, width),
        columns=[
            Column("cohort_month", "First contribution", "month"),
            Column("newcomers", "People", "count"),
            *(Column(month, f"+{month}", "ratio") for month in _MONTHS),
        ],
        reads=["retention_cohorts"],
        metric="retained_month_3",
    )


def _heat_map(answer: Answer, width: int) -> alt.TopLevelMixin:
    base = (
        plot(answer, width)
        .transform_fold(list(_MONTHS), as_=["months", "ratio"])
        .transform_filter("isValid(datum.ratio)")
        .transform_calculate(
            months="toNumber(datum.months)", cohort="utcFormat(toDate(datum.cohort_month), '%b %Y')"
        )
        .encode(
            x=alt.X("months:O", title="months after the first", axis=alt.Axis(labelAngle=0)),
            y=alt.Y("cohort:O", title=None, sort=alt.EncodingSortField("cohort_month", order="ascending")),
        )
        .properties(height=alt.Step(19))
    )
    strength = alt.Opacity("ratio:Q", scale=alt.Scale(domainMin=0, range=[0.03, 0.6]), legend=None)
    cells = base.mark_rect(color=SERIES[0]).encode(opacity=strength)
    if width != WIDE:
        drawn: alt.TopLevelMixin = cells
        return drawn
    numbers = base.mark_text(fontSize=10, color=INK).encode(text=alt.Text("ratio:Q", format=".0%"))
    return alt.layer(cells, numbers)


def _survival(release: Release) -> Chart:
    answer = release.ask("retention/survival")
    everybody = release.ask("retention/everybody")
    sentence: str | Markup = "Nobody's first contribution is 90 days old yet."
    if everybody:
        row = everybody.first
        sentence = Markup(
            "Of {} people, {} stayed longer than 90 days and {} longer than a year. "
            "The band is the 95 % interval."
        ).format(
            row.figure("members", "count"),
            row.figure("retained_90d_ratio", "ratio"),
            row.figure("retained_365d_ratio", "ratio"),
        )
    return Chart(
        title="How long people stay",
        sentence=sentence,
        answer=answer,
        draw=lambda width: _curve(answer, width),
        columns=_STEPS,
        reads=["retention_survival", "retention_survival_groups"],
    )


_STEPS = [
    Column("days", "Days", "count"),
    Column("at_risk", "Still watched", "count"),
    Column("survival_ratio", "Still here", "ratio"),
    Column("survival_lower", "at least", "ratio"),
    Column("survival_upper", "at most", "ratio"),
]


def _days() -> alt.X:
    axis = alt.Axis(values=[0, 90, 180, 270, _YEAR, 540, 2 * _YEAR, 3 * _YEAR], grid=True)
    return alt.X("days:Q", title="days since the first contribution", axis=axis)


def _still_here(column: str) -> alt.Y:
    axis = alt.Axis(format="%", tickCount=5)
    return alt.Y(f"{column}:Q", title=None, axis=axis, scale=alt.Scale(domain=[0, 1]), stack=None)


def _curve(answer: Answer, width: int) -> alt.TopLevelMixin:
    base = plot(answer, width).properties(height=height(width)).encode(x=_days())
    band = base.mark_area(interpolate="step-after", opacity=0.25, color=SERIES[0]).encode(
        y=_still_here("survival_lower"), y2="survival_upper:Q"
    )
    return alt.layer(band, base.mark_line(interpolate="step-after").encode(y=_still_here("survival_ratio")))


def _by_group(release: Release, kind: str, title: str, what: str) -> Chart:
    answer = release.ask(f"retention/survival_{kind}")
    names = list(dict.fromkeys(row["group_name"] for row in answer))

    def draw(width: int) -> alt.TopLevelMixin:
        drawn: alt.TopLevelMixin = (
            plot(answer, width)
            .properties(height=height(width))
            .mark_line(interpolate="step-after")
            .encode(x=_days(), y=_still_here("survival_ratio"), color=colours("group_name", names))
        )
        return drawn

    return Chart(
        title=title,
        sentence=Markup("{}: the share still here. {}").format(what, _verdict(release, kind)),
        answer=answer,
        draw=draw,
        columns=[Column("group_name", "Group"), *_STEPS],
        reads=["retention_survival", "retention_survival_groups"],
        empty="Nobody of these groups has been here for 90 days yet.",
    )


def _verdict(release: Release, kind: str) -> str | Markup:
    for row in release.ask("retention/differences"):
        if row["group_kind"] == kind and not row["verdict"].startswith("Too few"):
            return Markup("{} (log-rank p {}).").format(
                row["verdict"].rstrip("."), row.figure("p_value", "p")
            )
    return "There are too few to tell the groups apart."


def _differences(release: Release) -> Table:
    return Table(
        title="Every group",
        sentence=(
            "How long people of each group stay; groups are fixed when the clock starts, awards and "
            "certificates are set against peers who had none."
        ),
        answer=release.ask("retention/groups"),
        columns=[
            Column("grouped_by", "Grouped by"),
            Column("group_name", "Group"),
            Column("members", "People", "count"),
            Column("median_days", "Half left after", "days"),
            Column("retained_90d_ratio", "Over 90 days", "ratio"),
            Column("retained_365d_ratio", "Over a year", "ratio"),
        ],
        reads=["retention_survival_groups"],
        limit=60,
        empty="Nobody's first contribution is 90 days old yet.",
    )


def _answered(release: Release) -> Chart:
    answer = release.ask("retention/answered")

    def draw(width: int) -> alt.TopLevelMixin:
        labels = 190
        base = (
            plot(answer, width)
            .properties(height=alt.Step(28))
            .encode(y=alt.Y("first_reply:N", sort=None, title=None, axis=alt.Axis(labelLimit=labels - 8)))
        )
        axis = alt.Axis(format="%", tickCount=5, grid=True)
        spans = base.mark_rule(strokeWidth=3, color=SERIES[5]).encode(
            x=alt.X("regular_low_ratio:Q", title=None, axis=axis), x2="regular_high_ratio:Q"
        )
        return alt.layer(spans, base.mark_point(filled=True, size=110, opacity=1).encode(x="regular_ratio:Q"))

    return Chart(
        title="Newcomers with a question: do they become regular?",
        sentence=(
            "The share that contributed in three months or more of their first 180 days, with its "
            "95 % interval."
        ),
        answer=answer,
        draw=draw,
        columns=[
            Column("first_reply", "First reply by"),
            Column("newcomers", "Newcomers", "count"),
            Column("regular_ratio", "Became regular", "ratio"),
            Column("regular_low_ratio", "at least", "ratio"),
            Column("regular_high_ratio", "at most", "ratio"),
            Column("here_after_90_days_ratio", "Here after 90 days", "ratio"),
        ],
        reads=["newcomer_answer_outcomes"],
        metric="newcomers_become_regular",
    )


def _onboarding(release: Release) -> Chart:
    answer = release.ask("retention/onboarding")
    sentence: str | Markup = "The first six months of nobody are over yet."
    if answer:
        first, last = answer.first, list(answer)[-1]
        sentence = Markup(
            "Of {} who joined, {} became regular in 180 days; each step needs the one before."
        ).format(first.figure("people", "count"), last.figure("people", "count"))
    return Chart(
        title="From joining to regular",
        sentence=sentence,
        answer=answer,
        draw=lambda width: bars(answer, width, "step", "people"),
        columns=[
            Column("step", "Step"),
            Column("people", "People", "count"),
            Column("share_ratio", "Of those who joined", "ratio"),
        ],
        reads=["onboarding_funnel"],
        metric="newcomers_become_regular",
    )


def _first_weeks(release: Release) -> Chart:
    answer = release.ask("retention/first_weeks")

    def draw(width: int) -> alt.TopLevelMixin:
        drawn: alt.TopLevelMixin = (
            plot(answer, width)
            .properties(height=height(width))
            .mark_bar()
            .encode(
                x=alt.X(
                    "weeks_since:O", title="weeks after the first contribution", axis=alt.Axis(labelAngle=0)
                ),
                y=amount("active_ratio", "ratio"),
            )
        )
        return drawn

    return Chart(
        title="The first weeks",
        sentence="The share of newcomers who contribute in each of the weeks after their first.",
        answer=answer,
        draw=draw,
        columns=[
            Column("weeks_since", "Week", "count"),
            Column("newcomers", "Newcomers", "count"),
            Column("active_ratio", "Contributed in it", "ratio"),
            Column("returned_ratio", "Came back by then", "ratio"),
        ],
        reads=["newcomer_first_weeks"],
    )


def _statuses(release: Release) -> Chart:
    answer = release.ask("retention/statuses")
    return Chart(
        title="Who is here, and who drifts",
        sentence=(
            "Members of each month: new ones, those who were here in the three months before, those who came back "
            "after longer, and those who were here lately but not in this month."
        ),
        answer=answer,
        draw=lambda width: stacks(
            answer, width, "members", by="status", order=("active", "new", "returning", "drifting")
        ),
        columns=[
            Column("month", "Month", "month"),
            Column("status", "Status"),
            Column("members", "Members", "count"),
        ],
        reads=["activity_summary_monthly"],
    )


def _kept(release: Release) -> Chart:
    answer = release.ask("retention/kept")
    order = ("kept from the month before", "drifting, brought back")
    sentence: str | Markup = "No month is over yet."
    if last := release.ask("retention/last_month"):
        row = last.first
        sentence = Markup(
            "In {}, {} of the month before contributed again, and {} of the drifting came back."
        ).format(
            row.figure("month", "month"),
            row.figure("retained_ratio", "ratio"),
            row.figure("recovered_members", "count"),
        )
    return Chart(
        title="Kept and brought back",
        sentence=sentence,
        answer=answer,
        draw=lambda width: lines(answer, width, "ratio", kind="ratio", by="measure", order=order),
        columns=[
            Column("month", "Month", "month"),
            Column("measure", "Share"),
            Column("ratio", "Of them", "ratio"),
        ],
        reads=["activity_summary_monthly"],
        metric="contributors_kept",
    )


def _stickiness(release: Release) -> Chart:
    answer = release.ask("retention/stickiness")
    return Chart(
        title="Once a month, or every day?",
        sentence=(
            "Mean daily contributors over those of 28 days: one in 28 is a community everybody visits once, "
            "all of it one where everybody comes daily."
        ),
        answer=answer,
        draw=lambda width: lines(answer, width, "stickiness_ratio", kind="ratio"),
        columns=[
            Column("month", "Month", "month"),
            Column("stickiness_ratio", "Daily over monthly", "ratio"),
            Column("contributors", "Contributors of 28 days", "count"),
        ],
        reads=["stickiness_daily"],
        metric="stickiness",
    )
