"""Expertise, award candidates and their back-test, computed once more from posts, terms and seeds."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from typing import Any

import pandas as pd
import pytest

from tests.dbt_project.community.conftest import Community

MAX = pd.Timestamp("2200-01-01", tz="UTC")
WEIGHTS = {"help": 40, "reach": 20, "quality": 15, "consistency": 15, "sharing": 10}
POINTS = {"article": 10, "activity": 10, "bug": 5, "request": 5}
Key = tuple[str, str]


class Facts:
    """What the computations start from, as Python values."""

    def __init__(self, community: Community) -> None:
        self.as_of = community.as_of
        self.known_until = community.known_until
        self.periods: dict[str, list[tuple[pd.Timestamp, pd.Timestamp, str]]] = defaultdict(list)
        for row in community.rows(
            """
            select member_key, role, greatest(starts_at, '1900-01-01'::timestamptz) as starts_at,
                least(ends_at, '2200-01-01'::timestamptz) as ends_at
            from intermediate.int_staff_periods__unioned
            """
        ):
            self.periods[row.member_key].append((row.starts_at, row.ends_at, row.role))
        self.bots = {who for who, all_of in self.periods.items() if any(p[2] == "bot" for p in all_of)}
        self.posts = [
            post
            for post in community.rows(
                """
                select post_key, kind, member_key, opener_member_key, topic_key, topic_title, created_at,
                    expertise_area, likes, is_accepted, is_in_own_topic, is_question, is_answer
                from intermediate.int_posts__classified where is_counted
                """
            )
            if post.member_key not in self.bots
        ]
        self.authored = community.rows(
            """
            select member_key, kind, occurred_at, expertise_area, is_answer, is_staff_at_time
            from intermediate.int_contributions__unioned where is_authored
            """
        )
        self.terms = community.rows(
            """
            select program, member_key, expertise_area, awarded_at, least(ends_at, '2200-01-01') as ends_at
            from intermediate.int_program_terms__dated where awarded_at is not null
            """
        )
        self.regions = {
            row.member_key: row.region
            for row in community.rows("select member_key, region from marts.dim_member")
        }
        self.first: dict[str, pd.Timestamp] = {}
        for row in self.authored:
            self.first[row.member_key] = min(self.first.get(row.member_key, MAX), row.occurred_at)
        self.shared = self._shared(community)

    @staticmethod
    def _shared(community: Community) -> list[tuple[str, str | None, pd.Timestamp, int]]:
        queries = {
            "activity": """
                select member_key, expertise_area, occurred_at as at
                from intermediate.int_declared_activities__dated
            """,
            "bug": """
                select member_key, expertise_area, reported_at as at
                from intermediate.int_bug_reports__mapped where is_confirmed and member_key is not null
            """,
            "request": """
                select requests.member_key, areas.expertise_area,
                    coalesce(reached_completed_at, submitted_at) as at
                from intermediate.int_requests__staged as requests
                left join intermediate.int_subject_areas__mapped as areas on areas.subject_key = request_key
                where has_been_completed and member_key is not null
            """,
        }
        return [
            (row.member_key, row.expertise_area, row.at, POINTS[kind])
            for kind, query in queries.items()
            for row in community.rows(query)
        ]

    def is_staff(self, who: str, moment: pd.Timestamp) -> bool:
        """Staff, or a bot, in the last instant before `moment`."""
        return any(start < moment <= end for start, end, _ in self.periods.get(who, ()))


@pytest.fixture(scope="module")
def facts(community: Community) -> Facts:
    return Facts(community)


def is_credited(post: Any) -> bool:
    return bool(post.kind == "reply" and post.is_accepted and not post.is_in_own_topic)


def thirds(post: Any) -> int:
    if post.kind != "reply" or post.is_in_own_topic:
        return 0
    return 3 if post.is_accepted else int(post.likes)


def ranks(people: Iterable[str], order: Callable[[str], tuple[Any, ...]]) -> dict[str, int]:
    return {who: place for place, who in enumerate(sorted(people, key=order), start=1)}


def test_expertise_of_every_person_and_area(community: Community, facts: Facts) -> None:
    by_key: dict[Key, list[Any]] = defaultdict(list)
    for post in facts.posts:
        if post.expertise_area is not None:
            by_key[post.member_key, post.expertise_area].append(post)
    in_term: dict[str, set[str | None]] = defaultdict(set)
    for term in facts.terms:
        if term.awarded_at < facts.as_of <= term.ends_at:
            in_term[term.member_key].add(term.expertise_area)
            if term.expertise_area is not None:
                by_key.setdefault((term.member_key, term.expertise_area), [])
    accepts = Counter(post.expertise_area for post in facts.posts if is_credited(post))
    a_year_ago = facts.as_of - pd.DateOffset(years=1)
    z: dict[Key, float] = {}
    te: dict[Key, int] = {}
    answers: dict[Key, int] = {}
    expected: dict[Key, tuple[Any, ...]] = {}
    for (who, area), posts in by_key.items():
        answered = [post for post in posts if post.is_answer]
        asked = sum(post.is_question for post in posts)
        topics = len({post.topic_key for post in answered})
        z[who, area] = (topics - asked) / math.sqrt(topics + asked) if topics + asked else 0.0
        te[who, area] = sum(map(thirds, posts))
        answers[who, area] = len(answered)
        credited = [post for post in posts if is_credited(post)]
        recent = sum(post.created_at >= a_year_ago for post in credited)
        staff = facts.is_staff(who, facts.as_of)
        by_program = area in in_term[who] or (None in in_term[who] and bool(answered))
        expected[who, area] = (
            len(answered),
            asked,
            len(credited),
            sum(post.likes for post in posts),
            len({post.opener_member_key for post in answered if post.likes or is_credited(post)}),
            not staff and (by_program or (recent >= 5 and z[who, area] > 0)),
        )
    rows = community.rows("select * from marts.member_expertise")
    found = {
        (row.member_key, row.expertise_area): (
            row.answers,
            row.questions,
            row.accepted_answers,
            row.likes_received,
            row.people_helped,
            row.is_expert,
        )
        for row in rows
    }
    assert len(found) > 500
    assert found == expected
    for row in rows:
        key = (row.member_key, row.expertise_area)
        assert row.z_score == pytest.approx(z[key], abs=1e-12)
        assert row.ticket_equivalents == pytest.approx(te[key] / 3)
        share = row.accepted_answers / accepts[row.expertise_area] if accepts[row.expertise_area] else None
        assert row.area_accepts_ratio == pytest.approx(share)

    def order(area: str) -> Callable[[str], tuple[Any, ...]]:
        return lambda who: (-z[who, area], -te[who, area], who)

    for area in {area for _, area in expected}:
        ranked = [
            who
            for who, where in expected
            if where == area and answers[who, where] and not facts.is_staff(who, facts.as_of)
        ]
        places = ranks(ranked, order(area))
        in_regions: dict[str, int] = {}
        for region in {facts.regions[who] for who in ranked} - {None}:
            in_regions |= ranks((who for who in ranked if facts.regions[who] == region), order(area))
        of_area = [row for row in rows if row.expertise_area == area]
        assert {row.member_key: row.rank_in_area for row in of_area if row.rank_in_area} == places
        assert {row.member_key: row.rank_in_region for row in of_area if row.rank_in_region} == in_regions


class Work:
    """What a person did in twelve months in an area."""

    def __init__(self) -> None:
        self.te_thirds = self.answers = self.accepts = self.posts = self.shared_here = self.sharing = 0
        self.points = 0
        self.helped: set[str] = set()


def work_of(facts: Facts, start: pd.Timestamp, end: pd.Timestamp) -> dict[Key, Work]:
    """By person and area, with 'all' for everything."""
    work: dict[Key, Work] = defaultdict(Work)
    for post in facts.posts:
        if not start <= post.created_at < end:
            continue
        for area in {post.expertise_area, "all"} - {None}:
            here = work[post.member_key, area]
            here.posts += 1
            here.te_thirds += thirds(post)
            here.answers += post.is_answer
            here.accepts += is_credited(post)
            here.points += (5 if post.kind == "topic" else 2) + post.likes + 10 * is_credited(post)
            if post.is_answer and (post.likes or is_credited(post)):
                here.helped.add(post.opener_member_key)
    anywhere: Counter[str] = Counter()
    for who, area, at, points in facts.shared:
        if start <= at < end:
            work[who, "all"].shared_here += points
            if area is None:
                anywhere[who] += points
            else:
                work[who, area].shared_here += points
    for (who, area), here in work.items():
        here.sharing = here.shared_here + (anywhere[who] if area != "all" else 0)
    return work


def months_of(facts: Facts, end: pd.Timestamp) -> dict[str, int]:
    """In how many of the twelve months before `end` each person contributed."""
    bounds = [end - pd.DateOffset(months=months) for months in range(13)]
    active: dict[str, set[int]] = defaultdict(set)
    for row in facts.authored:
        for months in range(12):
            if bounds[months + 1] <= row.occurred_at < bounds[months]:
                active[row.member_key].add(months)
    return {who: len(months) for who, months in active.items()}


def parts_of(
    people: dict[str, Work], best_of: Iterable[str], months: dict[str, int], accept_ratio: float
) -> dict[str, dict[str, float | None]]:
    """The parts of each person's score, against the best of some of them."""

    def quality(work: Work) -> float:
        return (work.accepts + 10 * accept_ratio) / (work.answers + 10)

    best = [people[who] for who in best_of]
    most = {
        "help": max((work.te_thirds / 3 for work in best), default=0),
        "reach": max((len(work.helped) for work in best), default=0),
        "quality": max(map(quality, best), default=0),
        "sharing": max((work.sharing for work in best), default=0),
    }

    def scaled(amount: float, top: float) -> float | None:
        return min(math.log1p(amount) / math.log1p(top), 1) if top else None

    return {
        who: {
            "help": scaled(work.te_thirds / 3, most["help"]),
            "reach": scaled(len(work.helped), most["reach"]),
            "quality": min(quality(work) / most["quality"], 1) if most["quality"] else None,
            "consistency": months.get(who, 0) / 12,
            "sharing": scaled(work.sharing, most["sharing"]),
        }
        for who, work in people.items()
    }


def score_of(parts: dict[str, float | None]) -> float:
    return sum(WEIGHTS[part] * (value or 0) for part, value in parts.items())


def pool(
    facts: Facts, program: str, end: pd.Timestamp, work: dict[Key, Work], months: dict[str, int], area: str
) -> tuple[dict[str, Work], dict[str, list[str]], dict[str, dict[str, float | None]]]:
    """The people weighed in an area, why some are not eligible, and the parts of their scores."""
    start = end - pd.DateOffset(years=1)
    in_term = {t.member_key for t in facts.terms if t.program == program and t.awarded_at < end < t.ends_at}
    here = {who: mine for (who, where), mine in work.items() if where == area}
    answers = sum(mine.answers for mine in here.values())
    ratio = sum(mine.accepts for mine in here.values()) / answers if answers else 0.0
    reasons: dict[str, list[str]] = {}
    people = {}
    for who, mine in here.items():
        if facts.is_staff(who, end) or not (mine.answers or mine.te_thirds or mine.shared_here):
            continue
        failed = [
            reason
            for reason, fails in (
                ("in term", who in in_term),
                ("first contribution less than 12 months before", facts.first.get(who, MAX) > start),
                ("active in fewer than 6 of 12 months", months.get(who, 0) < 6),
            )
            if fails
        ]
        if failed and not mine.te_thirds:
            continue
        people[who] = mine
        reasons[who] = failed
    eligible = [who for who, failed in reasons.items() if not failed]
    return people, reasons, parts_of(people, eligible, months, ratio)


def test_award_candidates_of_every_cycle(community: Community, facts: Facts) -> None:
    cycles = community.rows("select * from intermediate.int_award_cycles__dated")
    by_list: dict[tuple[str, str, str], list[Any]] = defaultdict(list)
    for row in community.rows("select * from marts.award_candidates"):
        by_list[row.program, row.cycle, row.expertise_area].append(row)
    expected_lists = set()
    computed = {}
    for cycle in cycles:
        end = cycle.cut_off_at
        if end not in computed:
            computed[end] = (work_of(facts, end - pd.DateOffset(years=1), end), months_of(facts, end))
        work, months = computed[end]
        for area in {area for _, area in work} - {"all"}:
            people, reasons, parts = pool(facts, cycle.program, end, work, months, area)
            if not people:
                continue
            expected_lists.add((cycle.program, cycle.cycle, area))
            rows = {row.member_key: row for row in by_list[cycle.program, cycle.cycle, area]}
            assert {who: row.ineligible_reason for who, row in rows.items()} == {
                who: "; ".join(failed) or None for who, failed in reasons.items()
            }
            eligible = {who for who, failed in reasons.items() if not failed}
            scores = {who: score_of(parts[who]) for who in people}
            for who, row in rows.items():
                mine = people[who]
                assert (row.te_thirds, row.people_helped, row.answers, row.accepted_answers) == (
                    mine.te_thirds,
                    len(mine.helped),
                    mine.answers,
                    mine.accepts,
                )
                assert (row.active_months, row.sharing_points, row.posts, row.points) == (
                    months.get(who, 0),
                    mine.sharing,
                    mine.posts,
                    mine.points,
                )
                for part, value in parts[who].items():
                    assert getattr(row, f"{part}_part") == pytest.approx(value, abs=1e-12)
                assert row.score == (pytest.approx(scores[who], abs=1e-9) if eligible else None)

            def order(who: str) -> tuple[Any, ...]:
                return (-round(scores[who], 9), -people[who].te_thirds, who)  # noqa: B023

            assert {who: rows[who].rank_in_area for who in eligible} == ranks(eligible, order)
            for region in {facts.regions[who] for who in eligible} - {None}:
                local = {who for who in eligible if facts.regions[who] == region}
                assert {who: rows[who].rank_in_region for who in local} == ranks(local, order)
            unranked = [row for who, row in rows.items() if who not in eligible or facts.regions[who] is None]
            assert all(row.rank_in_region is None for row in unranked)
    assert len(expected_lists) > 20
    assert set(by_list) == expected_lists


def test_backtest_of_every_finished_cycle(community: Community, facts: Facts) -> None:
    found = {
        (row.program, row.cycle, row.expertise_area, row.ranking, row.k_kind): row
        for row in community.rows("select * from marts.award_backtest")
    }
    checked = 0
    for cycle in community.rows(
        "select * from intermediate.int_award_cycles__dated where cycle != 'current'"
    ):
        start, end = cycle.cut_off_at, cycle.cut_off_at + pd.DateOffset(years=1)
        if end > facts.known_until:
            assert not any(key[:2] == (cycle.program, cycle.cycle) for key in found)
            continue
        terms = [term for term in facts.terms if term.program == cycle.program]
        first_award = {
            who: min(term.awarded_at for term in terms if term.member_key == who)
            for who in {term.member_key for term in terms}
        }
        work, months = work_of(facts, start - pd.DateOffset(years=1), start), months_of(facts, start)
        for area in {area for _, area in work}:
            won = [
                term
                for term in terms
                if start <= term.awarded_at < end and (area == "all" or term.expertise_area == area)
            ]
            firsts = {term.member_key for term in won if term.awarded_at == first_award[term.member_key]}
            renewed = {term.member_key for term in won if term.awarded_at > first_award[term.member_key]}
            people, reasons, parts = pool(facts, cycle.program, start, work, months, area)
            newcomers = [
                who for who, failed in reasons.items() if not failed and first_award.get(who, MAX) >= start
            ]
            values: dict[str, dict[str, float]] = {
                "by score": {who: round(score_of(parts[who]), 9) for who in newcomers},
                "by posts": {who: people[who].posts for who in newcomers},
                "by points": {who: people[who].points for who in newcomers},
            }
            if not newcomers and not won:
                continue
            for ranking, value in values.items():
                listed = sorted(newcomers, key=lambda w: (-value[w], -people[w].te_thirds, w))
                for k_kind, k in (("awards made", len(firsts)), ("ten", 10)):
                    row = found.pop((cycle.program, cycle.cycle, area, ranking, k_kind))
                    hits = len(set(listed[:k]) & firsts)
                    assert (row.k, row.first_awards, row.renewals, row.eligible, row.hits) == (
                        k,
                        len(firsts),
                        len(renewed),
                        len(newcomers),
                        hits,
                    )
                    assert row.first_awards_eligible == len(firsts & set(newcomers))
                    assert row.precision_ratio == (
                        pytest.approx(hits / len(listed[:k])) if listed[:k] else None
                    )
                    assert row.recall_ratio == (pytest.approx(hits / len(firsts)) if firsts else None)
                    assert row.shortlist_was_published == cycle.is_shortlist_published
                    checked += 1
    assert checked > 20
    assert found == {}


def test_expert_of_every_settled_year(community: Community, facts: Facts) -> None:
    rows = community.rows("select * from marts.expert_of_the_year")
    expected = {}
    for year in range(2020, facts.as_of.year + 1):
        start, end = (pd.Timestamp(f"{each}-01-01", tz="UTC") for each in (year, year + 1))
        if end + pd.Timedelta(days=30) > facts.known_until:
            continue
        work, months = work_of(facts, start, end), months_of(facts, end)
        here = {who: mine for (who, area), mine in work.items() if area == "all"}
        answers = sum(mine.answers for mine in here.values())
        ratio = sum(mine.accepts for mine in here.values()) / answers if answers else 0.0
        for program in {term.program for term in facts.terms}:
            days: dict[str, set[pd.Timestamp]] = defaultdict(set)
            for term in facts.terms:
                last = min(term.ends_at, end)
                if term.program == program and max(term.awarded_at, start) < last:
                    days[term.member_key].update(
                        pd.date_range(max(term.awarded_at, start), last, freq="D", inclusive="left")
                    )
            people = {
                who: here[who]
                for who, when in days.items()
                if len(when) >= 181
                and who in here
                and not facts.is_staff(who, end)
                and (here[who].answers or here[who].te_thirds or here[who].shared_here)
            }
            parts = parts_of(people, people, months, ratio)
            scores = {who: score_of(parts[who]) for who in people}
            places = ranks(people, lambda w: (-round(scores[w], 9), -people[w].te_thirds, w))  # noqa: B023
            for who in people:
                expected[program, year, who] = (places[who], len(days[who]), pytest.approx(scores[who]))
    found = {
        (row.program, row.calendar_year, row.member_key): (row.rank_in_program, row.term_days, row.score)
        for row in rows
    }
    assert len(found) >= 2
    assert found == expected
    assert all(row.is_expert_of_the_year == (row.rank_in_program == 1) for row in rows)


def test_fewest_people_an_area_rests_on(community: Community, facts: Facts) -> None:
    a_year_ago = facts.as_of - pd.DateOffset(years=1)
    recent = [
        row
        for row in facts.authored
        if row.expertise_area is not None
        and row.occurred_at >= a_year_ago
        and row.member_key not in facts.bots
    ]

    def fewest(rows: list[Any]) -> int | None:
        counts = sorted(Counter(row.member_key for row in rows).values(), reverse=True)
        taken = 0
        for people, count in enumerate(counts, start=1):
            taken += count
            if 2 * taken >= sum(counts):
                return people
        return None

    rows = community.rows("select * from marts.area_bench_strength")
    assert len(rows) > 3
    for row in rows:
        here = [each for each in recent if each.expertise_area == row.expertise_area]
        answers = [each for each in here if each.is_answer]
        member_answers = [each for each in answers if not each.is_staff_at_time]
        assert (row.contributions, row.answers, row.member_answers) == (
            len(here),
            len(answers),
            len(member_answers),
        )
        assert (
            row.contributor_absence_factor,
            row.answerer_absence_factor,
            row.member_answerer_absence_factor,
        ) == (fewest(here), fewest(answers), fewest(member_answers))
        assert row.staff_answers_ratio == (
            pytest.approx(1 - len(member_answers) / len(answers)) if answers else None
        )


def test_evidence_adds_up_to_the_score(community: Community) -> None:
    rows = community.rows(
        """
        select candidates.score, candidates.ticket_equivalents, candidates.people_helped,
            candidates.active_months, candidates.sharing_points, candidate_key,
            sum(evidence.score_points) as evidence_points,
            max(counts) filter (where part = 'help' and is_summary) as help,
            sum(counts) filter (where part = 'help' and not is_summary) as help_items,
            count(*) filter (where part = 'help' and not is_summary) as help_rows,
            count(*) filter (where part = 'reach' and not is_summary) as reach_rows,
            count(*) filter (where part = 'consistency' and not is_summary) as months,
            sum(counts) filter (where part = 'sharing' and not is_summary) as sharing_items,
            count(*) filter (where part = 'sharing' and not is_summary) as sharing_rows,
            count(*) filter (where is_summary) as sums
        from marts.award_candidates as candidates
        inner join marts.award_candidate_evidence as evidence using (candidate_key)
        where candidates.score is not null
        group by all
        """
    )
    assert len(rows) > 100
    for row in rows:
        assert row.sums == 5
        assert row.evidence_points == pytest.approx(row.score)
        assert row.help == pytest.approx(row.ticket_equivalents)
        if row.help_rows < 10:
            assert (row.help_items or 0) == pytest.approx(row.ticket_equivalents)
        assert row.reach_rows == min(row.people_helped, 10)
        assert row.months == row.active_months
        if row.sharing_rows < 10:
            assert (row.sharing_items or 0) == pytest.approx(row.sharing_points)
    listed = community.frame(
        "select 1 from marts.award_candidates where coalesce(rank_in_area, near_miss_position) <= 25"
    )
    told = community.frame("select distinct candidate_key from marts.award_candidate_evidence")
    assert len(listed) == len(told)


def test_steady_experts_lead_their_areas_and_staff_is_never_a_candidate(community: Community) -> None:
    truth = community.truth("members").dropna(subset=["forum_account_id"])
    accounts = truth.assign(account_id=truth["forum_account_id"].astype(int).astype(str)).merge(
        community.frame(
            "select account_id, member_key from marts.dim_member_account where source_name = 'forum'"
        ),
        on="account_id",
    )
    hired = pd.to_datetime(accounts["hired_at"], utc=True)
    left = pd.to_datetime(accounts["left_at"], utc=True)
    # Some evangelists are hired, others stay what they were.
    works_for_us = accounts["role"].isin(["staff", "bot"]) | hired.notna()
    cycles = community.rows(
        """
        select cycles.cut_off_at, list(candidates.member_key) as people
        from intermediate.int_award_cycles__dated as cycles
        inner join marts.award_candidates as candidates using (program, cycle)
        group by all
        """
    )
    assert len(cycles) > 2
    for cycle in cycles:
        a_day = pd.Timedelta(days=1)
        on_staff = works_for_us & ~(hired > cycle.cut_off_at - a_day) & ~(left < cycle.cut_off_at + a_day)
        assert on_staff.sum() > 2
        assert not set(cycle.people) & set(accounts["member_key"][on_staff])

    places = {
        (row.member_key, row.expertise_area): row.rank_in_area
        for row in community.rows(
            "select member_key, expertise_area, rank_in_area from marts.member_expertise"
        )
    }
    experts = accounts[(accounts["role"] == "expert") & accounts["hired_at"].isna()]
    assert len(experts) >= 2
    for expert in experts.itertuples():
        # More than one expert may share an area, and bursts leave a lot behind.
        assert places[expert.member_key, expert.area] <= 5
