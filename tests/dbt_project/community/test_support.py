"""Support: statuses, waits, business minutes, backlog and times, walked ticket by ticket."""

from __future__ import annotations

from collections import defaultdict
from datetime import date, datetime
from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd
import pytest

from tests.dbt_project.community.conftest import Community
from tests.dbt_project.local_clocks import ALWAYS, NEVER, Hours

ENDED = {"solved", "closed", "deleted"}
Walk = list[tuple[str, datetime]]
"""Each status of a ticket and when it began."""


@pytest.fixture(scope="module")
def tickets(community: Community) -> dict[str, Any]:
    """{ticket: its row in the mart}"""
    rows = community.rows("select * from marts.fct_ticket")
    assert len(rows) > 500
    return {row.ticket_key: row for row in rows}


@pytest.fixture(scope="module")
def changes(community: Community) -> dict[str, list[Any]]:
    """{ticket: its changes of status and group, in order}"""
    found: defaultdict[str, list[Any]] = defaultdict(list)
    for row in community.rows(
        """
        select source_name || ':' || ticket_id as ticket, field, value, change_type, occurred_at
        from staging.stg_zendesk__ticket_event_changes
        where field in ('status', 'group_id') and not is_deleted
        order by change_type <> 'Create', occurred_at, cast(ticket_event_id as bigint)
        """
    ):
        if row.occurred_at <= community.as_of:
            found[row.ticket].append(row)
    return found


@pytest.fixture(scope="module")
def walks(tickets: dict[str, Any], changes: dict[str, list[Any]]) -> dict[str, Walk]:
    walked: dict[str, Walk] = {}
    for key, ticket in tickets.items():
        walk: Walk = []
        for change in changes[key]:
            if change.field == "status" and (not walk or walk[-1][0] != change.value):
                walk.append((change.value, change.occurred_at if walk else ticket.created_at))
        walked[key] = walk
    return walked


@pytest.fixture(scope="module")
def hours(community: Community) -> dict[str, Hours]:
    def day(value: Any, otherwise: date) -> date:
        return otherwise if pd.isna(value) else pd.Timestamp(value).date()

    closed = community.rows("select * from seeds.business_holidays")
    rows = defaultdict(list)
    for row in community.rows("select * from seeds.business_hours"):
        rows[row.schedule].append(
            (
                row.weekday,
                row.opens,
                row.closes,
                row.timezone,
                day(row.valid_from, NEVER),
                day(row.valid_to, ALWAYS),
            )
        )
    return {
        name: Hours(own, {day(each.holiday_on, NEVER) for each in closed if each.schedule in (name, "*")})
        for name, own in rows.items()
    }


def test_a_ticket_stands_in_one_status_after_the_other(community: Community, walks: dict[str, Walk]) -> None:
    found: defaultdict[str, list[Any]] = defaultdict(list)
    for row in community.rows("select * from marts.fct_ticket_status order by ticket_key, interval_number"):
        found[row.ticket_key].append((row.status, row.from_at, row.to_at, row.is_current))
    assert found == {
        key: [
            *((status, begun, ended, False) for (status, begun), (_, ended) in pairwise(walk)),
            (*walk[-1], None, True),
        ]
        for key, walk in walks.items()
    }


def test_a_ticket_goes_by_the_schedule_of_its_first_group(
    community: Community, tickets: dict[str, Any], changes: dict[str, list[Any]]
) -> None:
    rules = {
        (row.source_name, row.group_id): row.schedule
        for row in community.rows("select * from seeds.business_schedules")
    }
    assert len(set(rules.values())) > 2
    for key, ticket in tickets.items():
        groups = [
            each.value for each in changes[key] if each.field == "group_id" and each.change_type == "Create"
        ]
        group = groups[0] if groups else None
        assert ticket.schedule == rules.get((ticket.source_name, group), rules[ticket.source_name, None]), key


def test_minutes_are_those_of_clocks_and_calendars(
    community: Community, tickets: dict[str, Any], walks: dict[str, Walk], hours: dict[str, Hours]
) -> None:
    kinds = {"requester_wait": {"new", "open", "hold"}, "agent_wait": {"pending"}, "on_hold": {"hold"}}
    business = 0
    for key, ticket in tickets.items():
        if ticket.is_merged or ticket.is_deleted:
            assert ticket.first_reply_minutes is ticket.requester_wait_minutes is ticket.is_one_touch is None
            continue
        own = hours.get(ticket.schedule)
        spans = {
            "first_reply": [(ticket.created_at, ticket.first_reply_at)],
            "first_resolution": [(ticket.created_at, ticket.first_solved_at)],
            "full_resolution": [(ticket.created_at, ticket.solved_at)],
        }
        stretches = [
            (status, begun, ended)
            for (status, begun), (_, ended) in pairwise([*walks[key], ("", community.as_of)])
        ]
        for kind, statuses in kinds.items():
            spans[kind] = [(begun, ended) for status, begun, ended in stretches if status in statuses]
        for kind, pieces in spans.items():
            calendar, opened = getattr(ticket, f"{kind}_minutes"), getattr(ticket, f"{kind}_business_minutes")
            if any(ended is None for _, ended in pieces):
                assert calendar is opened is None, (key, kind)
                continue
            expected = sum((ended - begun).total_seconds() / 60 for begun, ended in pieces)
            assert calendar == pytest.approx(expected, abs=1e-6), (key, kind)
            if own:
                expected = sum(own.minutes(begun, ended) for begun, ended in pieces)
                business += 1
            assert opened == pytest.approx(expected, abs=1e-6), (key, kind)
    assert business > 500


def test_replies_and_solutions_are_those_that_were_simulated(
    community: Community, tickets: dict[str, Any]
) -> None:
    truth = community.truth("tickets")
    assert len(truth) == len(tickets)
    for row in truth.itertuples():
        ticket = tickets[f"desk:{row.ticket_id}"]
        assert ticket.reopen_count == row.reopen_count
        assert ticket.reply_count == row.public_replies
        for at in ("first_reply_at", "first_solved_at", "solved_at"):
            told, simulated = getattr(ticket, at), getattr(row, at)
            if at == "solved_at" and ticket.is_deleted:
                continue
            assert (told is None) == pd.isna(simulated), (row.ticket_id, at)
            if told is not None:
                assert abs(told - pd.Timestamp(simulated)) < pd.Timedelta("1s"), (row.ticket_id, at)


def test_the_backlog_is_what_waits_at_midnight(
    community: Community, tickets: dict[str, Any], walks: dict[str, Walk]
) -> None:
    begun: list[datetime] = []
    ended: list[datetime] = []
    opened: list[datetime] = []
    solved: list[datetime] = []
    removed: list[datetime] = []
    for key, walk in walks.items():
        opened.append(walk[0][1])
        waits = False
        last = max((place for place, (status, _) in enumerate(walk) if status not in ENDED), default=-1)
        for place, (status, at) in enumerate(walk):
            if waits and status in ENDED:
                is_merge = tickets[key].is_merged and place == last + 1
                ended.append(at)
                (removed if status == "deleted" or is_merge else solved).append(at)
            elif not waits and status not in ENDED:
                begun.append(at)
            waits = status not in ENDED
    days = community.frame("select * from marts.support_daily order by day")
    first = pd.Timestamp(min(opened)).normalize()
    expected = pd.date_range(first, community.known_until, freq="D")
    assert list(pd.to_datetime(days["day"]).dt.tz_localize("UTC")) == list(expected)
    midnights = [day + pd.Timedelta(days=1) for day in expected]

    def before(times: list[datetime]) -> Any:
        return np.searchsorted(pd.DatetimeIndex(sorted(times)), pd.DatetimeIndex(midnights), side="left")

    assert list(days["backlog"]) == list(before(begun) - before(ended))
    for column, times in (("opened", opened), ("solved", solved), ("removed", removed)):
        assert list(days[column].cumsum()) == list(before(times)), column
    assert days["reopened"].sum() == len(begun) - len(opened) > 20
    assert removed
    assert list(days["is_complete"]) == [midnight <= community.known_until for midnight in midnights]


def test_times_of_a_month_count_waiting_tickets_as_waiting(
    community: Community, tickets: dict[str, Any], hours: dict[str, Hours]
) -> None:
    groups: defaultdict[tuple[Any, str, str], list[Any]] = defaultdict(list)
    for ticket in tickets.values():
        if not ticket.is_merged and not ticket.is_deleted:
            month = ticket.created_at.strftime("%Y-%m-01")
            groups[month, "all", "all"].append(ticket)
            groups[month, "segment", ticket.segment].append(ticket)
            if ticket.space_key:
                groups[month, "space", ticket.space_key].append(ticket)
    found = {
        (str(row.month)[:10], row.dimension, row.dimension_value): row
        for row in community.rows("select * from marts.support_times_monthly")
    }
    assert found.keys() == groups.keys()
    for key, own in groups.items():
        row = found[key]
        solved = [each for each in own if each.solved_at is not None]
        ever = [each for each in own if each.first_solved_at is not None]
        assert row.tickets == len(own)
        assert row.one_touch_ratio == share(each.is_one_touch for each in solved), key
        assert row.reopened_ratio == share(each.reopen_count > 0 for each in ever), key
        for kind, reached_at in (
            ("first_reply", "first_reply_at"),
            ("first_resolution", "first_solved_at"),
            ("full_resolution", "solved_at"),
        ):
            for clock in ("", "business_"):
                cases = []
                for each in own:
                    at = getattr(each, reached_at)
                    until = at or (each.solved_at if kind == "first_reply" else None) or community.as_of
                    schedule = hours.get(each.schedule) if clock else None
                    minutes = (
                        schedule.minutes(each.created_at, until)
                        if schedule
                        else (until - each.created_at).total_seconds() / 60
                    )
                    cases.append((minutes / 60, at is not None))
                for name, left in (("median", 0.5), ("p90", 0.1)):
                    value = getattr(row, f"{kind}_{name}_{clock}hours")
                    expected = quantile(cases, left)
                    assert (value is None) == (expected is None), (key, kind, clock, name)
                    assert value is None or value == pytest.approx(expected, abs=1e-6), (
                        key,
                        kind,
                        clock,
                        name,
                    )


def share(flags: Any) -> float | None:
    listed = list(flags)
    return sum(listed) / len(listed) if listed else None


def quantile(cases: list[tuple[float, bool]], left: float) -> float | None:
    """The first time by which no more than `left` of the cases wait still (Kaplan–Meier)."""
    waiting = 1.0
    times = np.array([time for time, _ in cases])
    reached = np.array([is_reached for _, is_reached in cases])
    for time in sorted(set(times[reached])):
        at_risk = (times >= time).sum()
        waiting *= 1 - ((times == time) & reached).sum() / at_risk
        if waiting <= left + 1e-12:
            return float(time)
    return None
