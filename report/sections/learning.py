"""Who learns, who is certified, and whether it matters."""

from __future__ import annotations

from markupsafe import Markup

from report.blocks import Chart, Column, Section, Table
from report.charts import bars, lines
from report.release import Release


def section(release: Release) -> Section:
    """The learning funnel, the courses, and the certified against their peers."""
    return Section(
        key="learning",
        title="Learning",
        intro="Who learns, how far do they come, and do the certified give more than people like them?",
        blocks=[_funnel(release), _months(release), _courses(release), _certified(release)],
    )


def _funnel(release: Release) -> Chart:
    answer = release.ask("learning/funnel")
    sentence: str | Markup = "Courses come from the seeds of the learning platform; there are none yet."
    if answer:
        first, last = answer.first, list(answer)[-1]
        sentence = Markup("Of {} who enrolled by the end of {}, {} are certified.").format(
            first.figure("people", "count"), first.figure("month", "month"), last.figure("people", "count")
        )
    return Chart(
        title="From enrolling to a certificate",
        sentence=sentence,
        answer=answer,
        draw=lambda width: bars(answer, width, "step", "people"),
        columns=[
            Column("step", "Step"),
            Column("people", "People", "count"),
            Column("share_ratio", "Of the enrolled", "ratio"),
        ],
        reads=["learning_funnel"],
        metric="certified_share",
        empty="No course is known yet.",
    )


def _months(release: Release) -> Chart:
    answer = release.ask("learning/months")
    return Chart(
        title="Learners",
        sentence="People who took any step in a course, and people certified for the first time, by month.",
        answer=answer,
        draw=lambda width: lines(
            answer, width, "people", by="measure", order=("learners", "newly certified")
        ),
        columns=[
            Column("month", "Month", "month"),
            Column("measure", "Who"),
            Column("people", "People", "count"),
        ],
        reads=["learning_funnel"],
        metric="learners",
        empty="No course is known yet.",
    )


def _courses(release: Release) -> Table:
    return Table(
        title="Courses",
        sentence="How far people have come in each course by the end of the last complete month.",
        answer=release.ask("learning/courses"),
        columns=[
            Column("course", "Course"),
            Column("enrolled", "Enrolled", "count"),
            Column("active", "Completed a module", "count"),
            Column("completed", "Completed it", "count"),
            Column("exam_eligible", "May sit the exam", "count"),
            Column("certified", "Certified", "count"),
            Column("certified_ratio", "of the active", "ratio"),
            Column("certified_of_eligible_ratio", "of the eligible", "ratio"),
        ],
        reads=["learning_funnel"],
        limit=40,
        empty="No course is known yet.",
    )


def _certified(release: Release) -> Table:
    return Table(
        title="Do the certified give more?",
        sentence=(
            "Six months after a certificate, against people of the same activity and area without one; the placebo "
            "is the same comparison a year before, when nothing had happened yet."
        ),
        answer=release.ask("learning/certified"),
        columns=[
            Column("course", "Course"),
            Column("certified_members", "Certified", "count"),
            Column("matched", "with peers", "count"),
            Column("unmatched", "without", "count"),
            Column("activity_effect_ratio", "Contributions against peers", "change"),
            Column("is_activity_beyond_chance", "Beyond chance", "yes"),
            Column("help_effect_ratio", "Help against peers", "change"),
            Column("placebo_ratio", "Placebo", "change"),
        ],
        reads=["certified_vs_uncertified"],
        limit=40,
        empty="Nobody is certified yet.",
    )
