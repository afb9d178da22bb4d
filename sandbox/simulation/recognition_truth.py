"""The truth about programs, learning, activities and companies, and what the first two change: nothing."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from sandbox.simulation.calendar_days import day_of, iso_day
from sandbox.simulation.desk_ids import ORGANIZATION_BASE, ORGANIZATION_STEP
from sandbox.simulation.learning import STEPS
from sandbox.simulation.options import Options
from sandbox.simulation.people import ROLES, People
from sandbox.simulation.recognition import Recognition
from sandbox.simulation.recognition_seeds import area_name
from sandbox.simulation.spaces import Spaces

Table = tuple[str, str, Iterable[Sequence[Any]]]
"""File name, header (words), rows."""


def recognition_truth(
    options: Options, people: People, spaces: Spaces, known: Recognition
) -> Iterator[Table]:
    """Each truth file of recognition."""
    today = day_of(options.end_ms - 1)
    yield (
        "terms.csv",
        "program member_id role account_id tier area region lead term_number nominated_on applied_on "
        "awarded_on ends_on outcome is_in_term gone_before_end",
        (
            (
                t.program,
                t.person,
                ROLES[int(people.role[t.person])],
                people.accounts["forum"][t.person].account_id,
                t.tier,
                area_name(spaces, t.area),
                t.region,
                t.lead,
                t.number,
                iso_day(t.nominated_on),
                iso_day(t.applied_on),
                iso_day(t.awarded_on),
                iso_day(t.ends_on),
                t.outcome,
                t.awarded_on is not None and t.ends_on is not None and t.awarded_on <= today <= t.ends_on,
                t.ends_on is not None and day_of(int(people.gone[t.person])) <= t.ends_on,
            )
            for t in known.program.terms
        ),
    )
    yield (
        "certifications.csv",
        "member_id source_name account_id course event occurred_on expires_on is_declared has_badge",
        (
            (
                s.person,
                s.account.source,
                s.account.account_id,
                s.course,
                STEPS[s.event],
                iso_day(s.day),
                iso_day(s.expires_on),
                s.is_declared,
                s.has_badge,
            )
            for s in known.steps
        ),
    )
    yield (
        "activities.csv",
        "activity_id member_id kind occurred_on area rating rating_count",
        (
            (
                a.activity_id,
                a.person,
                a.kind,
                iso_day(a.day),
                area_name(spaces, a.area),
                "" if a.rating is None else a.rating,
                a.ratings,
            )
            for a in known.activities
        ),
    )
    yield (
        "organizations.csv",
        "organization_id name segment monthly_revenue_usd region",
        (
            (ORGANIZATION_BASE + ORGANIZATION_STEP * row, o.name, o.segment, o.mrr_usd, o.region)
            for row, o in enumerate(people.organizations)
        ),
    )
    yield (
        "effects.csv",
        "effect value",
        [("award_on_ln_1_plus_authored", 0), ("certificate_on_ln_1_plus_authored", 0)],
    )
