"""Status histories, demand and voices, computed one request and one vote at a time."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterable
from typing import Any

import pandas as pd
import pytest

from tests.dbt_project.community.conftest import Community

OPEN = frozenset({"submitted", "responded", "planned", "started"})


class Board:
    """Requests, votes and people as the intermediate facts tell them."""

    def __init__(self, community: Community) -> None:
        self.as_of = community.as_of
        self.requests = {
            row.request_key: row
            for row in community.rows(
                "select unioned.*, staged.stage from intermediate.int_requests__unioned as unioned "
                "inner join intermediate.int_requests__staged as staged using (request_key)"
            )
        }
        self.members = {row.member_key: row for row in community.rows("select * from marts.dim_member")}
        self.revenue = dict(
            community.rows("select organization_key, monthly_revenue_usd from marts.dim_organization")
        )
        self.terms = _periods(
            community.rows(
                "select member_key, starts_at, ends_at::timestamp as ends_at "
                "from intermediate.int_program_terms__dated where starts_at is not null"
            )
        )
        self.staff = _periods(
            community.rows(
                "select member_key, starts_at::timestamp as starts_at, ends_at::timestamp as ends_at "
                "from intermediate.int_staff_periods__unioned"
            )
        )
        votes: dict[tuple[str, str], pd.Timestamp] = {}
        for vote in community.rows(
            "select request_key, coalesce(member_key, source_name || ':' || account_id) as voter, voted_at "
            "from intermediate.int_votes__unioned order by voted_at desc"
        ):
            if vote.request_key in self.requests:
                votes[(self.root(vote.request_key), vote.voter)] = vote.voted_at
        self.votes = votes
        self.voters: dict[str, list[str]] = defaultdict(list)
        for root, voter in votes:
            self.voters[root].append(voter)
        self.authors: dict[str, dict[str, pd.Timestamp]] = defaultdict(dict)
        for request in sorted(self.requests.values(), key=lambda row: row.submitted_at, reverse=True):
            if author := request.member_key or self._account(request):
                self.authors[self.root(request.request_key)][author] = request.submitted_at

    def _account(self, request: Any) -> str | None:
        return request.account_id and f"{request.source_name}:{request.account_id}"

    def root(self, request_key: str) -> str:
        """The request at the end of the merges."""
        while parent := self.requests[request_key].merged_into_request_key:
            request_key = parent
        return request_key

    def standing(self, person: str, moment: pd.Timestamp) -> str:
        """What a person was then: staff, program or other."""
        if _holds(self.staff[person], moment):
            return "staff"
        return "program" if _holds(self.terms[person], moment) else "other"

    def fact(self, person: str, name: str) -> Any:
        """What is known of a person."""
        return getattr(self.members[person], name) if person in self.members else None

    def companies(self, people: Iterable[str]) -> set[str]:
        """The known organizations of people."""
        return {key for person in people if (key := self.fact(person, "organization_key"))}

    def monthly_revenue(self, companies: Iterable[str]) -> float | None:
        """Their monthly revenue, as far as it is known."""
        known = [self.revenue[key] for key in sorted(companies) if self.revenue.get(key) is not None]
        return math.fsum(known) if known else None


def _periods(rows: Iterable[Any]) -> dict[str, list[tuple[Any, Any]]]:
    found = defaultdict(list)
    for row in rows:
        found[row.member_key].append((_plain(row.starts_at), _plain(row.ends_at)))
    return found


def _plain(moment: Any) -> Any:
    """Without its time zone, which is UTC: years 1 and 9999 fit in datetime alone."""
    moment = moment.to_pydatetime() if isinstance(moment, pd.Timestamp) else moment
    return moment.replace(tzinfo=None)


def _holds(periods: list[tuple[Any, Any]], moment: pd.Timestamp) -> bool:
    return any(begins <= _plain(moment) < ends for begins, ends in periods)


@pytest.fixture(scope="module")
def board(community: Community) -> Board:
    return Board(community)


def same(left: Any, right: Any) -> bool:
    """Equal, sums of fractions to the last digits."""
    if isinstance(left, float) and right is not None:
        return math.isclose(left, right, rel_tol=1e-12, abs_tol=1e-12)
    return bool(left == right)


def assert_same(expected: dict[Any, tuple[Any, ...]], found: dict[Any, tuple[Any, ...]]) -> None:
    assert expected.keys() == found.keys()
    wrong = {
        key: (expected[key], found[key])
        for key in expected
        if not all(same(left, right) for left, right in zip(expected[key], found[key], strict=True))
    }
    assert not wrong, list(wrong.items())[:5]


def test_statuses_begin_when_they_truly_did(community: Community) -> None:
    truth = community.truth("requests").set_index("suggestion_id")
    found = community.frame(
        "select source_record_id::bigint as id, stage, min(from_at) as began "
        "from marts.fct_feature_request_status group by all"
    )
    dated = 0
    for stage in ("planned", "started", "completed", "declined", "merged"):
        began = found[found["stage"] == stage].set_index("id")["began"]
        known = truth.loc[truth.index.isin(began.index)]
        true = pd.to_datetime(known[f"{stage}_at"], utc=True, format="ISO8601").dropna()
        # What truth gives no date, nobody knows.
        undated = began.index.difference(true.index)
        assert began.loc[undated].isna().all()
        assert truth.loc[undated, "is_undated"].all()
        late = (began.loc[true.index] - true).abs().dropna()
        assert (late < pd.Timedelta(seconds=2)).all()
        dated += len(late)
    assert dated > 100


def test_demand_for_each_request(community: Community, board: Board) -> None:
    since = board.as_of - pd.Timedelta(days=90)
    expected = {}
    for key, request in board.requests.items():
        if request.stage == "merged":
            continue
        given = {voter: board.votes[(key, voter)] for voter in board.voters[key]}
        outside = [voter for voter in given if board.standing(voter, given[voter]) != "staff"]
        segments = Counter(board.fact(voter, "segment") or "unknown" for voter in outside)
        authors = [
            author for author, at in board.authors[key].items() if board.standing(author, at) != "staff"
        ]
        companies = board.companies([*outside, *authors])
        expected[key] = (
            len(given),
            segments["customer"],
            segments["pipeline"],
            segments["prospect"],
            segments["unknown"],
            len(given) - len(outside),
            sum(board.standing(voter, given[voter]) == "program" for voter in outside),
            sum(moment >= since for moment in given.values()),
            len(authors),
            len(companies) or None,
            board.monthly_revenue(companies),
        )
    found = community.rows(
        """
        select
            request_key, votes, customer_votes, pipeline_votes, prospect_votes, unknown_votes, staff_votes,
            program_member_votes, votes_90d, authors, accounts, known_monthly_revenue_usd
        from marts.feature_request_demand
        """
    )
    assert_same(expected, {row.request_key: tuple(row[1:]) for row in found})
    assert sum(row.program_member_votes for row in found) > 0
    assert sum(row.accounts is not None for row in found) > 50


def test_ranks_are_by_each_demand_among_open_requests(community: Community) -> None:
    rows = community.rows("select * from marts.feature_request_demand where is_open")
    for column, rank in (
        ("votes", "votes_rank"),
        ("customer_votes", "customer_votes_rank"),
        ("accounts", "accounts_rank"),
        ("monthly_revenue_usd", "monthly_revenue_rank"),
        ("program_member_votes", "program_member_votes_rank"),
        ("votes_90d", "growth_rank"),
    ):
        known = [row for row in rows if getattr(row, column) is not None]
        ranked = sorted(known, key=lambda row: getattr(row, rank))
        assert [getattr(row, rank) for row in ranked] == list(range(1, len(known) + 1))
        values = [(getattr(row, column), row.votes) for row in ranked]
        if column == "votes":
            values = [(row.votes, row.accounts or -1) for row in ranked]
        assert values == sorted(values, reverse=True)


def test_votes_delivered_by_month(community: Community, board: Board) -> None:
    intervals = defaultdict(list)
    for row in community.rows("select * from marts.fct_feature_request_status"):
        intervals[row.request_key].append(row)

    def stage_before(request: str, moment: pd.Timestamp) -> str | None:
        """The stage a request had just before a moment; None if nobody knows, or it was not there."""
        for row in intervals[request]:
            if row.from_at is None:
                if row.is_current and moment == board.as_of:
                    return str(row.stage)
            elif row.from_at < moment and (row.is_current or (row.to_at is not None and row.to_at >= moment)):
                return str(row.stage)
        return None

    roots = [key for key, request in board.requests.items() if request.stage != "merged"]
    found = {row.month: row for row in community.rows("select * from marts.votes_delivered")}
    first = min(board.requests[key].submitted_at for key in roots).tz_localize(None).to_period("M")
    last = (board.as_of - pd.Timedelta(microseconds=1)).tz_localize(None).to_period("M")
    assert len(found) == (last - first).n + 1
    for month, row in found.items():
        end = min(pd.Timestamp(month).tz_localize("UTC") + pd.DateOffset(months=1), board.as_of)
        stages = {key: stage_before(key, end) for key in roots}
        votes: dict[str, list[str]] = {"completed": [], "open": []}
        for key, stage in stages.items():
            if stage == "completed" or stage in OPEN:
                given = [voter for voter in board.voters[key] if board.votes[(key, voter)] < end]
                votes["completed" if stage == "completed" else "open"] += given
        completed, total = len(votes["completed"]), len(votes["completed"]) + len(votes["open"])
        people = set(votes["completed"]) | set(votes["open"])
        assert same(row.votes_delivered_ratio, completed / total if total else None)
        assert (row.completed_votes, row.completed_votes + row.open_votes) == (completed, total)
        assert (row.completed_supporters, row.supporters) == (len(set(votes["completed"])), len(people))
        assert row.completed_requests == sum(stage == "completed" for stage in stages.values())
        assert row.open_requests == sum(stage in OPEN for stage in stages.values())
        assert row.is_complete == (end <= community.known_until)


def test_whose_voice_it_is(community: Community, board: Board) -> None:
    def groups(person: str, moment: pd.Timestamp) -> dict[str, str]:
        standing = board.standing(person, moment)
        if standing == "staff":
            return dict.fromkeys(("segment", "persona", "program", "organization"), "staff")
        return {
            "segment": board.fact(person, "segment") or "unknown",
            "persona": board.fact(person, "persona") or "unknown",
            "program": "program member" if standing == "program" else "other member",
            "organization": "known" if board.fact(person, "organization_key") else "unknown",
        }

    wishes = [
        ("vote", person, at, groups(person, at), board.requests[key].stage)
        for (key, person), at in board.votes.items()
        if board.requests[key].stage != "merged"
    ]
    for key, request in board.requests.items():
        if request.stage != "merged":
            person = request.member_key or f"{request.source_name}:{request.account_id}"
            then = groups(person, board.authors[key][person])
            wishes.append(("request", person, request.submitted_at, then, request.stage))
    a_year_ago = board.as_of - pd.DateOffset(years=1)
    cells: dict[tuple[Any, str, str], list[Any]] = defaultdict(list)
    for wish in wishes:
        periods: list[Any] = ["all time", wish[2].tz_localize(None).to_period("M").to_timestamp()]
        periods += ["12 months"] if wish[2] >= a_year_ago else []
        for period in periods:
            for dimension, group in wish[3].items():
                cells[(period, dimension, group)].append(wish)
    totals: Counter[tuple[Any, str, str]] = Counter()
    for (period, dimension, _), own in cells.items():
        for wish in own:
            totals[(period, dimension, wish[0])] += 1

    def share(part: int, whole: int) -> float | None:
        return part / whole if whole else None

    expected = {}
    for (period, dimension, group), own in cells.items():
        asked = [wish for wish in own if wish[0] == "request"]
        voted = [wish for wish in own if wish[0] == "vote"]
        people = {wish[1] for wish in own}
        companies = board.companies(people) if group != "staff" else set()
        shipped = sum(wish[4] == "completed" for wish in asked)
        expected[(period, dimension, group)] = (
            len(asked),
            share(len(asked), totals[(period, dimension, "request")]),
            len(voted),
            share(len(voted), totals[(period, dimension, "vote")]),
            len(people),
            len(companies) or None,
            board.monthly_revenue(companies),
            shipped,
            share(shipped, len(asked)),
            share(sum(wish[4] == "completed" for wish in voted), len(voted)),
        )
    columns = (
        "dimension, voice_group, requests, requests_share, votes, votes_share, people, accounts, "
        "monthly_revenue_usd, completed_requests, completed_share, completed_votes_share"
    )
    found = {
        (row[0], row.dimension, row.voice_group): tuple(row[3:])
        for mart, period in (("feedback_voice_monthly", "month"), ("feedback_voice", "period"))
        for row in community.rows(f"select {period}, {columns} from marts.{mart}")
    }
    assert_same(expected, found)
