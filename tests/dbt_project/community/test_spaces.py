"""Spaces: activity, concentration, health, who waits, what is missing; counted again from single posts."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from typing import Any

import numpy as np
import pandas as pd
import pytest
from lifelines import KaplanMeierFitter

from tests.dbt_project.community.conftest import Community

HEALTH_DAYS, WAITING_HOURS, ACTIVE_DAYS, FEWEST_ANSWERS, QUESTIONS_A_TURN = 180, 48, 30, 3, 10
REPEAT_DAYS = 30


def close(left: Any, right: Any) -> bool:
    """Equal, both missing, or equal but for rounding noise."""
    if pd.isna(left) or pd.isna(right):
        return bool(pd.isna(left) and pd.isna(right))
    if isinstance(left, (int, float, np.number)) and not isinstance(left, bool):
        return math.isclose(float(left), float(right), rel_tol=1e-9, abs_tol=1e-9)
    return bool(left == right)


def differences(found: pd.DataFrame, expected: pd.DataFrame, keys: list[str]) -> list[str]:
    """What differs between two tables of the same keys, cell by cell; columns are those of the second."""
    found, expected = found.set_index(keys).sort_index(), expected.set_index(keys).sort_index()
    if list(found.index) != list(expected.index):
        return [f"rows: {sorted(map(str, set(found.index) ^ set(expected.index)))[:10]}"]
    return [
        f"{key} {column}: {found.at[key, column]!r} is not {expected.at[key, column]!r}"
        for column in expected.columns
        for key in list(expected.index)
        if not close(found.at[key, column], expected.at[key, column])
    ]


def month_of(times: Any) -> Any:
    return times.dt.tz_convert("UTC").dt.tz_localize(None).dt.to_period("M").dt.to_timestamp()


def months_until(first: pd.Timestamp, community: Community) -> pd.DatetimeIndex:
    """First days of the months from one on that had begun when everything was known."""
    return pd.date_range(first, community.known_until.tz_localize(None), freq="MS")


def is_over(month: pd.Timestamp, community: Community) -> bool:
    return bool((month + pd.DateOffset(months=1)).tz_localize("UTC") <= community.known_until)


@pytest.fixture(scope="module")
def bots(community: Community) -> set[str]:
    return set(
        community.frame("select member_key from intermediate.int_staff_periods__unioned where role = 'bot'")[
            "member_key"
        ]
    )


@pytest.fixture(scope="module")
def written(community: Community) -> pd.DataFrame:
    """Everything that is a post, one row each."""
    posts = community.frame(
        """
        select space_key, source_name, member_key, kind, occurred_at from marts.fct_contribution
        where kind in ('topic', 'reply', 'feature_request', 'comment') and space_key is not null
        """
    )
    posts["month"] = month_of(posts["occurred_at"])
    return posts


@pytest.fixture(scope="module")
def topics(community: Community, bots: set[str]) -> pd.DataFrame:
    """Counted topics with the time of the first reply by another person, from the posts themselves."""
    posts = community.frame("select * from intermediate.int_posts__classified where is_counted")
    openings = posts[posts["kind"] == "topic"].set_index("topic_key")
    others = posts[
        (posts["kind"] == "reply")
        & (posts["member_key"] != posts["opener_member_key"].fillna(""))
        & ~posts["member_key"].isin(bots)
    ]
    openings["first_reply_at"] = others.groupby("topic_key")["created_at"].min()
    solved = set(posts.loc[(posts["kind"] == "reply") & posts["is_accepted"], "topic_key"])
    openings["is_solved"] = openings.index.isin(solved)
    openings["month"] = month_of(openings["created_at"])
    return openings.reset_index()


@pytest.fixture(scope="module")
def replies(community: Community) -> pd.DataFrame:
    """Counted replies in topics that others opened."""
    posts = community.frame(
        "select * from intermediate.int_posts__classified where is_counted and kind = 'reply'"
    )
    posts = posts[posts["member_key"] != posts["opener_member_key"].fillna("")].copy()
    posts["month"] = month_of(posts["created_at"])
    return posts


def test_activity_is_the_posts_of_each_space_and_month(
    community: Community, written: pd.DataFrame, bots: set[str]
) -> None:
    rows = []
    totals = written.groupby("month").size()
    for space, posts in written.groupby("space_key"):
        before = None
        for month in months_until(posts["month"].min(), community):
            here = posts[posts["month"] == month]
            kinds = here["kind"].value_counts()
            total = totals.get(month, 0)
            share = len(here) / total if total else None
            over = is_over(month, community)
            rows.append(
                {
                    "space_key": space,
                    "month": month,
                    "posts": len(here),
                    "topics": kinds.get("topic", 0),
                    "replies": kinds.get("reply", 0),
                    "feature_requests": kinds.get("feature_request", 0),
                    "comments": kinds.get("comment", 0),
                    "people": here.loc[~here["member_key"].isin(bots), "member_key"].nunique(),
                    "share_ratio": share,
                    "posts_change": len(here) - before[0] if before and over else None,
                    "posts_change_ratio": len(here) / before[0] - 1
                    if before and before[0] and over
                    else None,
                    "share_change": share - before[1]
                    if before and over and share is not None and before[1] is not None
                    else None,
                    "is_complete": over,
                }
            )
            before = (len(here), share)
    found = community.frame("select * from marts.space_activity_monthly")
    assert differences(found, pd.DataFrame(rows), ["space_key", "month"]) == []


def fewest(counts: list[int], share: float) -> int | None:
    """The fewest of them that together hold at least this share."""
    held, whole = 0, sum(counts)
    for number, count in enumerate(sorted(counts, reverse=True), start=1):
        held += count
        if whole and held >= share * whole - 1e-9:
            return number
    return None


def test_concentration_of_each_month(community: Community, written: pd.DataFrame, bots: set[str]) -> None:
    rows = []
    for source in ["all", *written["source_name"].unique()]:
        posts = written if source == "all" else written[written["source_name"] == source]
        first = posts.groupby("space_key")["month"].min()
        for month in months_until(posts["month"].min(), community):
            here = posts[posts["month"] == month]
            by_space = here.groupby("space_key").size()
            counts = [int(by_space.get(space, 0)) for space in first.index[first <= month]]
            people = list(here[~here["member_key"].isin(bots)].groupby("member_key").size())
            n, c = sum(counts), np.array(counts, dtype=float)
            differing = np.abs(c[:, None] - c[None, :]).sum()
            rows.append(
                {
                    "month": month,
                    "source_name": source,
                    "posts": n,
                    "spaces": len(counts),
                    "active_spaces": sum(1 for count in counts if count),
                    "hhi": ((c / n) ** 2).sum() if n else None,
                    "hhi_unbiased": (c * (c - 1)).sum() / (n * (n - 1)) if n > 1 else None,
                    "effective_spaces": 1 / ((c / n) ** 2).sum() if n >= 20 else None,
                    # The mean difference of all pairs, by twice the mean.
                    "gini": differing / (2 * len(c) ** 2 * c.mean()) if n else None,
                    "spaces_for_half": fewest(counts, 0.5),
                    "spaces_for_four_fifths": fewest(counts, 0.8),
                    "people": len(people),
                    "contributor_absence_factor": fewest(people, 0.5),
                }
            )
    found = community.frame("select * from marts.space_concentration")
    assert differences(found, pd.DataFrame(rows), ["month", "source_name"]) == []


def test_seeding_and_the_months_in_a_row(
    community: Community, written: pd.DataFrame, topics: pd.DataFrame, replies: pd.DataFrame
) -> None:
    week = pd.Timedelta(days=7)
    rows = []
    forum = written[written["kind"].isin(["topic", "reply"])]
    for space, posts in forum.groupby("space_key"):
        launch = posts["month"].min()
        status, since, confirmed, lost, judged = "not yet", None, None, None, []
        opened, answered = topics[topics["space_key"] == space], replies[replies["space_key"] == space]
        for number, month in enumerate(months_until(launch, community)):
            asked, given = opened[opened["month"] == month], answered[answered["month"] == month]
            old = asked[asked["created_at"] + week <= community.known_until]
            in_time = int((old["first_reply_at"] <= old["created_at"] + week).sum())
            by_members = int((~given["is_staff_at_time"]).sum())
            share = by_members / len(given) if len(given) else None
            end = (month + pd.DateOffset(months=1)).tz_localize("UTC")
            sustaining = None
            if end + week <= community.known_until:
                sustaining = (
                    len(given) >= 10
                    and 10 * by_members >= 8 * len(given)
                    and len(old) > 0
                    and 10 * in_time >= 7 * len(old)
                )
            below = end <= community.known_until and len(given) > 0 and 10 * by_members < 6 * len(given)
            judged.append((month, sustaining, below))
            last = judged[-3:]
            if len(last) == 3 and all(each[1] for each in last) and status != "self-sustaining":
                status, since, confirmed, lost = "self-sustaining", last[0][0], month, None
            elif len(last) == 3 and all(each[2] for each in last) and status == "self-sustaining":
                status, lost = "lost", month
            rows.append(
                {
                    "space_key": space,
                    "month": month,
                    "topics": len(asked),
                    "staff_topics": int(asked["is_staff_at_time"].sum()),
                    "replies_to_others": len(given),
                    "member_replies_ratio": share,
                    "observed_topics": len(old),
                    "answered_ratio": in_time / len(old) if len(old) else None,
                    "is_self_sustaining": sustaining,
                    "status": status,
                    "self_sustaining_since_month": since,
                    "self_sustaining_confirmed_month": confirmed,
                    "lost_month": lost,
                    "months_since_launch": number,
                }
            )
    found = community.frame("select * from marts.content_seeding_monthly")
    expected = pd.DataFrame(rows)
    assert differences(found, expected, ["space_key", "month"]) == []
    assert {"not yet", "self-sustaining"} <= set(expected["status"])


def test_departments_add_up_to_staff(community: Community) -> None:
    departments = community.frame(
        """
        select space_key, month, sum(topics) as staff_topics,
            sum(replies_to_others) as staff_replies_to_others
        from marts.content_seeding_departments group by space_key, month
        """
    )
    staff = community.frame(
        """
        select space_key, month, staff_topics, staff_replies_to_others from marts.content_seeding_monthly
        where staff_topics + staff_replies_to_others > 0
        """
    )
    assert differences(departments, staff, ["space_key", "month"]) == []


def first_response(questions: pd.DataFrame, as_of: pd.Timestamp, reached: float) -> float | None:
    """Hours until so many have their first reply, by lifelines."""
    if questions.empty:
        return None
    ends = questions["first_reply_at"].fillna(as_of)
    hours = ((ends - questions["created_at"]).dt.total_seconds() / 3600).clip(lower=0)
    curve = KaplanMeierFitter().fit(hours, questions["first_reply_at"].notna())
    survival = curve.survival_function_["KM_estimate"]
    below = survival[survival <= 1 - reached + 1e-12]
    return float(below.index[0]) if len(below) else None


def test_health_of_each_space(community: Community, topics: pd.DataFrame, replies: pd.DataFrame) -> None:
    recent_from = community.as_of - pd.Timedelta(days=HEALTH_DAYS)
    questions = topics[topics["is_question"]]
    recent = questions[questions["created_at"] >= recent_from]
    usual = recent["first_reply_at"].isna().groupby(recent["source_name"]).mean()
    rows = []
    for space in sorted(set(topics["space_key"]) | set(replies["space_key"])):
        mine, lately = questions[questions["space_key"] == space], recent[recent["space_key"] == space]
        given = replies[replies["space_key"] == space]
        solvable = mine[mine["is_solved_enabled"]]
        waiting, waiting_lately = mine["first_reply_at"].isna().sum(), lately["first_reply_at"].isna().sum()
        rows.append(
            {
                "space_key": space,
                "questions": len(mine),
                "unanswered_questions": waiting,
                "unanswered_ratio": waiting / len(mine) if len(mine) else None,
                "first_response_median_hours": first_response(mine, community.as_of, 0.5),
                "first_response_p90_hours": first_response(mine, community.as_of, 0.9),
                "recent_first_response_median_hours": first_response(lately, community.as_of, 0.5),
                "resolution_ratio": solvable["is_solved"].mean() if len(solvable) else None,
                "staff_ratio": given["is_staff_at_time"].mean() if len(given) else None,
                "recent_questions": len(lately),
                "recent_unanswered_ratio": waiting_lately / len(lately) if len(lately) else None,
                "questions_short": waiting_lately - len(lately) * usual[space.split(":")[0]]
                if len(lately)
                else None,
            }
        )
    found = community.frame("select * from marts.space_health")
    assert differences(found, pd.DataFrame(rows), ["space_key"]) == []


def test_spaces_that_the_simulation_starves_are_flagged(community: Community) -> None:
    truth = community.truth("spaces")
    starved = set(truth.loc[truth["starved"], "category_id"].astype(str))
    rows = community.rows(
        """
        select source_record_id, health.* from marts.space_health as health
        inner join marts.dim_space using (space_key)
        where recent_questions >= 10
        """
    )
    assert rows
    assert [
        row.source_record_id for row in rows if row.source_record_id in starved and not row.is_starved
    ] == []
    # Whatever is flagged is worse than the rest.
    fine = [row.recent_unanswered_ratio for row in rows if not row.is_starved]
    assert all(row.recent_unanswered_ratio > max(fine) for row in rows if row.is_starved)


def test_waiting_questions_and_who_could_answer(community: Community, topics: pd.DataFrame) -> None:
    shut = set(
        community.frame(
            """
            select _source || ':' || id as topic_key from raw.discourse__topics where closed or archived
            union select _source || ':' || id from raw.discourse__threads where closed or archived
            """
        )["topic_key"]
    )
    waiting = topics[
        topics["is_question"]
        & topics["first_reply_at"].isna()
        & ~topics["is_solved"]
        & ~topics["topic_key"].isin(shut)
        & (community.known_until - topics["created_at"] > pd.Timedelta(hours=WAITING_HOURS))
    ]
    found = community.frame("select * from marts.waiting_questions").set_index("topic_key")
    assert set(found.index) == set(waiting["topic_key"])

    active = community.frame(
        "select member_key, max(occurred_at) as last_at from intermediate.int_contributions__unioned"
        " where is_authored group by member_key"
    ).set_index("member_key")["last_at"]
    since = community.as_of - pd.Timedelta(days=ACTIVE_DAYS)
    candidates = defaultdict(list)
    for row in community.rows("select * from intermediate.int_member_expertise__measured where not is_staff"):
        if row.answers >= FEWEST_ANSWERS and row.member_key in active and active[row.member_key] >= since:
            candidates[row.expertise_area].append(row)
    ranked = {}
    for area, people in candidates.items():
        best = [
            max(math.log1p(each.te_thirds / 3) for each in people),
            max(max(each.z_score, 0) for each in people),
            max(math.log1p(each.accepted_answers_12_months) for each in people),
        ]

        def fit(each: Any, best: list[float] = best) -> float:
            parts = [
                math.log1p(each.te_thirds / 3),
                max(each.z_score, 0),
                math.log1p(each.accepted_answers_12_months),
            ]
            return sum(part / top if top else 0 for part, top in zip(parts, best, strict=True))

        order = sorted(people, key=lambda each: (-round(fit(each), 12), -each.te_thirds, each.member_key))
        ranked[area] = [each.member_key for each in order]
    turns: Counter[str] = Counter()
    newest_first = waiting.sort_values(["created_at", "topic_key"], ascending=[False, True])
    questions: list[Any] = list(newest_first.itertuples())
    for question in questions:
        area, names = question.expertise_area, []
        people = ranked.get(area, []) if isinstance(area, str) else []
        if people:
            start = 3 * (turns[area] // QUESTIONS_A_TURN)
            turns[area] += 1
            drawn = [people[(start + place) % len(people)] for place in range(min(4, len(people)))]
            drawn = [each for each in drawn if each != question.member_key][:3]
            names = sorted(drawn, key=people.index)
        row = found.loc[question.topic_key]
        named = [row[f"answerer_{place}_member_key"] for place in (1, 2, 3)]
        assert [each for each in named if isinstance(each, str)] == names, question.topic_key


def test_unmet_needs_of_each_area(community: Community, topics: pd.DataFrame) -> None:
    people = community.frame(
        "select member_key, coalesce(organization_key, member_key) as account, is_staff"
        " from intermediate.int_member_profiles__merged"
    ).set_index("member_key")
    areas = community.frame("select * from intermediate.int_subject_areas__mapped").set_index(
        ["subject_kind", "subject_key"]
    )["expertise_area"]
    needs: list[tuple[str, str, str, pd.Timestamp, str]] = []

    def voice(kind: str, subject: str, area: str, at: pd.Timestamp, member: Any, account: str) -> None:
        if isinstance(member, str) and people.at[member, "is_staff"]:
            return
        whose = str(people.at[member, "account"]) if isinstance(member, str) else account
        month = at.tz_convert("UTC").tz_localize(None).to_period("M").to_timestamp()
        needs.append((kind, subject, area, month, whose))

    unanswered: list[Any] = list(topics[topics["is_question"] & topics["first_reply_at"].isna()].itertuples())
    for row in unanswered:
        if isinstance(row.expertise_area, str):
            voice("question", row.topic_key, row.expertise_area, row.created_at, row.member_key, "")

    last: dict[tuple[str, str], pd.Timestamp] = {}
    problems = set()
    first_repeat: dict[str, pd.Timestamp] = {}
    for row in community.rows(
        """
        select ticket_key, ticket.member_key, ticket.created_at, ticket.source_name,
            raw.requester_id, raw.problem_id, raw.via_followup_source_id
        from marts.fct_ticket as ticket
        inner join raw.zendesk__tickets as raw
            on raw._source = ticket.source_name and cast(raw.id as varchar) = ticket.source_record_id
        where not is_merged and not ticket.is_deleted
        order by ticket.created_at, ticket_key
        """
    ):
        area = areas.get(("ticket", row.ticket_key))
        if area is None:
            continue
        account = f"{row.source_name}:{row.requester_id}"
        key = (row.member_key or account, area)
        again = key in last and row.created_at - last[key] <= pd.Timedelta(days=REPEAT_DAYS)
        last[key] = row.created_at
        problem = (row.source_name, row.problem_id)
        if row.via_followup_source_id or (row.problem_id and problem in problems) or again:
            voice("ticket", row.ticket_key, area, row.created_at, row.member_key, account)
            first_repeat.setdefault(area, row.created_at)
        problems.add(problem)

    requests = {row.request_key: row for row in community.rows("select * from marts.fct_feature_request")}
    voices = [
        (row.request_key, row.submitted_at, row.member_key, row.source_name, row.account_id)
        for row in community.rows("select * from intermediate.int_requests__unioned")
    ] + [
        (row.request_key, row.voted_at, row.member_key, row.source_name, row.account_id)
        for row in community.rows("select * from intermediate.int_votes__unioned")
    ]
    for request, at, member, source, account_id in voices:
        if request not in requests:
            continue
        root = requests[requests[request].root_request_key]
        area = areas.get(("request", root.request_key))
        if area is None:
            continue
        if root.stage in ("completed", "declined", "merged"):
            ended = {"completed": root.completed_at, "declined": root.declined_at, "merged": root.merged_at}
            month = at.tz_convert("UTC").tz_localize(None).to_period("M").to_timestamp()
            end = (month + pd.DateOffset(months=1)).tz_localize("UTC")
            if ended[root.stage] is None or ended[root.stage] < end:
                continue
        voice("request", root.request_key, area, at, member, f"{source}:{account_id}")

    frame = pd.DataFrame(needs, columns=["kind", "subject", "area", "month", "account"])
    begun = community.frame(
        "select expertise_area, min(occurred_at) as first_at from marts.fct_contribution"
        " where expertise_area is not null group by expertise_area"
    )
    first = dict(zip(begun["expertise_area"], begun["first_at"], strict=True))
    rows = []
    for area in sorted(set(first) | set(first_repeat)):
        start = min(at[area] for at in (first, first_repeat) if area in at)
        month_zero = start.tz_convert("UTC").tz_localize(None).to_period("M").to_timestamp()
        past: list[int] = []
        for month in months_until(month_zero, community):
            here = frame[(frame["area"] == area) & (frame["month"] == month)]
            subjects = here.groupby("kind")["subject"].nunique()
            accounts = here["account"].nunique()
            mean = sum(past[-3:]) / 3 if len(past) >= 3 else None
            rows.append(
                {
                    "expertise_area": area,
                    "month": month,
                    "unanswered_questions": subjects.get("question", 0),
                    "repeat_tickets": subjects.get("ticket", 0),
                    "open_requests": subjects.get("request", 0),
                    "accounts": accounts,
                    "usual_accounts": mean,
                    "trend_ratio": accounts / mean - 1 if mean and is_over(month, community) else None,
                    "needs": int(subjects.sum()),
                }
            )
            past.append(accounts)
    expected = pd.DataFrame(rows)
    expected = expected.sort_values(["accounts", "needs", "expertise_area"], ascending=[False, False, True])
    expected["need_rank"] = expected.groupby("month").cumcount() + 1
    found = community.frame("select * from marts.unmet_needs")
    assert differences(found, expected, ["expertise_area", "month"]) == []
    assert {"question", "ticket", "request"} == set(frame["kind"])
