"""Answered topics, from the posts themselves."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime
from typing import Any

from tests.dbt_project.community.conftest import Community


def test_each_topics_first_answers_are_those_of_its_posts(community: Community) -> None:
    bots = set()
    periods: dict[str, list[tuple[datetime, datetime]]] = defaultdict(list)
    # The far ends of open periods lie beyond what Python's datetime can hold in UTC.
    for row in community.rows(
        """
        select member_key, role, greatest(starts_at, '1900-01-01'::timestamptz) as starts_at,
            least(ends_at, '2900-01-01'::timestamptz) as ends_at
        from intermediate.int_staff_periods__unioned
        """
    ):
        periods[row.member_key].append((row.starts_at, row.ends_at))
        if row.role == "bot":
            bots.add(row.member_key)

    def is_staff(post: Any) -> bool:
        return any(start <= post.created_at < end for start, end in periods.get(post.member_key, ()))

    topics = defaultdict(list)
    for post in community.rows(
        "select * from intermediate.int_posts__classified where is_counted order by created_at, post_number"
    ):
        topics[post.topic_key].append(post)
    expected = {}
    for topic, posts in topics.items():
        opener = next((post for post in posts if post.post_number == 1), None)
        if opener is None:
            continue
        others = [post for post in posts if post.post_number > 1 and post.member_key != opener.member_key]
        answers = [post for post in others if post.member_key not in bots]
        expected[topic] = (
            len(posts) - 1,
            len(others),
            next((post.created_at for post in answers), None),
            next((post.member_key for post in answers), None),
            next((post.created_at for post in answers if not is_staff(post)), None),
            next((post.created_at for post in answers if is_staff(post)), None),
            sum(post.is_accepted for post in others),
            is_staff(opener),
        )
    found = community.rows(
        """
        select topic_key, replies, replies_by_others, first_reply_at, first_reply_member_key,
            first_member_reply_at, first_staff_reply_at, accepted_answers, is_opened_by_staff
        from intermediate.int_topics__answered
        """
    )
    assert len(found) > 1000
    assert {row[0]: row[1:] for row in found} == expected
