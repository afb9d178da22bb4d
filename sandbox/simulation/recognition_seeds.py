"""The seeds about areas, programs, learning and what is known of people."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from sandbox.simulation.board import CATEGORIES, LABELS
from sandbox.simulation.board_static import CATEGORY_BASE
from sandbox.simulation.calendar_days import iso_day
from sandbox.simulation.desk_ids import ORGANIZATION_BASE, ORGANIZATION_STEP
from sandbox.simulation.learning import BADGE_COURSES, STEPS
from sandbox.simulation.options import BOARD, DESK, FORUM
from sandbox.simulation.people import People
from sandbox.simulation.program import EXPERTS, STUDENTS, Program
from sandbox.simulation.recognition import Recognition
from sandbox.simulation.sharing import activity_url
from sandbox.simulation.spaces import Spaces

Seed = tuple[str, str, Iterable[Sequence[Any]]]
"""Name, header, rows."""

TAG_AREAS = {"kubernetes": "Kubernetes", "translation": "Translations"}
"""Areas with no category of their own: topics anywhere with this tag."""
_BOARD_AREAS = {"Backups": "Backup", "Interface": "Panel"}
_BENEFITS = (
    (EXPERTS, "*", "product licence", 240, "year", "", ""),
    (EXPERTS, "*", "welcome box", 60, "term", "", ""),
    (EXPERTS, "expert", "conference ticket", 900, "year", "", ""),
    (EXPERTS, "fellow", "conference ticket and travel", 2_100, "year", "", ""),
    (EXPERTS, "*", "meeting with the product team", 15, "month", "2025-01-01", ""),
    (STUDENTS, "*", "exam voucher", 150, "term", "", ""),
    (STUDENTS, "*", "printed handbook", 25, "term", "", "2025-12-31"),
)


def recognition_seeds(people: People, spaces: Spaces, known: Recognition) -> Iterator[Seed]:
    """Each seed of recognition that this community has of its own."""
    yield "expertise_areas", "expertise_area,source_name,match_kind,match_value", _areas(spaces)
    yield (
        "program_members",
        "program,source_name,account_id,tier,expertise_area,region,lead,nominated_by,nominated_on,"
        "applied_on,awarded_on,ends_on,outcome",
        _terms(people, spaces, known.program),
    )
    yield (
        "award_cycles",
        "program,cycle,cut_off_on,is_shortlist_published",
        (
            (EXPERTS, _cycle_name(day), iso_day(day), day == known.program.published)
            for day in known.program.cut_offs
        ),
    )
    yield "benefits", "program,tier,benefit,cost_usd,per,valid_from,valid_to", _BENEFITS
    yield (
        "certifications",
        "source_name,account_id,course,event,occurred_on,expires_on",
        (
            (
                s.account.source,
                s.account.account_id,
                s.course,
                STEPS[s.event],
                iso_day(s.day),
                iso_day(s.expires_on),
            )
            for s in known.steps
            if s.is_declared
        ),
    )
    yield (
        "certification_badges",
        "source_name,badge_name,course,event",
        ((FORUM, badge, course, "certified") for badge, course in BADGE_COURSES.items()),
    )
    yield (
        "declared_activities",
        "activity_id,source_name,account_id,kind,title,url,occurred_on,expertise_area,rating,rating_count",
        (
            (
                a.activity_id,
                a.account.source,
                a.account.account_id,
                a.kind,
                a.title,
                activity_url(a),
                iso_day(a.day),
                area_name(spaces, a.area),
                "" if a.rating is None else a.rating,
                a.ratings or "",
            )
            for a in known.activities
        ),
    )
    yield (
        "member_facts",
        "source_name,account_id,segment,persona,region,organization",
        (
            (x.account.source, x.account.account_id, x.segment, x.persona, x.region, x.organization)
            for x in known.facts
        ),
    )
    yield (
        "organization_facts",
        "source_name,organization_id,segment,monthly_revenue_usd,region",
        (
            (
                DESK,
                ORGANIZATION_BASE + ORGANIZATION_STEP * row,
                people.organizations[row].segment,
                people.organizations[row].mrr_usd if people.organizations[row].segment == "customer" else "",
                people.organizations[row].region,
            )
            for row in known.known_organizations
        ),
    )


def area_name(spaces: Spaces, area: int) -> str:
    """The area's name, empty for all areas."""
    return spaces.areas[area] if area >= 0 else ""


def _areas(spaces: Spaces) -> Iterator[Sequence[Any]]:
    """Products by their top category, the board's categories, the desk's product tags; some by tag alone."""
    for category in spaces.categories:
        if category.parent_id is None and 0 <= category.area < len(spaces.areas):
            yield spaces.areas[category.area], FORUM, "space", category.category_id
    for place, name in enumerate(CATEGORIES):
        area = _BOARD_AREAS.get(name, name)
        if area in spaces.areas:
            yield area, BOARD, "category", CATEGORY_BASE + place
    for name, _ in LABELS:
        if name.title() in spaces.areas:
            yield name.title(), BOARD, "tag", name
    for area in spaces.areas:
        yield area, DESK, "tag", f"product_{area.lower()}"
    for tag, area in TAG_AREAS.items():
        yield area, FORUM, "tag", tag


def _terms(people: People, spaces: Spaces, program: Program) -> Iterator[Sequence[Any]]:
    for term in program.terms:
        account = people.accounts[FORUM][term.person]
        yield (
            term.program,
            account.source,
            account.account_id,
            term.tier,
            area_name(spaces, term.area),
            term.region,
            term.lead,
            term.nominated_by,
            iso_day(term.nominated_on),
            iso_day(term.applied_on),
            iso_day(term.awarded_on),
            iso_day(term.ends_on),
            term.outcome,
        )


def _cycle_name(day: int) -> str:
    year, month, _ = iso_day(day).split("-")
    return f"{year} {'winter' if month == '01' else 'summer'}"
