"""The people of the community: who helps, who deserves an award, how members move, who knows what."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping

from markupsafe import Markup

from report.blocks import Block, Chart, Column, Headline, Headlines, Section, Table, Text
from report.charts import stacks
from report.release import Release, Row

TRAJECTORIES = ("steady", "new", "rising", "flare", "fading")


def section(release: Release) -> Section:
    """Scorecards, candidates with evidence, trajectories, expertise, trophies, terms."""
    return Section(
        key="people",
        title="People",
        intro="Who carries the community, who deserves an award and why, who grows, fades or knows what.",
        blocks=[
            _headlines(release),
            _top(release),
            *_candidates(release),
            _trajectories(release),
            _signals(release),
            _areas(release),
            _trophies(release),
            _experts_of_the_year(release),
            _portfolio(release),
            _terms(release),
        ],
    )


def _headlines(release: Release) -> Headlines:
    row = release.ask("people/counts").first
    month = Markup("members, in {}").format(row.figure("month", "month")) if row["month"] is not None else ""
    return Headlines(
        [
            Headline(
                "In a program today",
                row.figure("in_term", "count"),
                Markup("{} terms end within 90 days").format(row.figure("renewals", "count")),
                metric="program_members",
            ),
            Headline(
                "Eligible for an award",
                row.figure("eligible", "count"),
                Markup("people in {} areas").format(row.figure("areas", "count")),
            ),
            Headline("Rising or flaring", row.figure("rising", "count"), month, metric="rising_members"),
            Headline("Fading", row.figure("fading", "count"), month, metric="fading_members"),
        ]
    )


def _top(release: Release) -> Table:
    answer = release.ask("people/top")
    share = release.ask("people/top_share")
    sentence: Text = "Members by the worth of their help."
    if share:
        row = share.first
        sentence = Markup(
            "Of {} members who contributed in the last twelve months, the {} who helped most gave {} "
            "of the help, in all worth {}."
        ).format(
            row.figure("people", "count"),
            row.figure("top_people", "count"),
            row.figure("top_ratio", "ratio"),
            row.figure("value_usd", "usd"),
        )
    return Table(
        title="Who helped most in the last twelve months",
        sentence=sentence,
        answer=answer,
        columns=[
            Column("display_name", "Member", person="member_key"),
            Column("place", "Place", "count"),
            Column("tier", "Program tier"),
            Column("trajectory", "Moves"),
            Column("ticket_equivalents_12_months", "Tickets’ worth", "decimal"),
            Column("value_12_months_usd", "Value", "usd"),
            Column("people_helped_12_months", "People helped", "count"),
            Column("answers", "Answers, ever", "count"),
            Column("accepted_answers", "Accepted, ever", "count"),
            Column("accepted_ratio", "% accepted", "ratio"),
            Column("percentile", "Percentile by points", "ratio"),
        ],
        reads=["member_scorecard"],
        limit=25,
        empty="Nobody has contributed in the last twelve months.",
    )


def _candidates(release: Release) -> list[Block]:
    """One table: programs apart by column, so that a lead sees both."""
    answer = release.ask("people/candidates")
    evidence: Mapping[str, list[Row]] = defaultdict(list)
    for row in release.ask("people/candidate_evidence"):
        evidence[row["candidate_key"]].append(row)

    def reasons(row: Row) -> Markup:
        lines = [
            Markup("<li>{}</li>").format(_tagged(piece))
            for piece in evidence[row["candidate_key"]]
            # Other evidence names people and titles of posts.
            if piece["is_summary"] or not release.names.hidden
        ]
        return Markup("<details><summary>{}</summary><ul>{}</ul></details>").format(
            row["summary"], Markup("").join(lines)
        )

    return [
        Table(
            title="Award candidates of today, with evidence",
            sentence="Eligible members at the top of their area, first all who lead one: a person stands "
            "once a program, in the area that ranks them best. The score has 40 points for help, "
            "20 for reach, 15 each for quality and consistency, 10 for what they shared.",
            answer=answer,
            columns=[
                Column("display_name", "Candidate", person="member_key"),
                Column("program", "Program"),
                Column("expertise_area", "Area"),
                Column("rank_in_area", "Rank there", "count"),
                Column("score", "Score", "decimal"),
                Column("summary", "Why, and the evidence", cell=reasons),
            ],
            reads=["award_candidates", "award_candidate_evidence"],
            limit=60,
            empty="Nobody is eligible: that takes a year since the first contribution "
            "and six active months of the last twelve.",
        )
    ]


def _tagged(piece: Row) -> Markup:
    return (
        Markup("<b>{}</b> {}").format(piece["part"].capitalize(), piece["sentence"])
        if piece["is_summary"]
        else Markup("{}").format(piece["sentence"])
    )


def _trajectories(release: Release) -> Chart:
    answer = release.ask("people/trajectories")
    row = release.ask("people/counts").first
    sentence: Text = "No month is complete yet."
    if row["month"] is not None:
        sentence = Markup("In {} {} members were steady, {} rising or flaring, {} fading.").format(
            row.figure("month", "month"),
            row.figure("steady", "count"),
            row.figure("rising", "count"),
            row.figure("fading", "count"),
        )
    return Chart(
        title="How members move",
        sentence=sentence,
        answer=answer,
        draw=lambda width: stacks(answer, width, "members", by="trajectory", order=TRAJECTORIES),
        columns=[
            Column("month", "Month", "month"),
            Column("trajectory", "They are"),
            Column("members", "Members", "count"),
        ],
        reads=["member_trajectory"],
    )


def _signals(release: Release) -> Table:
    answer = release.ask("people/signals")
    flares = release.ask("people/flares").first
    sentence: Text = "Of every month somebody was in this state, how often they were active later."
    if flares["onsets"]:
        sentence = Markup("{} Of {} flares {} ended in silence, {} lasted, {} are undecided.").format(
            sentence,
            flares.figure("onsets", "count"),
            flares.figure("supernovas", "count"),
            flares.figure("lasting", "count"),
            flares.figure("undecided", "count"),
        )
    return Table(
        title="How far these signals could be trusted",
        sentence=sentence,
        answer=answer,
        columns=[
            Column("trajectory", "A member who was"),
            Column("member_months", "Months observed", "count"),
            Column("active_after_3", "Active three months later", "ratio"),
            Column("active_after_6", "Six months later", "ratio"),
            Column("supernova_ratio", "Ended in silence", "ratio"),
        ],
        reads=["trajectory_backtest", "burst_outcome"],
        empty="The history is too short to tell.",
    )


def _areas(release: Release) -> Table:
    answer = release.ask("people/areas")
    thin = release.ask("people/thin_areas")
    sentence: Text = "No area has answers yet."
    if thin:
        row = thin.first
        sentence = Markup(
            "In {} of {} areas two members or fewer give half of the members’ answers; the thinnest is {}."
        ).format(row.figure("thin", "count"), row.figure("areas", "count"), row["thinnest_area"])

    def best(row: Row) -> Markup:
        return Markup(", ").join(
            release.names.show(row[f"{place}_member_key"], row[f"{place}_name"])
            for place in ("first", "second", "third")
            if row[f"{place}_member_key"] is not None
        )

    return Table(
        title="Who knows what",
        sentence=sentence,
        answer=answer,
        columns=[
            Column("expertise_area", "Area"),
            Column("first_name", "Best who are not gone", cell=best),
            Column("answers", "Answers", "count"),
            Column("few_people", "Half of them from", "count"),
            Column("staff_answers_ratio", "By staff", "ratio"),
            Column("experts", "Experts", "count"),
            Column("present", "Here", "count"),
            Column("fading_experts", "Fading", "count"),
            Column("gone_experts", "Gone", "count"),
        ],
        reads=["area_bench_strength", "member_expertise"],
        limit=40,
        empty="No area of expertise has been named (seed expertise_areas).",
    )


def _trophies(release: Release) -> Table:
    answer = release.ask("people/trophies")
    return Table(
        title="Trophies",
        sentence="The rarest first: how many members hold each, and who earned it last.",
        answer=answer,
        columns=[
            Column("name", "Trophy"),
            Column("description", "For"),
            Column("holders", "Holders", "count"),
            Column("lately", "In the last month", "count"),
            Column("last_name", "Last earned by", person="last_member_key"),
            Column("last_on", "On", "date"),
        ],
        reads=["member_trophies"],
        limit=60,
        empty="Nobody has earned a trophy yet.",
    )


def _experts_of_the_year(release: Release) -> Table:
    answer = release.ask("people/expert_of_the_year")
    return Table(
        title="Expert of the year",
        sentence="The three best of each program and settled calendar year, by the award score of that year.",
        answer=answer,
        columns=[
            Column("display_name", "Member", person="member_key"),
            Column("calendar_year", "Year", cell=lambda row: row.figure("calendar_year", "text")),
            Column("program", "Program"),
            Column("rank_in_program", "Place", "count"),
            Column("main_expertise_area", "Area"),
            Column("score", "Score", "decimal"),
            Column("ticket_equivalents", "Tickets’ worth", "decimal"),
            Column("people_helped", "People helped", "count"),
            Column("active_months", "Active months", "count"),
        ],
        reads=["expert_of_the_year"],
        empty="No calendar year with program members in it is settled yet.",
    )


def _portfolio(release: Release) -> Table:
    answer = release.ask("people/portfolio")
    return Table(
        title="What each lead looks after",
        sentence="A lead’s members by area and region: who leaves, what waits for us, who could follow.",
        answer=answer,
        columns=[
            Column("lead", "Lead", private=True),
            Column("program", "Program"),
            Column("expertise_area", "Area"),
            Column("region", "Region"),
            Column("members", "Members", "count"),
            Column("renewals_due", "Terms ending", "count"),
            Column("leaving_members", "Fading or gone", "count"),
            Column("waiting_items", "Wait for us", "count"),
            Column("candidates", "Candidates", "count"),
            Column("unanswered_questions", "Unanswered questions", "count"),
            Column("neediest_space", "Neediest space"),
        ],
        reads=["lead_portfolio"],
        limit=60,
        empty="No lead is named (seed program_members).",
    )


def _terms(release: Release) -> Table:
    answer = release.ask("people/terms")
    return Table(
        title="What became of the terms",
        sentence="Terms that came to an end in each cycle, and those still running.",
        answer=answer,
        columns=[
            Column("program", "Program"),
            Column("cycle", "Cycle"),
            Column("due", "Ended", "count"),
            Column("renewed", "Renewed", "count"),
            Column("lapsed", "Lapsed", "count"),
            Column("emeritus", "Emeritus", "count"),
            Column("hired", "Hired", "count"),
            Column("not_recorded", "Not recorded", "count"),
            Column("still_running", "Still running", "count"),
            Column("renewed_ratio", "% renewed", "ratio"),
        ],
        reads=["program_retention", "program_membership"],
        empty="No program has members yet (seed program_members).",
    )
