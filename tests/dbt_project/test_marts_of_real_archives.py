"""The marts of real archives, against independent counts over the same files.

The marts are built by the pipeline itself from a sandbox that serves the archives, unless
LODESTAR_TEST_MARTS names a published `community.duckdb` (or a working database) of these sources.
"""

from __future__ import annotations

import os
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from datetime import date
from fractions import Fraction
from pathlib import Path

import duckdb
import pytest

from tests.dbt_project import independent_counts as counts
from tests.end_to_end.pipeline import SHARED, behind_sandbox

ARCHIVES = {
    "delving": "discourse",
    "urho_sample": "discourse",
    "fslang_twothirds": "uservoice",
    "uci_incidents": "zendesk",
}
FORUMS = ["delving", "urho_sample"]
BOARD, DESK = "fslang_twothirds", "uci_incidents"
AS_OF = "2026-12-01T00:00:00+00:00"

pytestmark = pytest.mark.skipif(
    not all((SHARED / name).is_dir() for name in ARCHIVES), reason=f"no archives in {SHARED}"
)


@pytest.fixture(scope="module")
def marts(tmp_path_factory: pytest.TempPathFactory) -> Iterator[duckdb.DuckDBPyConnection]:
    if given := os.environ.get("LODESTAR_TEST_MARTS"):
        database = Path(given)
    else:
        sources = [f"{name}={vendor}:{SHARED / name}" for name, vendor in ARCHIVES.items()]
        with behind_sandbox(sources, tmp_path_factory.mktemp("archives")) as pipeline:
            pipeline.read_and_load()
            pipeline.command("warehouse", "build", "--as-of", AS_OF)
            database = pipeline.database
    with duckdb.connect(str(database), read_only=True) as connection:
        schemas = {
            row[0] for row in connection.execute("select schema_name from duckdb_schemas()").fetchall()
        }
        connection.execute(f"use {'marts' if 'marts' in schemas else 'main'}")
        connection.execute("set timezone = 'UTC'")
        yield connection


@pytest.fixture(scope="module", params=FORUMS)
def forum(request: pytest.FixtureRequest) -> tuple[str, counts.Forum]:
    return request.param, counts.count_forum(SHARED / request.param, AS_OF)


def test_every_person_of_a_forum_gave_what_the_files_say(
    marts: duckdb.DuckDBPyConnection, forum: tuple[str, counts.Forum]
) -> None:
    name, counted = forum
    found = marts.execute(
        """
        select
            accounts.account_id,
            count(*) filter (kind = 'topic'),
            count(*) filter (kind = 'reply'),
            count(*) filter (is_question),
            count(*) filter (is_answer),
            coalesce(sum(quantity) filter (kind = 'like_received'), 0),
            count(*) filter (kind = 'accepted_answer'),
            sum(te_thirds),
            sum(te_thirds_high),
            count(distinct cast(occurred_at as date)) filter (kind in ('topic', 'reply'))
        from fct_contribution as contributions
        inner join dim_member_account as accounts using (member_key, source_name)
        where source_name = ?
        group by accounts.account_id
        """,
        [name],
    ).fetchall()
    expected = [
        (
            account,
            person.topics,
            person.replies,
            person.questions,
            person.answers,
            person.likes_received,
            person.accepted_answers,
            person.te_thirds,
            person.te_thirds_high,
            len(person.days),
        )
        for account, person in counted.people.items()
    ]
    assert sorted(found) == sorted(expected)


def test_totals_of_a_forum(marts: duckdb.DuckDBPyConnection, forum: tuple[str, counts.Forum]) -> None:
    name, counted = forum
    totals = dict(
        marts.execute(
            "select measure, raw_value from reconciliation_totals where source_name = ?", [name]
        ).fetchall()
    )
    assert totals["posts_counted"] == counted.posts
    assert totals["likes"] == counted.likes
    assert totals.get("accepted_answers_flagged", 0) == counted.accepted_flags


def test_posts_by_category(marts: duckdb.DuckDBPyConnection, forum: tuple[str, counts.Forum]) -> None:
    name, counted = forum
    found = marts.execute(
        """
        select spaces.source_record_id, count(*)
        from fct_contribution as contributions
        inner join dim_space as spaces using (space_key)
        where contributions.source_name = ? and contributions.kind in ('topic', 'reply')
        group by all
        """,
        [name],
    ).fetchall()
    assert dict(found) == counted.posts_by_category


def test_posts_and_people_of_each_category_and_month(
    marts: duckdb.DuckDBPyConnection, forum: tuple[str, counts.Forum]
) -> None:
    name, counted = forum
    found = marts.execute(
        """
        select
            year(month), month(month), spaces.source_record_id, posts, people,
            posts / sum(posts) over (partition by month)
        from space_activity_monthly
        inner join dim_space as spaces using (space_key)
        where spaces.source_name = ? and posts > 0
        """,
        [name],
    ).fetchall()
    totals = Counter[counts.Month]()
    for (month, _), authors in counted.authors.items():
        totals[month] += authors.total()
    assert sorted(found) == sorted(
        (
            *month,
            category,
            authors.total(),
            # Programs write posts, but are no people.
            sum(int(account) > 0 for account in authors),
            authors.total() / totals[month],
        )
        for (month, category), authors in counted.authors.items()
    )


def test_how_much_of_a_forum_stands_with_a_few(
    marts: duckdb.DuckDBPyConnection, forum: tuple[str, counts.Forum]
) -> None:
    name, counted = forum
    found = marts.execute(
        """
        select
            year(month), month(month), posts, hhi, hhi_unbiased, spaces_for_half,
            contributor_absence_factor
        from space_concentration
        where source_name = ? and posts > 0
        """,
        [name],
    ).fetchall()
    months = {month for month, _ in counted.authors}
    assert len(found) == len(months) > 20
    for year, month, posts, hhi, hhi_unbiased, for_half, absence_factor in found:
        spaces = [authors.total() for (when, _), authors in counted.authors.items() if when == (year, month)]
        people = sum(
            (authors for (when, _), authors in counted.authors.items() if when == (year, month)),
            Counter[str](),
        )
        # A program's posts are activity, but no person's.
        people = Counter({account: number for account, number in people.items() if int(account) > 0})
        total = sum(spaces)
        assert posts == total
        assert hhi == pytest.approx(sum((number / total) ** 2 for number in spaces), abs=1e-12)
        if total > 1:
            pairs = sum(number * (number - 1) for number in spaces)
            assert hhi_unbiased == pytest.approx(pairs / (total * (total - 1)), abs=1e-12)
        assert for_half == _fewest(spaces)
        assert absence_factor == _fewest(people.values())


def _fewest(numbers: Iterable[int]) -> int | None:
    """How many of the largest it takes for half of the sum."""
    ordered = sorted(numbers, reverse=True)
    held = 0
    for place, number in enumerate(ordered, start=1):
        held += number
        if 2 * held >= sum(ordered):
            return place
    return None


def test_who_waits_for_an_answer_in_a_forum(
    marts: duckdb.DuckDBPyConnection, forum: tuple[str, counts.Forum]
) -> None:
    name, counted = forum
    found = marts.execute(
        """
        select
            spaces.source_record_id, health.topics, health.unanswered_topics, health.questions,
            health.unanswered_questions, health.first_response_median_hours
        from space_health as health
        inner join dim_space as spaces using (space_key)
        where spaces.source_name = ? and health.topics > 0
        """,
        [name],
    ).fetchall()
    assert {row[0] for row in found} == {wait.category for wait in counted.waits}
    for category, topics, unanswered_topics, questions, unanswered_questions, median in found:
        waits = [wait for wait in counted.waits if wait.category == category]
        asked = [wait for wait in waits if wait.is_question]
        assert topics == len(waits)
        assert unanswered_topics == sum(not wait.is_answered for wait in waits)
        assert questions == len(asked)
        assert unanswered_questions == sum(not wait.is_answered for wait in asked)
        if not asked:
            assert median is None
            continue
        # Exact fractions: an estimate of one half to the last digit decides the median.
        cases = [counts.Case(wait.hours, "reached" if wait.is_answered else "waiting") for wait in asked]
        half = counts.quantile(counts.incidence(cases), Fraction(1, 2))
        assert median == (None if half is None else pytest.approx(half))


def test_staff_of_a_forum(marts: duckdb.DuckDBPyConnection, forum: tuple[str, counts.Forum]) -> None:
    name, counted = forum
    found = marts.execute(
        """
        select distinct accounts.account_id
        from fct_contribution as contributions
        inner join dim_member_account as accounts using (member_key, source_name)
        where contributions.source_name = ? and contributions.is_staff_at_time
        """,
        [name],
    ).fetchall()
    assert {account for (account,) in found} == counted.staff


def test_months_add_up_to_the_contributions(marts: duckdb.DuckDBPyConnection) -> None:
    by_month = marts.execute(
        """
        select sum(topics), sum(replies), sum(likes_received), sum(accepted_answers), sum(answers),
            sum(te_thirds), sum(value_usd)
        from member_contribution_monthly
        """
    ).fetchone()
    people = [
        person for name in FORUMS for person in counts.count_forum(SHARED / name, AS_OF).people.values()
    ]  # fmt: skip
    assert by_month is not None
    assert by_month[:6] == (
        sum(person.topics for person in people),
        sum(person.replies for person in people),
        sum(person.likes_received for person in people),
        sum(person.accepted_answers for person in people),
        sum(person.answers for person in people),
        sum(person.te_thirds for person in people),
    )
    assert by_month[6] == pytest.approx(25 * sum(person.te_thirds for person in people))


def test_cohorts_over_all_sources(marts: duckdb.DuckDBPyConnection) -> None:
    months: dict[str, set[counts.Month]] = {}
    for name in FORUMS:
        for account, person in counts.count_forum(SHARED / name, AS_OF).people.items():
            months[f"{name}:{account}"] = person.months
    board: defaultdict[str, set[counts.Month]] = defaultdict(set)
    for stream in ("suggestions", "comments"):
        for record in counts.records(SHARED / BOARD, "uservoice", stream):
            created = record["created_at"]
            board[f"{BOARD}:{record['links']['created_by']}"].add((int(created[:4]), int(created[5:7])))
    months |= board
    found = marts.execute(
        """
        select cohort_month, months_since, cohort_size, active_members
        from retention_cohorts where segment = 'all'
        """
    ).fetchall()
    expected = counts.cohorts(months, last=(2026, 11))
    assert {
        ((first.year, first.month), since): (size, active) for first, since, size, active in found
    } == expected


@pytest.fixture(scope="module")
def requests() -> list[counts.Request]:
    return counts.count_board(SHARED / BOARD, AS_OF)


def test_requests_stand_where_the_files_say(
    marts: duckdb.DuckDBPyConnection, requests: list[counts.Request]
) -> None:
    found = marts.execute(
        """
        select source_record_id, stage, votes, days_to_first_response, has_been_answered
        from fct_feature_request where source_name = ?
        """,
        [BOARD],
    ).fetchall()
    assert sorted(found) == sorted(
        (each.number, each.stage, each.votes, each.first_response_days, each.is_answered) for each in requests
    )


def test_the_funnel_of_each_month(marts: duckdb.DuckDBPyConnection, requests: list[counts.Request]) -> None:
    months: defaultdict[date, list[counts.Request]] = defaultdict(list)
    for each in requests:
        months[date(*each.month, 1)].append(each)
    found = marts.execute(
        """
        select submission_month, requests, completed_requests, declined_requests, open_requests,
            responded_requests
        from feedback_funnel where segment = 'all'
        """
    ).fetchall()
    expected = []
    for month, own in months.items():
        stages = Counter(each.stage for each in own)
        still_open = len(own) - stages["completed"] - stages["declined"]
        answered = sum(each.is_answered for each in own)
        expected.append((month, len(own), stages["completed"], stages["declined"], still_open, answered))
    assert sorted(found) == sorted(expected)


def test_the_headline_of_the_board(marts: duckdb.DuckDBPyConnection, requests: list[counts.Request]) -> None:
    years: defaultdict[str, list[counts.Request]] = defaultdict(list)
    for each in requests:
        years[str(each.month[0])].append(each)
        years["all"].append(each)
    found = marts.execute(
        """
        select period, requests, open_requests, declined_requests, responded_requests, completed_requests,
            completed_share, merged_requests
        from feedback_headline where segment = 'all'
        """
    ).fetchall()
    assert sorted(found) == sorted(
        (
            period,
            len(own),
            sum(each.stage not in ("completed", "declined") for each in own),
            sum(each.stage == "declined" for each in own),
            sum(each.is_answered for each in own),
            sum(each.stage == "completed" for each in own),
            sum(each.stage == "completed" for each in own) / len(own),
            0,
        )
        for period, own in years.items()
    )


@pytest.mark.parametrize("stage", ["first_response", "planned", "started", "completed"])
def test_incidence_of_the_board_over_all_time(
    marts: duckdb.DuckDBPyConnection, requests: list[counts.Request], stage: str
) -> None:
    cases = (
        counts.first_response_cases(requests)
        if stage == "first_response"
        else counts.stage_cases(requests, stage)
    )
    curve = counts.incidence(cases)
    found = marts.execute(
        f"""
        select {stage}_median_days, {stage}_p90_days, {stage}_within_1y_ratio, {stage}_within_2y_ratio
        from feedback_headline where period = 'all' and segment = 'all'
        """
    ).fetchall()
    shares = [counts.share_within(cases, days) for days in (365, 730)]
    assert found == [
        (
            counts.quantile(curve, Fraction(1, 2)),
            counts.quantile(curve, Fraction(9, 10)),
            *(None if share is None else pytest.approx(float(share), abs=1e-12) for share in shares),
        )
    ]


def test_how_long_requests_of_the_board_wait_for_an_answer(
    marts: duckdb.DuckDBPyConnection, requests: list[counts.Request]
) -> None:
    # The files hold one update a request: it ends the first stay, and begins one that lasts.
    cases = counts.first_response_cases(requests)
    curve = counts.incidence(cases)
    found = marts.execute(
        """
        select spells, waiting_spells, undated_count, median_days, p90_days from feedback_stage_times
        where stage = 'submitted' and segment = 'all' and period = 'all'
        """
    ).fetchall()
    assert found == [
        (
            len(requests),
            sum(not each.is_answered for each in requests),
            len(requests) - len(cases),
            counts.quantile(curve, Fraction(1, 2)),
            counts.quantile(curve, Fraction(9, 10)),
        )
    ]


@pytest.mark.parametrize("stage", ["first_response", "planned", "started", "completed"])
def test_days_of_each_month_count_open_requests_as_waiting(
    marts: duckdb.DuckDBPyConnection, requests: list[counts.Request], stage: str
) -> None:
    found = {
        month: (median, p90, one_year, two_years)
        for month, median, p90, one_year, two_years in marts.execute(
            f"""
            select submission_month, {stage}_median_days, {stage}_p90_days, {stage}_within_1y_ratio,
                {stage}_within_2y_ratio
            from feedback_funnel where segment = 'all'
            """
        ).fetchall()
    }
    assert found
    for month, (median, p90, one_year, two_years) in found.items():
        own = [each for each in requests if date(*each.month, 1) == month]
        cases = (
            counts.first_response_cases(own) if stage == "first_response" else counts.stage_cases(own, stage)
        )
        curve = counts.incidence(cases)
        assert median == counts.quantile(curve, Fraction(1, 2)), month
        assert p90 == counts.quantile(curve, Fraction(9, 10)), month
        for ratio, days in ((one_year, 365), (two_years, 730)):
            share = counts.share_within(cases, days)
            assert ratio == (None if share is None else pytest.approx(float(share), abs=1e-9)), month


def test_tickets_are_solved_and_reopened_when_the_events_say(marts: duckdb.DuckDBPyConnection) -> None:
    found = marts.execute(
        """
        select source_record_id, status, first_resolution_minutes, full_resolution_minutes, reopen_count
        from fct_ticket where source_name = ?
        """,
        [DESK],
    ).fetchall()
    assert sorted(found) == sorted(
        (each.number, each.status, each.first_resolution_minutes, each.full_resolution_minutes, each.reopens)
        for each in counts.count_desk(SHARED / DESK)
    )


def test_the_backlog_of_each_day_is_what_the_events_leave(marts: duckdb.DuckDBPyConnection) -> None:
    found = marts.execute(
        """
        select cast(day as varchar), opened, reopened, solved, backlog, removed
        from support_daily where source_name = ? order by day
        """,
        [DESK],
    ).fetchall()
    counted = counts.count_days_of_desk(SHARED / DESK)
    assert len(found) > len(counted) > 60
    backlog = 0
    for day, *numbers, waiting, removed in found:
        opened, reopened, solved, backlog = counted.get(day, (0, 0, 0, backlog))
        assert (numbers, waiting, removed) == ([opened, reopened, solved], backlog, 0), day
    assert backlog == 0


def test_who_waited_for_whom_at_the_desk(marts: duckdb.DuckDBPyConnection) -> None:
    found = marts.execute(
        """
        select source_record_id, requester_wait_minutes, agent_wait_minutes, on_hold_minutes
        from fct_ticket where source_name = ?
        """,
        [DESK],
    ).fetchall()
    assert {number: tuple(waits) for number, *waits in found} == counts.count_waits_of_desk(SHARED / DESK)


@pytest.mark.parametrize("milestone", ["first_resolution", "full_resolution"])
def test_half_of_the_tickets_of_a_month_were_solved_by_the_median(
    marts: duckdb.DuckDBPyConnection, milestone: str
) -> None:
    created = {
        str(ticket["id"]): ticket["created_at"][:7]
        for ticket in counts.records(SHARED / DESK, "zendesk", "tickets")
    }
    times: defaultdict[str, list[float]] = defaultdict(list)
    for ticket in counts.count_desk(SHARED / DESK):
        minutes = getattr(ticket, f"{milestone}_minutes")
        times[created[ticket.number]].append(minutes / 60)
    found = marts.execute(
        f"""
        select
            strftime(month, '%Y-%m'), tickets, {milestone}_median_hours, {milestone}_p90_hours,
            {milestone}_median_business_hours
        from support_times_monthly where dimension = 'all'
        """
    ).fetchall()
    # Every incident ended, so the estimate is the first time by which half, or nine tenths, are in.
    assert sorted(found) == [
        (
            month,
            len(own),
            pytest.approx(sorted(own)[-(-len(own) // 2) - 1]),
            pytest.approx(sorted(own)[-(-len(own) * 9 // 10) - 1]),
            pytest.approx(sorted(own)[-(-len(own) // 2) - 1]),
        )
        for month, own in sorted(times.items())
    ]
