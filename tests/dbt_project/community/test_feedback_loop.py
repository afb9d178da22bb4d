"""Whether voters are told what shipped, and stay: against a plain look at each request, vote and post."""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from typing import Any

import pandas as pd
import pytest
from lifelines import KaplanMeierFitter

from tests.dbt_project.community.conftest import Community

QUARTER = pd.Timedelta(days=90)


@pytest.fixture(scope="module")
def shipped(community: Community) -> list[Any]:
    return community.rows("select * from marts.feedback_loop order by request_key")


@pytest.fixture(scope="module")
def votes(community: Community) -> dict[str, dict[str, pd.Timestamp]]:
    """The first vote of each person for each request or one merged into it, from the votes themselves."""
    first: defaultdict[str, dict[str, pd.Timestamp]] = defaultdict(dict)
    for vote in community.rows(
        """
        select
            requests.root_request_key as request_key, min(votes.voted_at) as voted_at,
            coalesce(votes.member_key, votes.account_id) as person
        from intermediate.int_votes__unioned as votes
        inner join intermediate.int_requests__staged as requests using (request_key)
        group by all
        """
    ):
        first[vote.request_key][vote.person] = vote.voted_at
    return first


def test_every_completed_request_is_there_and_who_was_told_of_it(
    community: Community, shipped: list[Any], votes: dict[str, dict[str, pd.Timestamp]]
) -> None:
    updates = defaultdict(list)
    for update in community.rows(
        """
        select source_name || ':' || suggestion_id as request_key, created_at, mail_sent_count
        from staging.stg_uservoice__status_updates
        where has_notified_supporters and not is_deleted order by created_at
        """
    ):
        updates[update.request_key].append(update)
    completed = {
        row.request_key: row.completed_at
        for row in community.rows("select * from marts.fct_feature_request where stage = 'completed'")
    }
    assert {row.request_key: row.shipped_at for row in shipped} == completed
    seen = set()
    for row in shipped:
        told = None
        if row.shipped_at is not None:
            later = [each for each in updates[row.request_key] if each.created_at >= row.shipped_at]
            told = later[0] if later else None
        assert row.told_at == (told and told.created_at)
        assert row.mail_sent_count == (told and told.mail_sent_count)
        assert row.is_told == (None if row.shipped_at is None else told is not None)
        own = votes[row.request_key].values()
        assert row.voters == sum(row.shipped_at is None or at <= row.shipped_at for at in own)
        if told is not None:
            assert row.days_to_telling == (told.created_at - row.shipped_at).days
            assert row.told_voters == row.voters
        seen.add(row.is_told)
    assert seen >= {True, False}


def test_who_stayed_beside_who_would_have(
    community: Community, shipped: list[Any], votes: dict[str, dict[str, pd.Timestamp]]
) -> None:
    times = defaultdict(list)
    for row in community.rows(
        """
        select member_key, occurred_at from intermediate.int_contributions__unioned
        where is_authored order by occurred_at
        """
    ):
        times[row.member_key].append(row.occurred_at)
    staff = defaultdict(list)
    for row in community.rows("select * from intermediate.int_staff_periods__unioned"):
        staff[row.member_key].append((row.starts_at, row.ends_at))
    requests = community.rows("select * from intermediate.int_requests__staged where stage <> 'merged'")

    def is_active(person: str, start: pd.Timestamp, end: pd.Timestamp) -> bool:
        place = bisect_left(times[person], start)
        return place < len(times[person]) and times[person][place] < end

    def is_open(request: Any, at: pd.Timestamp) -> bool:
        if request.stage in ("completed", "declined"):
            ended = request.reached_completed_at if request.stage == "completed" else request.exit_declined_at
            return ended is not None and ended > at
        return True

    compared = 0
    for row in shipped:
        at = row.shipped_at
        assert row.is_complete == (at is not None and at + QUARTER <= community.known_until)
        if not row.is_complete:
            assert row.voters_active_before is None and row.others_stayed_ratio is None
            continue
        own = votes[row.request_key]
        others = {
            person
            for each in requests
            if each.request_key != row.request_key
            and abs(each.submitted_at - row.submitted_at) <= QUARTER
            and is_open(each, at)
            for person, voted_at in votes[each.request_key].items()
            if voted_at <= at and person not in own
        }
        voters = {person for person, voted_at in own.items() if voted_at <= at}
        sides = []
        for people in (voters, others):
            before = {
                person
                for person in people
                if is_active(person, at - QUARTER, at)
                and not any(start <= at < end for start, end in staff.get(person, ()))
            }
            sides += [len(before), sum(is_active(person, at, at + QUARTER) for person in before)]
        assert sides == [
            row.voters_active_before,
            row.voters_active_after,
            row.others_active_before,
            row.others_active_after,
        ]
        if sides[0] and sides[2]:
            compared += 1
            assert row.stayed_difference == pytest.approx(
                sides[1] / sides[0] - sides[3] / sides[2], abs=1e-12
            )
    assert compared > 20


def test_the_summary_weighs_others_by_voters(community: Community, shipped: list[Any]) -> None:
    names = {True: "told", False: "not told", None: "unknown"}
    groups = defaultdict(list)
    for row in shipped:
        years = ["all"] if row.shipped_at is None else ["all", str(row.shipped_at.year)]
        for year in years:
            groups[year, "all"].append(row)
            groups[year, names[row.is_told]].append(row)
    found = community.rows("select * from marts.feedback_loop_summary")
    assert {(row.period, row.told_group) for row in found} == set(groups)
    for row in found:
        own = groups[row.period, row.told_group]
        known = [each for each in own if each.is_told is not None]
        assert (row.shipped_requests, row.unknown_requests) == (len(own), len(own) - len(known))
        assert row.told_requests == sum(each.is_told for each in known)
        assert row.told_share == (row.told_requests / len(known) if known else None)
        matched = [
            each
            for each in own
            if each.is_complete and each.voters_active_before and each.others_active_before
        ]
        assert row.compared_requests == len(matched)
        voters = sum(each.voters_active_before for each in matched)
        assert row.voters_active_before == voters
        if matched:
            expected = sum(each.voters_active_before * each.others_stayed_ratio for each in matched) / voters
            assert row.others_stayed_ratio == pytest.approx(expected, abs=1e-12)
            stayed = sum(each.voters_active_after for each in matched) / voters
            assert row.stayed_difference == pytest.approx(stayed - expected, abs=1e-12)
        if row.told_group == "all" and known:
            days = [
                each.days_to_telling if each.is_told else (community.as_of - each.shipped_at).days
                for each in known
            ]
            curve = KaplanMeierFitter().fit(days, [each.is_told for each in known]).survival_function_
            untold = curve["KM_estimate"][curve.index >= 0]
            for share, value in ((0.5, row.telling_median_days), (0.1, row.telling_p90_days)):
                reached = [day for day, ratio in untold.items() if ratio <= share + 1e-12 and (day in days)]
                assert value == (int(reached[0]) if reached else None)
