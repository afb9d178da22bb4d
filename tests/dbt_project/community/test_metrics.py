"""Metrics of a whole community, worked out once more from its single contributions, requests and tickets."""

from __future__ import annotations

from collections.abc import Hashable

import pandas as pd
import pytest

from tests.dbt_project.community.conftest import Community

AUTHORED = ("topic", "reply", "article", "feature_request", "vote", "comment", "bug_report", "activity")


@pytest.fixture(scope="module")
def values(community: Community) -> pd.DataFrame:
    """All values, months numbered."""
    frame = community.frame("select * from marts.metric_values order by metric_name, month")
    frame["number"] = _number(frame["month"])
    return frame


@pytest.fixture(scope="module")
def acts(community: Community) -> pd.DataFrame:
    """Every contribution, with its day and numbered month; those of programs marked."""
    frame = community.frame(
        """
        select contribution.*, member.role is not distinct from 'bot' as is_bot
        from marts.fct_contribution as contribution
        left join marts.dim_member as member on contribution.member_key = member.member_key
        """
    )
    frame["day"] = frame["occurred_at"].dt.tz_convert("UTC").dt.tz_localize(None).dt.normalize()
    frame["number"] = _number(frame["day"])
    return frame


def _number(days: pd.Series) -> pd.Series:
    """Months as numbers in a row."""
    moments = pd.to_datetime(days)
    if moments.dt.tz is not None:
        moments = moments.dt.tz_convert("UTC")
    months: pd.Series = moments.dt.year * 12 + moments.dt.month - 1
    return months


def _told(values: pd.DataFrame, name: str) -> dict[int, float]:
    """The known values of a metric by numbered month."""
    rows = values[(values["metric_name"] == name) & values["value"].notna()]
    return dict(zip(rows["number"], rows["value"], strict=True))


def _agrees(values: pd.DataFrame, name: str, computed: pd.Series) -> None:
    told = _told(values, name)
    assert len(told) >= 24
    expected: dict[Hashable, float] = computed.dropna().astype(float).to_dict()
    # A month in which nothing happened is nothing in the one, and no row in the other.
    assert {month: value for month, value in told.items() if value} == pytest.approx(
        {month: value for month, value in expected.items() if value}
    )


def test_counts_of_what_people_did(values: pd.DataFrame, acts: pd.DataFrame) -> None:
    acts = acts[~acts["is_bot"]]
    by_kind = acts.groupby(["kind", "number"])["quantity"].sum()
    _agrees(values, "votes", by_kind["vote"])
    _agrees(values, "accepted_answers", by_kind["accepted_answer"])
    _agrees(values, "contributions", acts[acts["kind"].isin(AUTHORED)].groupby("number")["quantity"].sum())
    _agrees(values, "people_who_answered", acts[acts["is_answer"]].groupby("number")["member_key"].nunique())


def test_newcomers_who_come_back(values: pd.DataFrame, acts: pd.DataFrame) -> None:
    months = acts[acts["kind"].isin(AUTHORED)].groupby("member_key")["number"].agg(["min", set])
    for later in (1, 3):
        back = pd.Series(
            [first + later in when for first, when in months.itertuples(index=False)],
            index=months["min"] + later,
        )
        shares = back.groupby(level=0).mean()
        last = values["number"].max()
        _agrees(values, f"retained_month_{later}", shares[shares.index <= last])


def test_what_became_of_the_requests(community: Community, values: pd.DataFrame) -> None:
    requests = community.frame(
        "select submitted_at, has_been_answered, has_been_completed from marts.fct_feature_request "
        "where merged_into_request_key is null and stage not in ('merged', 'duplicate')"
    )
    requests["number"] = _number(requests["submitted_at"])
    months = range(requests["number"].min(), values["number"].max() + 1)
    for metric, column in (
        ("requests_answered_share", "has_been_answered"),
        ("requests_implemented_share", "has_been_completed"),
    ):
        so_far = {month: requests.loc[requests["number"] <= month, column].mean() for month in months}
        _agrees(values, metric, pd.Series(so_far))


def test_tickets_that_came_and_wait(community: Community, values: pd.DataFrame) -> None:
    tickets = community.frame("select created_at from marts.fct_ticket")
    _agrees(values, "tickets_opened", _number(tickets["created_at"]).value_counts())
    waiting = community.rows(
        "select count(*) as tickets from marts.fct_ticket where not is_merged and not is_deleted "
        "and status in ('new', 'open', 'pending', 'hold')"
    )
    backlog = values[(values["metric_name"] == "ticket_backlog") & values["is_latest"]]
    assert list(backlog["value"]) == [waiting[0].tickets]


def test_stickiness_of_the_last_complete_day(
    community: Community, values: pd.DataFrame, acts: pd.DataFrame
) -> None:
    last = (community.known_until - pd.Timedelta(days=1)).tz_localize(None)
    window = acts[
        acts["kind"].isin(AUTHORED)
        & ~acts["is_staff_at_time"]
        & ~acts["is_bot"]
        & acts["day"].between(last - pd.Timedelta(days=27), last)
    ]
    days = window.groupby("day")["member_key"].nunique().sum() / 28
    told = values[(values["metric_name"] == "stickiness") & values["is_latest"]]
    assert list(told["value"]) == pytest.approx([days / window["member_key"].nunique()])


def test_share_of_the_five_largest_spaces(values: pd.DataFrame, acts: pd.DataFrame) -> None:
    posts = acts[acts["kind"].isin(["topic", "reply", "feature_request", "comment"])]
    counted = posts.groupby(["number", "space_key"])["quantity"].sum()
    shares = counted.groupby("number").apply(lambda month: month.nlargest(5).sum() / month.sum())
    _agrees(values, "top_five_share", shares)


def test_staff_share_of_replies(community: Community, values: pd.DataFrame) -> None:
    replies = community.frame(
        """
        select reply.occurred_at, reply.is_staff_at_time as is_staff
        from marts.fct_contribution as reply
        inner join marts.fct_contribution as topic
            on reply.topic_key = topic.topic_key and topic.kind = 'topic'
        where reply.kind = 'reply' and reply.member_key <> topic.member_key
        """
    )
    shares = replies.groupby(_number(replies["occurred_at"]))["is_staff"].mean()
    _agrees(values, "staff_reply_share", shares)


def test_a_year_s_change_and_the_month_before(values: pd.DataFrame) -> None:
    contributors = _told(values, "active_contributors")
    change = {
        month: now / contributors[month - 12] - 1
        for month, now in contributors.items()
        if contributors.get(month - 12)
    }
    assert len(change) >= 12
    assert _told(values, "contributors_year_change") == pytest.approx(change)
    before = values.groupby("metric_name")["value"].shift(1)
    pd.testing.assert_series_equal(values["previous_value"], before, check_names=False)


def test_one_headline_a_metric_of_the_newest_known_month(community: Community, values: pd.DataFrame) -> None:
    this_month = (community.as_of - pd.Timedelta(seconds=1)).strftime("%Y-%m")
    last_month = (community.known_until.replace(day=1) - pd.Timedelta(days=1)).strftime("%Y-%m")
    latest = values[values["is_latest"]].set_index("metric_name")
    assert latest.index.is_unique and len(latest) >= 45
    months = pd.to_datetime(latest["month"]).dt.strftime("%Y-%m")
    assert months["ticket_backlog"] == months["program_members"] == this_month
    assert months["active_contributors"] == months["tickets_opened"] == last_month
