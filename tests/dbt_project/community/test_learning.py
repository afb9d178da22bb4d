"""Certificates and courses, from the seed and the forum's badges."""

from __future__ import annotations

import re
from collections import defaultdict
from typing import Any

import pandas as pd
import pytest

from tests.dbt_project.community.conftest import Community
from tests.dbt_project.community.peers import month_of, start_of

RANKS = {"enrolled": 0, "module_completed": 1, "completed": 2, "exam_eligible": 3, "certified": 4}
STAGES = ("enrolled", "active", "completed", "exam_eligible", "certified")


def same_name(name: str) -> str:
    return re.sub(r"[\W_]+", " ", name.lower()).strip()


@pytest.fixture(scope="module")
def steps(community: Community) -> list[dict[str, Any]]:
    """Every step of every known person: member_key, course, event, at, expires_at, basis."""
    members = {
        (row.source_name, row.account_id): row.member_key
        for row in community.rows("select * from intermediate.int_members__resolved")
    }
    found = []
    for row in community.rows("select * from seeds.certifications"):
        at = row.occurred_on.tz_localize("UTC")
        expires = None if row.expires_on is None else row.expires_on.tz_localize("UTC") + pd.Timedelta(days=1)
        found.append((row.source_name, row.account_id, row.course, row.event, at, expires, "declared"))
    badges = {
        (row.source_name, row.badge_id): same_name(row.name)
        for row in community.rows("select * from staging.stg_discourse__badges")
    }
    rules = community.rows("select * from seeds.certification_badges")
    for grant in community.rows("select * from staging.stg_discourse__user_badges where not is_deleted"):
        for rule in rules:
            if rule.source_name in (grant.source_name, "*") and same_name(rule.badge_name) == badges.get(
                (grant.source_name, grant.badge_id)
            ):
                step = (
                    grant.source_name,
                    grant.account_id,
                    rule.course,
                    rule.event,
                    grant.granted_at,
                    None,
                    "badge",
                )
                found.append(step)
    return [
        {
            "member": members[step[:2]],
            "course": step[2],
            "event": step[3],
            "at": step[4],
            "expires": step[5],
            "basis": step[6],
        }
        for step in found
        if step[:2] in members and step[4] <= community.as_of
    ]


def test_certificates_told_within_a_month_are_one(community: Community, steps: list[dict[str, Any]]) -> None:
    told: dict[tuple[str, str], list[dict[str, Any]]] = defaultdict(list)
    for step in steps:
        if step["event"] == "certified":
            told[step["member"], step["course"]].append(step)
    expected = {}
    for (member, course), each in told.items():
        groups: list[list[dict[str, Any]]] = []
        for step in sorted(each, key=lambda step: step["at"]):
            if groups and step["at"] - groups[-1][-1]["at"] < pd.Timedelta(days=31):
                groups[-1].append(step)
            else:
                groups.append([step])
        for number, group in enumerate(groups, start=1):
            expires = max((step["expires"] for step in group if step["expires"] is not None), default=None)
            expected[member, course, number] = (
                group[0]["at"],
                expires,
                expires is None or expires >= community.as_of,
                " and ".join(sorted({step["basis"] for step in group})),
            )
    found = community.rows("select * from marts.fct_certification")
    assert len(found) > 5
    assert {
        (row.member_key, row.course, row.certification_number): (
            row.certified_at,
            row.expires_at,
            row.is_valid,
            row.basis,
        )
        for row in found
    } == expected


def test_the_funnel_counts_people_by_their_furthest_step(
    community: Community, steps: list[dict[str, Any]]
) -> None:
    groups: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for step in steps:
        groups[step["course"]].append(step)
        groups["all"].append(step)
    found = {
        (row.course, month_of(row.month)): row
        for row in community.rows("select * from marts.learning_funnel")
    }
    last = month_of(community.as_of - pd.Timedelta(microseconds=1))
    cells = 0
    for course, taken in groups.items():
        for month in range(min(month_of(step["at"]) for step in taken), last + 1):
            row = found[course, month]
            cells += 1
            until = [step for step in taken if month_of(step["at"]) <= month]
            reached = {
                stage: {step["member"] for step in until if RANKS[step["event"]] >= rank}
                for rank, stage in enumerate(STAGES)
            }
            before = {
                stage: {
                    step["member"]
                    for step in until
                    if RANKS[step["event"]] >= rank and month_of(step["at"]) < month
                }
                for rank, stage in enumerate(STAGES)
            }
            told = {
                stage: any(RANKS[step["event"]] == rank for step in until)
                for rank, stage in enumerate(STAGES)
            }
            for stage in STAGES:
                assert getattr(row, stage) == len(reached[stage])
                assert getattr(row, f"newly_{stage}") == len(reached[stage] - before[stage])
            assert row.monthly_learners == len(
                {step["member"] for step in until if month_of(step["at"]) == month}
            )
            for name, part, whole in (
                ("active_ratio", "active", "enrolled"),
                ("certified_ratio", "certified", "active"),
                ("certified_of_completed_ratio", "certified", "completed"),
                ("certified_of_eligible_ratio", "certified", "exam_eligible"),
            ):
                share = len(reached[part]) / len(reached[whole]) if told[whole] else None
                assert getattr(row, name) == (None if share is None else pytest.approx(share))
            assert row.is_complete == (start_of(month + 1) <= community.known_until)
    assert cells == len(found) > 20
