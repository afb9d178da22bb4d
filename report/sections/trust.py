"""How fresh the numbers are, and how sure."""

from __future__ import annotations

import altair as alt
from markupsafe import Markup

from report.blocks import Chart, Column, Headline, Headlines, Prose, Section, Table
from report.charts import amount, bars, colours, height, plot
from report.release import Answer, Release

_CAVEATS = (
    "Reading leaves no trace in the data: active means contributed. Help is valued at the price of a ticket, which "
    "is not money saved: how many tickets are spared is told apart, as a range. Months restate, because a like of "
    "today on a post of May counts in May. What a vendor does not tell, such as when a like was given, is dated by "
    "the post or by when it was first seen. People are one person only where an address, an account of your "
    "sign-on or your own list says so; nobody is joined by name."
)


def section(release: Release) -> Section:
    """Freshness, checks, what is missing."""
    return Section(
        key="trust",
        title="How fresh, and how sure?",
        nav="Trust",
        intro="Where the numbers come from, whether everything arrived, and what they can't tell.",
        blocks=[
            _headlines(release),
            _sources(release),
            _completeness(release),
            _compared(release),
            _unusual(release),
            _loads(release),
            _notes(release),
            _restated(release),
            _drift(release),
            _refused(release),
            _known(release),
            _totals(release),
            Prose(_CAVEATS),
        ],
    )


def _headlines(release: Release) -> Headlines:
    row = release.ask("trust/counts").first
    late = row["fresh"] < row["sources"]
    return Headlines(
        [
            Headline(
                "Sources up to date",
                row.figure("fresh", "count"),
                Markup("of {}").format(row.figure("sources", "count")),
                mood="bad" if late else "good",
            ),
            Headline("Newest data", row.figure("data_until", "date")),
            Headline(
                "Checks that held",
                row.figure("held", "count"),
                Markup("of {}").format(row.figure("checks", "count")),
                mood="bad" if row["unusual"] else "good",
            ),
            Headline(
                "Values refused",
                row.figure("rejected", "count"),
                "of a wrong type, ever; the last good version stays",
                mood="bad" if row["rejected"] else "good",
            ),
        ]
    )


def _sources(release: Release) -> Table:
    return Table(
        title="Sources",
        sentence="When each source last brought anything, and what that means for the numbers.",
        answer=release.ask("trust/sources"),
        columns=[
            Column("source_name", "Source"),
            Column("vendor", "Product"),
            Column("status", "Status"),
            Column("last_load_at", "Last loaded", "time"),
            Column("stale_after_at", "Too old after", "time"),
            Column("rejected_value_count", "Refused values", "count"),
            Column("explanation", "In words"),
        ],
        reads=["source_freshness"],
        limit=100,
        empty="No source is configured.",
    )


def _completeness(release: Release) -> Table:
    return Table(
        title="Did everything arrive?",
        sentence="What each vendor says it has, beside what is here. Some count what your rights there hide.",
        answer=release.ask("trust/completeness"),
        columns=[
            Column("source_name", "Source"),
            Column("stream", "Records"),
            Column("vendor_count", "The vendor counts", "count"),
            Column("our_count", "Here", "count"),
            Column("missing_count", "Missing", "count"),
            Column("held_ratio", "Share here", "ratio"),
            Column("explanation", "In words"),
        ],
        reads=["source_completeness"],
        limit=60,
        empty="No vendor has been asked for its counts yet.",
    )


def _compared(release: Release) -> Table:
    return Table(
        title="What the weekly comparison found",
        sentence="Records that had been deleted, missed or changed at the vendor without the daily load seeing it.",
        answer=release.ask("trust/compared"),
        columns=[
            Column("source_name", "Source"),
            Column("stream", "Records"),
            Column("loaded_at", "Compared", "time"),
            Column("deleted_count", "Deleted", "count"),
            Column("inserted_count", "Missed", "count"),
            Column("updated_count", "Changed", "count"),
        ],
        reads=["pipeline_runs"],
        limit=60,
        empty="It has not run yet: see the DAG community_reconcile.",
    )


def _unusual(release: Release) -> Table:
    return Table(
        title="Checks that did not hold",
        sentence=Markup(
            'None of these kept the release from being published; <a href="../gate/index.html">the page of checks</a> '
            "says what each is about."
        ),
        answer=release.ask("trust/unusual"),
        columns=[
            Column("mart", "Table"),
            Column("expectation", "Check"),
            Column("column_name", "Column"),
            Column("message", "What was found", private=True),
        ],
        reads=["data_quality_results"],
        limit=50,
        empty="All of them held.",
    )


def _loads(release: Release) -> Chart:
    answer = release.ask("trust/loads")
    sources = sorted({row["source_name"] for row in answer})

    def draw(width: int) -> alt.TopLevelMixin:
        drawn: alt.TopLevelMixin = (
            plot(answer, width)
            .properties(height=height(width))
            .mark_bar()
            .encode(
                x=alt.X("utcyearmonthdate(day):O", title=None, axis=alt.Axis(format="%-d %b", labelAngle=0)),
                y=amount("records", stacked=True),
                color=colours("source_name", sources),
            )
        )
        return drawn

    return Chart(
        title="What came in",
        sentence=_came_in(answer),
        answer=answer,
        draw=draw,
        columns=[
            Column("day", "Day", "date"),
            Column("source_name", "Source"),
            Column("records", "Records", "count"),
            Column("rejected", "Refused", "count"),
        ],
        reads=["pipeline_runs"],
    )


def _came_in(answer: Answer) -> str | Markup:
    if not answer:
        return "Nothing was ever loaded."
    last = list(answer)[-1]
    return Markup("Records read by day and source; the last load was on {}.").format(
        last.figure("day", "date")
    )


def _notes(release: Release) -> Table:
    return Table(
        title="What could not be seen",
        sentence="Left out by the vendor or by your rights there, at the last reading of each kind of record.",
        answer=release.ask("trust/notes"),
        columns=[
            Column("source_name", "Source"),
            Column("stream", "Records"),
            Column("loaded_at", "Loaded", "time"),
            Column("note", "What", private=True),
        ],
        reads=["pipeline_runs"],
        limit=50,
        empty="Everything asked for was there.",
    )


def _restated(release: Release) -> Table:
    answer = release.ask("trust/restated")
    sentence: str | Markup = "Nothing of the past is told otherwise than in the release before."
    if answer:
        sentence = (
            "Months of the past whose numbers are others than in the release before, the largest changes first: a late "
            "like counts in the month of the help, and people who turn out to be one are one from the first day."
        )
    return Table(
        title="What changed in the past",
        sentence=sentence,
        answer=answer,
        columns=[
            Column("label", "Metric"),
            Column("month", "Month", "month"),
            Column("last_value", "Before", cell=lambda row: row.figure("last_value", row["unit"])),
            Column("value", "Now", cell=lambda row: row.figure("value", row["unit"])),
            Column("change_ratio", "Change", "change"),
            Column("last_release", "Release before"),
        ],
        reads=["metric_restatements"],
        limit=30,
        empty="No month did.",
    )


def _drift(release: Release) -> Table:
    return Table(
        title="What the vendors added",
        sentence="Fields that nobody declared yet. Nothing of them is lost: they wait in the landing files.",
        answer=release.ask("trust/drift"),
        columns=[
            Column("source_name", "Source"),
            Column("stream", "Records"),
            Column("field", "Field", private=True),
            Column("example_type", "Type"),
            Column("record_count", "Records with it", "count"),
            Column("first_seen_at", "First seen", "time"),
            Column("last_seen_at", "Last seen", "time"),
        ],
        reads=["schema_drift"],
        limit=30,
        empty="Every field is known.",
    )


def _refused(release: Release) -> Table:
    return Table(
        title="What did not fit",
        sentence="Values refused because of their type. Their records' earlier versions stay.",
        answer=release.ask("trust/refused"),
        columns=[
            Column("source_name", "Source"),
            Column("stream", "Records"),
            Column("field", "Field", private=True),
            Column("expected_type", "Declared"),
            Column("found_type", "Found"),
            Column("value_count", "Values", "count"),
            Column("last_rejected_at", "Last refused", "time"),
        ],
        reads=["rejected_records"],
        limit=30,
        empty="Everything did.",
    )


def _known(release: Release) -> Chart:
    answer = release.ask("trust/known")

    return Chart(
        title="How much is known",
        sentence="What is unknown stays unknown in every table; it is never guessed from a name.",
        answer=answer,
        draw=lambda width: bars(answer, width, "fact", "share_ratio", kind="ratio", full=True),
        columns=[
            Column("fact", "Known"),
            Column("known", "Known of", "count"),
            Column("everyone", "All", "count"),
            Column("share_ratio", "Share", "ratio"),
        ],
        reads=["dim_member", "fct_contribution", "fct_feature_request", "fct_ticket"],
    )


def _totals(release: Release) -> Table:
    return Table(
        title="What the vendors' records add up to",
        sentence="Counted from what was loaded, past all the modelling; every build compares its tables with it.",
        answer=release.ask("trust/totals"),
        columns=[
            Column("source_name", "Source"),
            Column("measure", "Measure"),
            Column("raw_value", "Records", "count"),
        ],
        reads=["reconciliation_totals"],
        limit=60,
    )
