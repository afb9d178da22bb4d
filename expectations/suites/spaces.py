"""Checks of the places where people gather."""

from __future__ import annotations

from collections.abc import Iterator

from expectations.checks import Check, between, filled, found_in, no_rows, one_of, ratio, unique
from expectations.comparison import Compared, nothing_vanished, volume

KNOWN = "Every row is of a known space"


def dim_space(compared: Compared) -> Iterator[Check]:
    """One row per space of a source."""
    yield from volume("dim_space", compared)
    yield from nothing_vanished("dim_space", "source_name", "source", compared)
    yield unique("space_key", what="space")
    yield unique("source_name", "source_record_id", what="source and vendor's id of a space")
    yield filled("name", "Every space has a name", severity="warn")
    yield no_rows(
        "reconciliation",
        "Every space that lies in another one lies in a known one",
        """
        select space_key, parent_space_key
        from {batch}
        where parent_space_key not in (select space_key from {batch})
        order by space_key
        """,
        severity="warn",
        column="parent_space_key",
    )


def space_activity_monthly(compared: Compared) -> Iterator[Check]:
    """One row per space and month since its first post."""
    yield from volume("space_activity_monthly", compared)
    yield unique("space_key", "month", what="space and month")
    yield found_in("dim_space", "space_key", KNOWN)
    yield ratio("share_ratio", "A space has a share of the posts")
    yield no_rows(
        "range",
        "The shares of a month add up",
        """
        select cast(month as varchar) as month, sum(share_ratio) as shares
        from {batch} group by month having abs(sum(share_ratio) - 1) > 1e-9 order by 1
        """,
        expected="1 in each month with a post",
        column="share_ratio",
    )
    yield no_rows(
        "reconciliation",
        "Spaces hold what people wrote there",
        """
        with written as (
            select count(*) as posts from fct_contribution
            where kind in ('topic', 'reply', 'feature_request', 'comment') and space_key is not null
        )
        select any_value(written.posts) as contributions, sum(spaces.posts) as in_spaces
        from {batch} as spaces cross join written
        having sum(spaces.posts) <> any_value(written.posts)
        """,
        expected="the topics, replies, requests and comments of fct_contribution",
        column="posts",
    )


def space_concentration(compared: Compared) -> Iterator[Check]:
    """One row per month and source, and for all."""
    yield unique("month", "source_name", what="month and source")
    yield ratio("hhi", "The Herfindahl index is a share")
    yield ratio("gini", "The Gini coefficient is a share")
    yield no_rows(
        "range",
        "Half of the activity takes no more spaces than four fifths",
        """
        select cast(month as varchar) as month, source_name, spaces_for_half, spaces_for_four_fifths
        from {batch}
        where spaces_for_half > spaces_for_four_fifths or spaces_for_four_fifths > active_spaces
        order by 1, 2
        """,
        column="spaces_for_half",
    )


def space_health(compared: Compared) -> Iterator[Check]:
    """One row per space of a forum."""
    yield unique("space_key", what="space")
    yield found_in("dim_space", "space_key", KNOWN)
    for column, what in (
        ("unanswered_ratio", "Unanswered questions"),
        ("resolution_ratio", "Solved questions"),
        ("staff_ratio", "Replies by staff"),
    ):
        yield ratio(column, f"{what} are a share")
    yield no_rows(
        "range",
        "Half are answered no later than nine in ten",
        """
        select space_key, first_response_median_hours, first_response_p90_hours
        from {batch} where first_response_median_hours > first_response_p90_hours order by 1
        """,
        column="first_response_median_hours",
    )


def waiting_questions(compared: Compared) -> Iterator[Check]:
    """One row per question that waits for more than 48 hours."""
    yield unique("topic_key", what="question")
    yield between("waiting_hours", 48, None, "Every question on the list waits for 48 hours or more")
    yield found_in("dim_member", "asker_member_key", "Every asker is a known member", key="member_key")


def waiting_question_answerers(compared: Compared) -> Iterator[Check]:
    """One row per waiting question and member who could answer it."""
    yield unique("topic_key", "answerer_rank", what="question and rank")
    yield found_in("waiting_questions", "topic_key", "Every answerer is named for a waiting question")
    yield no_rows(
        "reconciliation",
        "Nobody is named for a question of their own",
        """
        select topic_key, member_key from {batch}
        inner join waiting_questions using (topic_key) where member_key = asker_member_key order by 1
        """,
        column="member_key",
    )


def unmet_needs(compared: Compared) -> Iterator[Check]:
    """One row per area and month."""
    yield unique("expertise_area", "month", what="area and month")
    yield between("needs", 0, None, "Needs are counted")


def content_seeding_monthly(compared: Compared) -> Iterator[Check]:
    """One row per space and month."""
    yield from volume("content_seeding_monthly", compared)
    yield unique("space_key", "month", what="space and month")
    yield found_in("dim_space", "space_key", KNOWN)
    yield one_of("status", {"not yet", "self-sustaining", "lost"}, "Every month has a known status")
    for column in ("staff_topics_ratio", "staff_replies_ratio", "answered_ratio"):
        yield ratio(column, f"{column} is a share")


def content_seeding_departments(compared: Compared) -> Iterator[Check]:
    """One row per space, month and department."""
    yield unique("space_key", "month", "department", what="space, month and department")
    yield ratio("topics_ratio", "A department's topics are a share")
