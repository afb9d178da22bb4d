"""Programs, from the seeds, the contributions and the posts."""

from __future__ import annotations

from collections import Counter, defaultdict
from datetime import date, timedelta
from typing import Any

import pandas as pd
import pytest

from tests.dbt_project.community.conftest import Community
from tests.dbt_project.community.peers import (
    AUTHORED,
    Person,
    effects,
    month_of,
    peers_of,
    people,
    start_of,
    turns,
)

FAR = pd.Timestamp("2200-01-01", tz="UTC")


@pytest.fixture(scope="module")
def terms(community: Community) -> list[dict[str, Any]]:
    """The seed's rows of people who have an account, as known at the build."""
    members = {
        (row.source_name, row.account_id): row.member_key
        for row in community.rows("select * from intermediate.int_members__resolved")
    }
    found = []
    for row in community.rows("select * from seeds.program_members"):
        key = members.get((row.source_name, row.account_id))
        days = {
            name: None if day is None else pd.Timestamp(day).tz_localize("UTC")
            for name, day in row._asdict().items()
            if name in ("nominated_on", "applied_on", "awarded_on", "ends_on")
        }
        begun = [day for name, day in days.items() if name != "ends_on" and day is not None]
        if key is None or (begun and min(begun) >= community.as_of):
            continue
        dates = {
            name: day if day is not None and day < community.as_of else None for name, day in days.items()
        }
        ends = None if days["ends_on"] is None else days["ends_on"] + pd.Timedelta(days=1)
        awarded = dates["awarded_on"]
        found.append(
            row._asdict()
            | dates
            | {
                "member_key": key,
                "awarded_at": awarded,
                "ends_at": (ends or FAR) if awarded is not None else None,
                "is_in_term": awarded is not None and (ends is None or ends >= community.as_of),
                "outcome": row.outcome
                if days["awarded_on"] is None or (ends and ends < community.as_of)
                else None,
            }
        )
    return found


def test_terms_are_the_seeds_rows(community: Community, terms: list[dict[str, Any]]) -> None:
    def row(each: dict[str, Any]) -> tuple[Any, ...]:
        names = ("program", "member_key", "tier", "expertise_area", "lead", "nominated_on", "applied_on")
        return (
            *(each[name] for name in names),
            each["awarded_at"],
            each["ends_at"],
            each["outcome"],
            each["is_in_term"],
        )

    found = community.rows(
        """
        select program, member_key, tier, expertise_area, lead, nominated_at, applied_at, awarded_at,
            least(ends_at, case when awarded_at is not null then '2200-01-01'::timestamptz end) as ends_at,
            outcome, is_in_term
        from intermediate.int_program_terms__dated
        """
    )
    assert len(found) > 5
    assert Counter(map(tuple, found)) == Counter(map(row, terms))


def test_membership_says_how_far_each_came(community: Community, terms: list[dict[str, Any]]) -> None:
    def stage(term: dict[str, Any]) -> str:
        if term["awarded_at"] is None:
            return term["outcome"] or ("nominated" if term["applied_on"] is None else "applied")
        if term["is_in_term"]:
            return "awarded"
        again = any(
            other["program"] == term["program"]
            and other["member_key"] == term["member_key"]
            and other["awarded_at"] is not None
            and other["awarded_at"] > term["awarded_at"]
            and abs(other["awarded_at"] - term["ends_at"]) <= pd.Timedelta(days=92)
            for other in terms
        )
        return term["outcome"] or ("renewed" if again else "ended")

    def days(earlier: pd.Timestamp | None, later: pd.Timestamp | None) -> int | None:
        return None if earlier is None or later is None else (later - earlier).days

    expected = Counter(
        (
            term["program"],
            term["member_key"],
            stage(term),
            days(term["nominated_on"], term["applied_on"]),
            days(term["applied_on"], term["awarded_at"]),
            days(term["nominated_on"], term["awarded_at"]),
            days(term["awarded_at"], term["ends_at"] and min(term["ends_at"], community.as_of)),
        )
        for term in terms
    )
    found = community.rows(
        """
        select program, member_key, stage, days_nominated_to_applied, days_applied_to_awarded,
            days_nominated_to_awarded, days_in_term
        from marts.program_membership
        """
    )
    assert Counter(map(tuple, found)) == expected


def test_retention_counts_terms_by_the_cycle_they_end_in(community: Community) -> None:
    cycles = defaultdict(list)
    for row in community.rows("select * from seeds.award_cycles order by cut_off_on"):
        cycles[row.program].append((row.cut_off_on.date(), row.cycle))

    def cycle(program: str, last_day: date) -> str:
        before = [each for each in cycles[program] if each[0] <= last_day]
        if not before or (
            before[-1] == cycles[program][-1]
            and last_day >= before[-1][0].replace(year=before[-1][0].year + 1)
        ):
            return str(last_day.year)
        return str(before[-1][1])

    expected: dict[tuple[str, str], Counter[str]] = defaultdict(Counter)
    for row in community.rows(
        "select * from marts.program_membership where awarded_at is not null and ends_at is not null"
    ):
        key = (row.program, cycle(row.program, (row.ends_at - pd.Timedelta(days=1)).date()))
        expected[key].update([row.stage] if row.is_in_term else ["due", row.stage])
    found = community.rows("select * from marts.program_retention")
    assert {(row.program, row.cycle) for row in found} == set(expected)
    for row in found:
        counts = expected[row.program, row.cycle]
        assert (
            row.due,
            row.renewed,
            row.lapsed,
            row.emeritus,
            row.hired,
            row.not_recorded,
            row.still_running,
        ) == tuple(
            counts[name] for name in ("due", "renewed", "lapsed", "emeritus", "hired", "ended", "awarded")
        )
        known = counts["due"] - counts["ended"]
        assert row.renewed_ratio == (pytest.approx(counts["renewed"] / known) if known else None)


def test_members_wait_for_what_nobody_replied_to(community: Community, terms: list[dict[str, Any]]) -> None:
    inside = {term["member_key"] for term in terms if term["is_in_term"]}
    bots = {
        row.member_key
        for row in community.rows(
            "select member_key from intermediate.int_staff_periods__unioned where role = 'bot'"
        )
    }
    topics: dict[str, list[Any]] = defaultdict(list)
    for post in community.rows("select * from intermediate.int_posts__classified where is_counted"):
        topics[post.topic_key].append(post)
    expected = set()
    for topic, posts in topics.items():
        opener = next((post for post in posts if post.kind == "topic"), None)
        if opener is None or not opener.is_question or opener.member_key not in inside:
            continue
        replied = any(post.member_key not in bots | {opener.member_key} for post in posts)
        if not replied and not any(post.is_accepted and post.kind == "reply" for post in posts):
            expected.add(("question", topic, (community.as_of - opener.created_at).days))
    requests = {row.request_key: row for row in community.rows("select * from marts.fct_feature_request")}
    for key, request in requests.items():
        root = requests[request.root_request_key]
        if request.member_key in inside and root.stage in ("submitted", "responded", "planned", "started"):
            expected.add(("request", key, (community.as_of - request.submitted_at).days))
        elif request.member_key in inside and root.stage == "completed":
            expected.add(("shipped", key, None))
    for report in community.rows(
        """
        select reports.*, tickets.solved_at from intermediate.int_bug_reports__mapped as reports
        inner join marts.fct_ticket as tickets using (ticket_key)
        """
    ):
        if report.member_key in inside and report.outcome is None and report.solved_at is None:
            expected.add(("bug_report", report.ticket_key, (community.as_of - report.reported_at).days))
    found = community.rows("select item_kind, item_key, days_waiting from marts.program_member_waiting")
    assert any(kind == "question" for kind, *_ in expected)
    assert set(map(tuple, found)) == expected


def test_renewals_show_the_last_twelve_months(community: Community, terms: list[dict[str, Any]]) -> None:
    soon = community.as_of + pd.Timedelta(days=90)
    due = [term for term in terms if term["is_in_term"] and term["ends_at"] <= soon]
    found = community.rows("select * from marts.program_renewals")
    assert Counter((row.program, row.member_key, row.ends_at) for row in found) == Counter(
        (term["program"], term["member_key"], term["ends_at"]) for term in due
    )
    since = community.as_of.replace(year=community.as_of.year - 1)
    price = community.rows("select * from seeds.ticket_prices")
    assert len(price) == 1, "one price for all times"
    last_over = month_of(community.known_until) - 1
    for row in found:
        events = community.rows(
            f"""
            select *, kind in {AUTHORED} as is_authored from marts.fct_contribution
            where member_key = '{row.member_key}'
            """
        )
        recent = [event for event in events if event.occurred_at >= since]
        helped = {
            post.opener_member_key
            for post in community.rows(
                "select * from intermediate.int_posts__classified where is_answer"
                f" and member_key = '{row.member_key}'"
            )
            if post.created_at >= since and (post.is_credited_accept or post.likes > 0)
        }
        thirds = sum(event.te_thirds for event in recent)
        authored = [event for event in events if event.is_authored]
        assert row.authored == sum(event.is_authored for event in recent)
        assert row.answers == sum(event.is_answer for event in recent)
        assert row.accepted_answers == sum(event.kind == "accepted_answer" for event in recent)
        assert row.likes_received == sum(event.quantity for event in recent if event.kind == "like_received")
        assert row.people_helped == len(helped)
        assert row.ticket_equivalents == pytest.approx(thirds / 3)
        assert row.value_usd == pytest.approx(thirds * float(price[0].price_usd) / 3)
        assert row.last_contribution_at == max((event.occurred_at for event in authored), default=None)
        assert row.active_months == len(
            {month_of(event.occurred_at) for event in authored} & set(range(last_over - 11, last_over + 1))
        )
        assert f"{row.answers:,} answer" in row.sentence


def test_benefits_cost_what_each_day_costs(community: Community, terms: list[dict[str, Any]]) -> None:
    rules = community.rows("select * from seeds.benefits")
    price = float(community.rows("select * from seeds.ticket_prices")[0].price_usd)
    cost: dict[tuple[str, str, int], float] = defaultdict(float)
    members: dict[tuple[str, str, int], set[str]] = defaultdict(set)
    paid = set()
    for term in sorted(
        (each for each in terms if each["awarded_at"] is not None), key=lambda each: each["awarded_at"]
    ):
        program, tier = term["program"], term["tier"] or "none"
        day, last = term["awarded_at"], min(term["ends_at"], community.as_of) - pd.Timedelta(days=1)
        while day <= last:
            for each in (tier, "all"):
                key = (program, each, month_of(day))
                members[key].add(term["member_key"])
                for number, rule in enumerate(rules):
                    holds = (rule.valid_from is None or rule.valid_from <= day.tz_localize(None)) and (
                        rule.valid_to is None or rule.valid_to >= day.tz_localize(None)
                    )
                    if rule.program != program or rule.tier not in (tier, "*") or not holds:
                        continue
                    if rule.per == "term":
                        cost[key] += float(rule.cost_usd) if day == term["awarded_at"] else 0
                        continue
                    once = (key, term["member_key"], tier, number, day)
                    if once not in paid:
                        paid.add(once)
                        length = day.days_in_month if rule.per == "month" else 365 + day.is_leap_year
                        cost[key] += float(rule.cost_usd) / length
            day += timedelta(days=1)
    value: dict[tuple[str, str, int], int] = defaultdict(int)
    for event in community.rows("select * from marts.fct_contribution where te_thirds > 0"):
        held = {
            (term["program"], tier)
            for term in terms
            if term["member_key"] == event.member_key
            and term["awarded_at"] is not None
            and term["awarded_at"] <= event.occurred_at < term["ends_at"]
            for tier in (term["tier"] or "none", "all")
        }
        for program, tier in held:
            value[program, tier, month_of(event.occurred_at)] += event.te_thirds
    costed = {rule.program for rule in rules}
    found = community.rows("select * from marts.program_benefits")
    assert {(row.program, row.tier, month_of(row.month)) for row in found} == set(members)
    for row in found:
        key = (row.program, row.tier, month_of(row.month))
        assert row.members == len(members[key])
        assert row.cost_usd == (pytest.approx(cost[key]) if row.program in costed else None)
        assert row.value_usd == pytest.approx(value[key] * price / 3)
        assert row.ticket_equivalents == pytest.approx(value[key] / 3)
        assert row.is_complete == (start_of(key[2] + 1) <= community.known_until)


def test_portfolios_hold_what_the_terms_name(community: Community, terms: list[dict[str, Any]]) -> None:
    portfolios: dict[tuple[Any, ...], set[str]] = defaultdict(set)
    for term in terms:
        if term["is_in_term"] and term["lead"] is not None:
            key = (term["lead"], term["program"], term["expertise_area"], term["region"])
            portfolios[key].add(term["member_key"])
    trajectory = {
        row.member_key: row.trajectory
        for row in community.rows(
            "select member_key, trajectory, month from marts.member_trajectory order by month"
        )
    }
    waiting = Counter(
        row.member_key
        for row in community.rows("select * from marts.program_member_waiting where item_kind != 'shipped'")
    )
    candidates = community.rows(
        "select * from marts.award_candidates where is_eligible and cycle = 'current'"
    )
    spaces = community.rows(
        """
        select areas.expertise_area, health.is_starved, health.recent_unanswered_questions
        from intermediate.int_space_areas__mapped as areas
        left join marts.space_health as health using (space_key)
        """
    )
    found = community.rows("select * from marts.lead_portfolio")
    assert {(row.lead, row.program, row.expertise_area, row.region) for row in found} == set(portfolios)
    for row in found:
        inside = portfolios[row.lead, row.program, row.expertise_area, row.region]
        best: dict[str, tuple[int, int, str, str]] = {}
        for each in candidates:
            if each.program != row.program or row.expertise_area not in (None, each.expertise_area):
                continue
            if row.region in (None, each.region):
                place, thirds, *_ = best.get(each.member_key, (10**6, 0))
                rank = min(place, each.rank_in_area)
                best[each.member_key] = (
                    rank,
                    min(thirds, -each.te_thirds),
                    each.member_key,
                    each.display_name,
                )
        theirs = [each for each in spaces if row.expertise_area in (None, each.expertise_area)]
        assert row.members == len(inside)
        assert row.leaving_members == sum(trajectory.get(key) in ("fading", "gone") for key in inside)
        assert row.waiting_items == sum(waiting[key] for key in inside)
        assert row.candidates == len(best)
        assert row.best_candidate_names == (", ".join(name for *_, name in sorted(best.values())[:3]) or None)
        assert row.spaces == len(theirs)
        assert row.starved_spaces == sum(bool(each.is_starved) for each in theirs)
        assert row.unanswered_questions == sum(each.recent_unanswered_questions or 0 for each in theirs)


@pytest.fixture(scope="module")
def everybody(community: Community) -> dict[str, Person]:
    return people(community)


@pytest.mark.parametrize("kind", ["award", "certification"])
def test_peers_and_effects(
    kind: str, community: Community, everybody: dict[str, Person], terms: list[dict[str, Any]]
) -> None:
    first: dict[tuple[str, str], pd.Timestamp] = {}
    if kind == "award":
        times = [(term["program"], term["member_key"], term["awarded_at"]) for term in terms]
    else:
        times = [
            (row.course, row.member_key, row.occurred_at)
            for row in community.rows(
                "select * from intermediate.int_certifications__unioned where event = 'certified'"
            )
        ]
    for subject, member, when in times:
        if when is not None:
            first[subject, member] = min(first.get((subject, member), when), when)
    all_turns = turns(first)
    turned: dict[str, int] = {}
    for turn in all_turns:
        turned[turn.member_key] = min(turned.get(turn.member_key, turn.turned_month), turn.turned_month)
    matches = {
        turn: peers_of(turn, everybody, turned) if start_of(turn.month + 7) <= community.known_until else []
        for turn in all_turns
    }
    expected = {
        (turn.subject, turn.member_key, turn.is_placebo, rank): peer
        for turn, peers in matches.items()
        for rank, peer in enumerate(peers, start=1)
    }
    found = community.rows(f"select * from intermediate.int_peers__matched where kind = '{kind}'")
    # Few are awarded in a small community, and fewer have peers; certificates are common.
    assert len(found) > 10 or kind == "award"
    assert {
        (row.subject, row.member_key, row.is_placebo, row.peer_rank): row.peer_member_key for row in found
    } == expected
    wanted = effects(all_turns, matches, everybody, community.known_until)
    lines = community.rows(f"select * from intermediate.int_peer_effects__estimated where kind = '{kind}'")
    assert {(line.subject, line.is_placebo) for line in lines} == set(wanted)
    for line in lines:
        effect = wanted[line.subject, line.is_placebo]
        assert (line.turning_points, line.open_points, line.staff_points, line.matched, line.unmatched) == (
            effect.points,
            effect.open_points,
            effect.staff,
            effect.matched,
            effect.unmatched,
        )
        for values, mean, error in (
            (effect.activity, line.activity_effect, line.activity_standard_error),
            (effect.help, line.help_effect, line.help_standard_error),
        ):
            if len(values) < 10:
                assert (mean, error) == (None, None)
            else:
                assert mean == pytest.approx(sum(values) / len(values), abs=1e-12)
                assert error == pytest.approx(pd.Series(values).sem(), abs=1e-12)
