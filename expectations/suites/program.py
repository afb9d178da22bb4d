"""Checks of expertise, awards and programs."""

from __future__ import annotations

from collections.abc import Iterator

from expectations.checks import Check, between, filled, found_in, no_rows, one_of, ratio, unique
from expectations.comparison import Compared, volume

STAGES = frozenset(
    {
        "nominated", "applied", "awarded", "renewed", "lapsed", "emeritus", "hired", "declined", "withdrawn",
        "ended",
    }
)  # fmt: skip
PARTS = ("help_part", "reach_part", "quality_part", "consistency_part", "sharing_part")
KNOWN = "Every row is of a known member"


def dim_expertise_area(compared: Compared) -> Iterator[Check]:
    """One row per area."""
    yield from volume("dim_expertise_area", compared)
    yield unique("expertise_area", what="area")


def member_expertise(compared: Compared) -> Iterator[Check]:
    """One row per member and area."""
    yield from volume("member_expertise", compared)
    yield unique("member_key", "expertise_area", what="member and area")
    yield found_in("dim_member", "member_key", KNOWN)
    yield found_in("dim_expertise_area", "expertise_area", "Every row is of a known area")
    yield ratio("area_accepts_ratio", "Accepted answers are a share of the area's")
    yield no_rows(
        "range",
        "Z lies within what the questions allow",
        """
        select member_key, expertise_area, z_score, questions, questions_answered
        from {batch}
        where abs(z_score) > sqrt(questions + questions_answered) + 1e-9
        order by 1, 2
        """,
        expected="at most the square root of questions asked and answered",
        column="z_score",
    )


def area_bench_strength(compared: Compared) -> Iterator[Check]:
    """One row per area."""
    yield unique("expertise_area", what="area")
    yield found_in("dim_expertise_area", "expertise_area", "Every row is of a known area")
    yield no_rows(
        "range",
        "No area hangs on more people than it has",
        """
        select expertise_area, contributors, contributor_absence_factor
        from {batch} where contributor_absence_factor > contributors order by 1
        """,
        column="contributor_absence_factor",
    )


def award_candidates(compared: Compared) -> Iterator[Check]:
    """One row per program, cycle, area and member."""
    yield from volume("award_candidates", compared)
    yield unique("program", "cycle", "expertise_area", "member_key", what="cycle, area and member")
    yield found_in("dim_member", "member_key", KNOWN)
    for part in PARTS:
        yield ratio(part, f"The part for {part.removesuffix('_part')} is a share of the best")
    yield between("score", 0, None, "No score is below 0")
    yield no_rows(
        "reconciliation",
        "No staff and no program is a candidate today",
        """
        select member_key, cycle from {batch}
        where cycle = 'current' and member_key in (select member_key from dim_member where is_staff)
        order by 1
        """,
        remedy="Look at the seed staff.csv and at int_award_candidates__measured.",
        column="member_key",
    )
    yield no_rows(
        "range",
        "Who can't get the award has a reason, who can has a rank",
        """
        select program, cycle, expertise_area, member_key
        from {batch}
        where is_eligible = (ineligible_reason is not null) or is_eligible <> (rank_in_area is not null)
        order by 1, 2, 3, 4
        """,
        column="ineligible_reason, rank_in_area",
    )


def award_candidate_evidence(compared: Compared) -> Iterator[Check]:
    """One row per candidate, part of the score and contribution behind it."""
    yield unique("evidence_key", what="piece of evidence")
    yield found_in("award_candidates", "candidate_key", "Every piece of evidence is a candidate's")
    yield filled("sentence", "Every piece of evidence can be read out")


def award_backtest(compared: Compared) -> Iterator[Check]:
    """One row per past cycle, area, ranking and length of the list."""
    yield unique("backtest_key", what="cycle, area, ranking and length")
    yield ratio("precision_ratio", "Precision is a share")
    yield ratio("recall_ratio", "Recall is a share")


def award_impact(compared: Compared) -> Iterator[Check]:
    """One row per program."""
    yield unique("program", what="program")
    yield effect_of_enough("program", "effect")


def expert_of_the_year(compared: Compared) -> Iterator[Check]:
    """One row per program, calendar year and member."""
    yield unique("program", "calendar_year", "member_key", what="program, year and member")
    yield no_rows(
        "uniqueness",
        "There is one expert of the year",
        """
        select program, calendar_year, count(*) as experts
        from {batch} where is_expert_of_the_year group by all having count(*) > 1 order by 1, 2
        """,
        column="is_expert_of_the_year",
    )


def program_membership(compared: Compared) -> Iterator[Check]:
    """One row per member and term."""
    yield from volume("program_membership", compared)
    yield unique("term_key", what="term")
    yield found_in("dim_member", "member_key", KNOWN)
    yield one_of("stage", STAGES, "Every term is at a known stage")
    yield no_rows(
        "range",
        "No term ends before it begins",
        """
        select term_key, cast(awarded_at as varchar) as awarded_at, cast(ends_at as varchar) as ends_at
        from {batch} where ends_at < awarded_at order by 1
        """,
        remedy="Look at awarded_on and ends_on in the seed program_members.csv.",
        column="ends_at",
    )


def program_renewals(compared: Compared) -> Iterator[Check]:
    """One row per term that ends within 90 days."""
    yield unique("term_key", what="term")
    yield found_in("program_membership", "term_key", "Every renewal is of a known term")
    yield between("days_left", 0, 90, "Every term on the list ends within 90 days")
    yield filled("sentence", "Every renewal can be read out")


def program_retention(compared: Compared) -> Iterator[Check]:
    """One row per program and cycle."""
    yield unique("program", "cycle", what="program and cycle")
    yield ratio("renewed_ratio", "Those renewed are a share of those due")


def program_member_waiting(compared: Compared) -> Iterator[Check]:
    """One row per member of a program and thing that waits or shipped."""
    yield unique("waiting_key", what="member and thing")
    yield found_in("dim_member", "member_key", KNOWN)
    yield filled("sentence", "Everything on the list can be read out")


def program_benefits(compared: Compared) -> Iterator[Check]:
    """One row per program, tier and month."""
    yield unique("program", "tier", "month", what="program, tier and month")
    yield between("cost_usd", 0, None, "No benefit costs less than nothing")


def lead_portfolio(compared: Compared) -> Iterator[Check]:
    """One row per lead, program, area and region."""
    yield unique("portfolio_key", what="lead, program, area and region")
    yield filled("lead", "Every row is a lead's")
    yield no_rows(
        "range",
        "No lead has more renewals due than members",
        "select portfolio_key, members, renewals_due from {batch} where renewals_due > members order by 1",
        column="renewals_due",
    )


def effect_of_enough(subject: str, effect: str) -> Check:
    """A comparison with matched peers is told only of ten members or more; `subject` names the row."""
    return no_rows(
        "range",
        "No effect is told of fewer than ten matched members",
        f"select {subject}, matched, {effect} from {{batch}} where matched < 10 and {effect} is not null",
        column=effect,
    )
