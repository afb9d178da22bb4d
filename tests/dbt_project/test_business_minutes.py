"""Business minutes of ten thousand tickets, against local clocks asked day by day."""

from __future__ import annotations

import random
import shutil
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import duckdb
import pandas as pd
import pytest

from tests.dbt import build
from tests.dbt_project.local_clocks import ALWAYS, DAYS, NEVER, Hours, Row, instant
from warehouse.layout import DBT_PROJECT
from warehouse.schema import read_schema
from warehouse.tables import ensure_tables

AS_OF = datetime(2027, 6, 1, tzinfo=UTC)
WORKDAYS = DAYS[:5]

SCHEDULES: dict[str, list[Row]] = {
    "berlin": [(day, "09:00", "17:00", "Europe/Berlin", NEVER, ALWAYS) for day in WORKDAYS],
    # Moved in 2024, with longer days and a break since.
    "moved": [
        *((day, "09:00", "17:00", "Europe/Berlin", NEVER, date(2024, 6, 30)) for day in WORKDAYS),
        *((day, "8:30", "12:00", "America/New_York", date(2024, 7, 1), ALWAYS) for day in DAYS),
        *((day, "12:45", "18:15", "America/New_York", date(2024, 7, 1), ALWAYS) for day in DAYS),
    ],
    # Night shifts, and hours that begin and end within the hour that clocks skip or repeat.
    "night": [
        *((day, "22:00", "24:00", "America/New_York", NEVER, ALWAYS) for day in DAYS),
        *((day, "00:00", "06:00", "America/New_York", NEVER, ALWAYS) for day in WORKDAYS),
        *((day, "01:30", "02:30", "America/New_York", NEVER, ALWAYS) for day in ("saturday", "sunday")),
    ],
    "skipped": [
        ("sunday", "02:30", "03:15", "Europe/Berlin", NEVER, ALWAYS),
        ("sunday", "01:00", "02:15", "Europe/Berlin", NEVER, ALWAYS),
    ],
    # Clocks move by half an hour, at midnight, or not at all; a whole day was skipped.
    "lord_howe": [(day, "01:45", "10:00", "Australia/Lord_Howe", NEVER, ALWAYS) for day in DAYS],
    "sao_paulo": [(day, "00:00", "24:00", "America/Sao_Paulo", NEVER, ALWAYS) for day in DAYS],
    "kathmandu": [(day, "10:00", "16:30", "Asia/Kathmandu", NEVER, ALWAYS) for day in DAYS],
    "apia": [(day, "08:00", "20:00", "Pacific/Apia", NEVER, ALWAYS) for day in DAYS],
    # Rows that overlap and touch.
    "overlapping": [
        ("tuesday", "08:00", "12:00", "Europe/London", NEVER, ALWAYS),
        ("tuesday", "10:00", "14:00", "Europe/London", NEVER, ALWAYS),
        ("tuesday", "14:00", "15:00", "Europe/London", NEVER, ALWAYS),
        ("tuesday", "09:00", "10:00", "Europe/London", NEVER, ALWAYS),
    ],
}
EVERYWHERE = {date(year, 1, 1) for year in range(2010, 2028)}
HOLIDAYS = {"berlin": {date(2026, 4, 3), date(2026, 4, 6), date(2025, 12, 25)}, "night": {date(2026, 3, 8)}}
VECTORS = [
    # Friday evening to Monday morning over the change of clocks, and that Sunday around the clock.
    ("berlin", datetime(2026, 3, 27, 15, 30, tzinfo=UTC), datetime(2026, 3, 30, 7, 15, tzinfo=UTC), 45.0),
    ("24x7", datetime(2026, 3, 28, 23, tzinfo=UTC), datetime(2026, 3, 29, 22, tzinfo=UTC), 1380.0),
]


HOURS = {name: Hours(rows, EVERYWHERE | HOLIDAYS.get(name, set())) for name, rows in SCHEDULES.items()}

STAND_INS = {
    "int_members__resolved": "source_name varchar, account_id varchar, member_key varchar",
    "int_member_profiles__merged": "member_key varchar, segment varchar",
    "int_organizations__resolved": "source_name varchar, organization_id varchar, organization_key varchar",
    "int_organizations__merged": "organization_key varchar, segment varchar",
    "int_ticket_milestones__measured": """
        ticket_key varchar, has_status_path boolean, has_comments boolean, first_solved_at timestamptz,
        last_solved_at timestamptz, reopen_count bigint, first_reply_at timestamptz, reply_count bigint,
        last_status varchar
    """,
    "int_ticket_events__unioned": """
        ticket_key varchar, source_name varchar, ticket_event_id varchar, ticket_change_key varchar,
        kind varchar, is_creation boolean, new_value varchar, occurred_at timestamptz
    """,
}
"""What people and events would tell stays empty: these tickets have neither."""
BUILT = [
    *("path:models/staging/zendesk", "business_hours_make_sense"),
    *("business_hours", "business_holidays", "business_schedules"),
    *("int_tickets__unioned", "int_business_intervals__dated", "int_ticket_schedules__assigned"),
    *("int_tickets__dated", "int_ticket_statuses__spanned", "int_ticket_moments__clocked"),
    "int_ticket_durations__measured",
]


def minutes(schedule: str, start: datetime, end: datetime) -> float:
    return (end - start) / timedelta(minutes=1) if schedule == "24x7" else HOURS[schedule].minutes(start, end)


def intervals(count: int) -> list[tuple[str, datetime, datetime]]:
    chance = random.Random(20260329)
    moves = [
        datetime(2026, 3, 29, 1, tzinfo=UTC),
        datetime(2025, 10, 26, 1, tzinfo=UTC),
        datetime(2026, 3, 8, 7, tzinfo=UTC),
        datetime(2025, 11, 2, 6, tzinfo=UTC),
        datetime(2025, 10, 4, 15, 30, tzinfo=UTC),
        datetime(2018, 11, 4, 3, tzinfo=UTC),
        datetime(2018, 2, 18, 2, tzinfo=UTC),
        datetime(2011, 12, 30, 10, tzinfo=UTC),
        datetime(2024, 7, 1, 4, tzinfo=UTC),
    ]
    names = [*SCHEDULES, "24x7"]
    chosen = [(schedule, start, end) for schedule, start, end, _ in VECTORS]
    while len(chosen) < count:
        schedule = chance.choice(names)
        if chance.random() < 0.4:
            start = chance.choice(moves) + timedelta(minutes=chance.randint(-60 * 24, 60 * 24))
        else:
            start = datetime(2010, 1, 1, tzinfo=UTC) + timedelta(seconds=chance.randrange(16 * 365 * 86_400))
        longest = chance.choice([0, 3_600, 86_400, 7 * 86_400, 40 * 86_400, 300 * 86_400])
        end = start + timedelta(seconds=chance.randint(0, longest))
        # Where an end meets an opening or a closing to the second.
        if schedule in SCHEDULES and chance.random() < 0.2:
            for opens, closes in HOURS[schedule].on(end.date()):
                end = max(start, chance.choice([opens, closes]))
        chosen.append((schedule, start, end))
    return chosen


def seeds(folder: Path) -> Path:
    """The project's seeds, with the hours of the test."""
    shutil.copytree(DBT_PROJECT / "seeds", folder)
    rows = [
        ",".join([name, *row[:4], *("" if day in (NEVER, ALWAYS) else day.isoformat() for day in row[4:])])
        for name, own in SCHEDULES.items()
        for row in own
    ]
    (folder / "business_hours.csv").write_text(
        "\n".join(["schedule,weekday,opens,closes,timezone,valid_from,valid_to", *rows, ""])
    )
    closed = [("*", day) for day in sorted(EVERYWHERE)]
    closed += [(name, day) for name, own in HOLIDAYS.items() for day in sorted(own)]
    (folder / "business_holidays.csv").write_text(
        "\n".join(["schedule,holiday_on,name", *(f"{name},{day},closed" for name, day in closed), ""])
    )
    groups = [f"desk,{group},{name},," for group, name in enumerate([*SCHEDULES, "24x7"])]
    (folder / "business_schedules.csv").write_text(
        "\n".join(["source_name,group_id,schedule,valid_from,valid_to", *groups, ""])
    )
    return folder


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> pd.DataFrame:
    """One ticket per interval, created at its start and solved at its end."""
    folder = tmp_path_factory.mktemp("hours")
    database = folder / "community.duckdb"
    groups = {name: group for group, name in enumerate([*SCHEDULES, "24x7"])}
    tickets = pd.DataFrame(
        [
            (number, groups[schedule], start, f'{{"solved_at": "{end.isoformat()}", "reopens": 0}}')
            for number, (schedule, start, end) in enumerate(intervals(10_000))
        ],
        columns=["number", "in_group", "created", "measured"],
    )
    with duckdb.connect(str(database)) as connection:
        connection.execute("set timezone = 'UTC'")
        ensure_tables(connection, read_schema())
        connection.register("tickets", tickets)
        connection.execute(
            """
            insert into raw.zendesk__tickets by name
            select
                number as id, in_group as group_id, created as created_at, created as updated_at,
                'solved' as status, measured as metric_set, 'desk' as _source, created as _extracted_at
            from tickets
            """
        )
        connection.execute("create schema intermediate")
        for name, columns in STAND_INS.items():
            connection.execute(f"create table intermediate.{name} ({columns})")
    build(
        database,
        *("--select", *BUILT),
        *("--exclude", "resource_type:unit_test", "resource_type:test,path:models"),
        as_of=AS_OF,
        seeds=seeds(folder / "seeds"),
    )
    with duckdb.connect(str(database), read_only=True) as connection:
        return connection.execute(
            """
            select tickets.schedule, durations.business_microseconds / 60000000 as minutes
            from intermediate.int_ticket_durations__measured as durations
            inner join intermediate.int_tickets__dated as tickets using (ticket_key)
            where durations.milestone = 'full_resolution'
            order by cast(tickets.source_record_id as bigint)
            """
        ).df()


def test_open_time_is_what_local_clocks_say(found: pd.DataFrame) -> None:
    given = intervals(10_000)
    assert len(found) == len(given)
    wrong = [
        (schedule, start, end, value, expected)
        for (schedule, start, end), said, value in zip(
            given, found["schedule"], found["minutes"], strict=True
        )
        if (expected := minutes(schedule, start, end)) != value or said != schedule
    ]
    assert wrong[:5] == []


def test_vectors(found: pd.DataFrame) -> None:
    assert list(found["minutes"][: len(VECTORS)]) == [expected for *_, expected in VECTORS]
    assert [minutes(*vector[:3]) for vector in VECTORS] == [expected for *_, expected in VECTORS]


def test_the_intervals_touch_every_edge() -> None:
    """Else the comparison would show little."""
    values = [minutes(*given) for given in intervals(10_000)]
    assert sum(value == 0 for value in values) > 500
    assert max(values) > 100_000
    assert instant(date(2011, 12, 30), "09:00", "Pacific/Apia", last=False) == datetime(
        2011, 12, 30, 10, tzinfo=UTC
    )
