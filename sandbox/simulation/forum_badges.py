"""Badges and their grants as Discourse shows them."""

from __future__ import annotations

from sandbox.simulation.chance import stamp
from sandbox.simulation.forum import Forum
from sandbox.simulation.forum_records import Authors
from sandbox.simulation.forum_standing import Standing
from sandbox.simulation.options import DAY_MS, FORUM, Options
from sandbox.simulation.people import People
from sandbox.simulation.words import slug
from sandbox.simulation.writer import StreamFile

CERTIFICATES = ("Certified Administrator", "Certified Developer", "Certified Specialist")

_BADGES = (
    # id, name, type (1 gold, 2 silver, 3 bronze), grouping, several times, by hand
    (1, "Basic", 3, 4, False, False),
    (2, "Member", 3, 4, False, False),
    (3, "Regular", 2, 4, False, False),
    (4, "Leader", 1, 4, False, False),
    (5, "Welcome", 3, 2, False, False),
    (6, "Nice Reply", 3, 3, True, False),
    (7, "Good Reply", 2, 3, True, False),
    (16, "First Post", 3, 1, False, False),
    (20, "Anniversary", 2, 2, True, False),
    (101, CERTIFICATES[0], 1, 5, False, True),
    (102, CERTIFICATES[1], 1, 5, False, True),
    (103, CERTIFICATES[2], 2, 5, False, True),
    (110, "Harbor Expert", 1, 5, True, True),
    (111, "Beta Pilot", 3, 5, False, True),
)


def write_badges(
    badges: StreamFile,
    grants: StreamFile,
    options: Options,
    people: People,
    forum: Forum,
    reached: Standing,
    authors: Authors,
) -> None:
    """Writes badges with their running count, and every grant."""
    born = options.start_ms - DAY_MS
    for number, name, kind, grouping, several, by_hand in _BADGES:
        times = [g.at for g in reached.grants if g.badge_id == number and g.at < options.horizon_ms]
        record = {
            "id": number,
            "name": name,
            "description": f"{name} of the Harbor community",
            "grant_count": 0,
            "allow_title": kind == 1,
            "multiple_grant": several,
            "icon": "certificate",
            "image_url": None,
            "listable": True,
            "enabled": True,
            "badge_grouping_id": grouping,
            "system": number < 100,
            "slug": slug(name),
            "manually_grantable": by_hand,
            "badge_type_id": kind,
            "long_description": None,
            "query": None,
            "trigger": None,
            "target_posts": number in (6, 7, 16),
            "auto_revoke": not by_hand,
            "show_posts": number in (6, 7),
        }
        badges.write(record, born, ((at, {"grant_count": n}) for n, at in enumerate(times, start=1)))
    accounts = people.accounts[FORUM]
    for number, grant in enumerate(reached.grants, start=1):
        if grant.at >= options.horizon_ms or grant.person not in accounts:
            continue
        row = grant.post
        grants.write(
            {
                "id": number,
                "granted_at": stamp(grant.at),
                "created_at": stamp(grant.at),
                "count": 1,
                "badge_id": grant.badge_id,
                "user_id": accounts[grant.person].account_id,
                "granted_by_id": authors[grant.by].user_id,
                "post_id": int(forum.posts.post_id[row]) if row is not None else None,
                "post_number": int(forum.posts.number[row]) if row is not None else None,
                "topic_id": int(forum.topics.topic_id[forum.posts.topic[row]]) if row is not None else None,
                "is_favorite": None,
                "can_favorite": False,
                "grouping_position": 1,
            },
            grant.at,
        )
