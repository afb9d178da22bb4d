"""A page a member: what a lead wants at hand before a talk about an award or a renewal.

Each topic is asked once for everybody (`report/queries/members/`), then dealt out to the pages.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup

from report.blocks import Column, Headline, Headlines
from report.release import Release, Row

_MONTHS = 25
"""As many months as query members/span names: two years and the running month."""
_STEP = 28
_PLOT = 100

ACTIVITY = [
    Column("month", "Month", "month"),
    Column("authored", "Contributions", "count"),
    Column("answers", "Answers", "count"),
    Column("accepted_answers", "Accepted", "count"),
    Column("ticket_equivalents", "Tickets’ worth", "decimal"),
    Column("trajectory", "Moves"),
]
EXPERTISE = [
    Column("expertise_area", "Area"),
    Column("rank_in_area", "Rank", "count"),
    Column("is_expert", "Expert", "yes"),
    Column("answers", "Answers", "count"),
    Column("accepted_answers", "Accepted", "count"),
    Column("area_accepts_ratio", "% of the area’s", "ratio"),
    Column("people_helped", "People helped", "count"),
    Column("ticket_equivalents", "Tickets’ worth", "decimal"),
    Column("z_score", "Z", "decimal"),
    Column("last_on", "Last answer", "date"),
]
CANDIDACIES = [
    Column("program", "Program"),
    Column("expertise_area", "Area"),
    Column("rank_in_area", "Rank", "count"),
    Column("score", "Score", "decimal"),
    Column("help_part", "Help", "ratio"),
    Column("reach_part", "Reach", "ratio"),
    Column("quality_part", "Quality", "ratio"),
    Column("consistency_part", "Consistency", "ratio"),
    Column("sharing_part", "Sharing", "ratio"),
    Column("ineligible_reason", "Not eligible: why"),
]
TERMS = [
    Column("program", "Program"),
    Column("tier", "Tier"),
    Column("term_number", "Term", "count"),
    Column("stage", "Stands"),
    Column("awarded_on", "Awarded", "date"),
    Column("ends_on", "Ends", "date"),
    Column("days_left", "Left", "days"),
    Column("expertise_area", "Area"),
    Column("region", "Region"),
    Column("lead", "Lead"),
    Column("nominated_by", "Nominated by"),
]


@dataclass(frozen=True)
class Listing:
    """One person's rows of an answer, as a table."""

    title: str
    columns: Sequence[Column]
    rows: Sequence[Row]
    reads: Sequence[str]
    metric: None = None


@dataclass(frozen=True)
class Bar:
    """A month in the picture of activity: `answers` stands within `authored`, in pixels."""

    left: int
    authored: float
    answers: float
    is_complete: bool


def member_pages(release: Release, members: Sequence[Row]) -> Iterator[tuple[str, dict[str, Any]]]:
    """For each of `members` (rows of query members/chosen) the key and what `member.html.j2` draws."""
    cards = {row["member_key"]: row for row in release.ask("members/cards")}
    topics = {
        topic: _by_member(release, f"members/{topic}")
        for topic in (
            "accounts",
            "reasons",
            "activity",
            "expertise",
            "trophies",
            "candidacies",
            "evidence",
            "terms",
            "waiting",
        )
    }
    span = release.ask("members/span").first
    for member in members:
        key = member["member_key"]
        of = {topic: rows.get(key, []) for topic, rows in topics.items()}
        card = cards.get(key)
        yield (
            key,
            {
                "member": member,
                "card": card,
                "headlines": _headlines(card),
                "accounts": of["accounts"],
                "reasons": of["reasons"],
                "bars": [_bar(row) for row in of["activity"]],
                "span": span,
                "plot": (_MONTHS * _STEP, _PLOT),
                "activity": Listing(
                    "What they did, month by month",
                    ACTIVITY,
                    of["activity"],
                    ["member_contribution_monthly", "member_trajectory"],
                ),
                "expertise": Listing("What they know", EXPERTISE, of["expertise"], ["member_expertise"]),
                "trophies": of["trophies"],
                "candidacies": Listing(
                    "Where they stand for an award", CANDIDACIES, of["candidacies"], ["award_candidates"]
                ),
                "evidence": of["evidence"],
                "terms": Listing("Terms", TERMS, of["terms"], ["program_membership"]),
                "waiting": of["waiting"],
            },
        )


def _by_member(release: Release, query: str) -> Mapping[str, list[Row]]:
    dealt: defaultdict[str, list[Row]] = defaultdict(list)
    answer = release.ask(query)
    place = answer.position("member_key")
    for index, row in enumerate(answer.rows):
        dealt[row[place]].append(Row(answer, index))
    return dealt


def _headlines(card: Row | None) -> Headlines | None:
    if card is None or card["authored"] is None:
        return None
    return Headlines(
        [
            Headline(
                "Worth in twelve months",
                card.figure("value_12_months_usd", "usd"),
                Markup("{} tickets").format(card.figure("ticket_equivalents_12_months", "decimal")),
            ),
            Headline(
                "People helped in twelve months",
                card.figure("people_helped_12_months", "count"),
                Markup("{} ever").format(card.figure("people_helped", "count")),
            ),
            Headline(
                "Answers accepted",
                card.figure("accepted_answers", "count"),
                Markup("of {} answers; {} of those that could be").format(
                    card.figure("answers", "count"), card.figure("accepted_ratio", "ratio")
                ),
            ),
            Headline(
                "Days active in twelve months",
                card.figure("active_days_12_months", "count"),
                Markup("a streak of {} weeks now").format(card.figure("current_streak_weeks", "count"))
                if card["current_streak_weeks"]
                else Markup("last on {}").format(card.figure("last_on", "date")),
            ),
        ]
    )


def _bar(row: Row) -> Bar:
    return Bar(
        left=(_MONTHS - 1 - row["months_ago"]) * _STEP,
        authored=round(_PLOT * (row["authored_ratio"] or 0), 1),
        answers=round(_PLOT * (row["answers_ratio"] or 0), 1),
        is_complete=row["is_complete"],
    )
