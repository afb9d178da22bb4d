"""The seeds of the dbt project as this community would keep them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from sandbox.simulation.board import STATUSES
from sandbox.simulation.chance import stamp
from sandbox.simulation.desk_ids import GROUP_BASE
from sandbox.simulation.options import BOARD, DESK, FORUM, Options
from sandbox.simulation.people import BOT, EVANGELIST, NOT_GONE, STAFF, People
from sandbox.simulation.recognition import Recognition
from sandbox.simulation.recognition_seeds import recognition_seeds
from sandbox.simulation.spaces import Spaces
from sandbox.simulation.truth import write_csv

_WEIGHTS = {
    "accepted_answer": 10,
    "topic": 5,
    "reply": 2,
    "like_received": 1,
    "feature_request": 5,
    "vote": 1,
    "bug_report": 5,
    "article": 10,
    "certification": 10,
}
_STAGES = {
    "under review": "responded",
    "gathering feedback": "responded",
    "planned": "planned",
    "started": "started",
    "completed": "completed",
    "declined": "declined",
    "merged": "merged",
}
_WORKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday")
_HOURS = {
    "berlin": ("09:00", "17:00", "Europe/Berlin"),
    "new york": ("08:30", "18:00", "America/New_York"),
}
_SCHEDULES = [
    # The first line works around the clock.
    (DESK, GROUP_BASE, "24x7", "", ""),
    (DESK, GROUP_BASE + 3, "new york", "", ""),
    (DESK, "", "berlin", "", ""),
]
_UNLISTED_STAFF_EVERY = 7
"""Every so many staff have no row, so that the rule for admins and agents without one shows."""


def write_seeds(
    directory: Path, options: Options, people: People, spaces: Spaces, known: Recognition
) -> None:
    """Writes the seeds this community keeps of its own; the others stay as the project has them."""
    folder = directory / "seeds"

    def save(name: str, header: str, rows: Iterable[Sequence[Any]]) -> None:
        write_csv(folder / f"{name}.csv", header.split(","), rows)

    save("staff", "source_name,account_id,role,department,valid_from,valid_to", _staff(options, people))
    save(
        "member_links",
        "action,source_name_a,account_id_a,source_name_b,account_id_b,reason",
        (
            (action, a.source, a.account_id, b.source, b.account_id, reason)
            for action, a, b, reason in people.links
        ),
    )
    save(
        "contribution_weights",
        "kind,weight,valid_from,valid_to",
        ((kind, weight, "", "") for kind, weight in _WEIGHTS.items()),
    )
    save("ticket_prices", "price_usd,valid_from,valid_to", [(75, "", "")])
    assert {name for _, name, _ in STATUSES} <= set(_STAGES)
    save(
        "request_statuses",
        "source_name,vendor_status,stage",
        [("*", status, stage) for status, stage in _STAGES.items()],
    )
    save(
        "spaces",
        "source_name,source_record_id,is_support",
        ((FORUM, c.category_id, c.is_support) for c in spaces.categories),
    )
    save(
        "business_hours",
        "schedule,weekday,opens,closes,timezone,valid_from,valid_to",
        ((name, day, *hours, "", "") for name, hours in _HOURS.items() for day in _WORKDAYS),
    )
    save(
        "business_holidays",
        "schedule,holiday_on,name",
        (("*", f"{year}-01-01", "New Year") for year in range(2015, 2036)),
    )
    save("business_schedules", "source_name,group_id,schedule,valid_from,valid_to", _SCHEDULES)
    for name, header, rows in recognition_seeds(people, spaces, known):
        save(name, header, rows)


def _staff(options: Options, people: People) -> list[Sequence[Any]]:
    rows: list[Sequence[Any]] = [
        (FORUM, -1, "bot", "", "", ""),
        (FORUM, -2, "bot", "", "", ""),
    ]
    for place, person in enumerate(people.having(STAFF).tolist()):
        left = int(people.left[person])
        ends = stamp(left)[:10] if left < min(NOT_GONE, options.end_ms) else ""
        if place % _UNLISTED_STAFF_EVERY == _UNLISTED_STAFF_EVERY - 1 and not ends:
            continue
        role = ("employee", "employee", "employee", "contractor", "vendor")[place % 5 if place > 4 else 0]
        rows += _accounts(people, person, role, people.department[person], "", ends)
    for person in people.having(BOT).tolist():
        rows += _accounts(people, person, "bot", "", "", "")
    for person in people.having(EVANGELIST).tolist():
        hired = int(people.hired[person])
        if 0 <= hired < options.end_ms:
            rows += _accounts(people, person, "evangelist", "community", stamp(hired)[:10], "")
    return rows


def _accounts(
    people: People, person: int, role: str, department: str, first: str, last: str
) -> list[Sequence[Any]]:
    return [
        (source, people.accounts[source][person].account_id, role, department, first, last)
        for source in (FORUM, BOARD, DESK)
        if person in people.accounts[source]
    ]
