"""Users, groups, badges, categories and tags as Discourse shows them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from sandbox.simulation import forum as f
from sandbox.simulation.chance import Ints, Rng, generator, later, stamp
from sandbox.simulation.forum import Forum
from sandbox.simulation.forum_records import Authors, avatar
from sandbox.simulation.options import DAY_MS, FORUM, HOUR_MS, Options
from sandbox.simulation.people import BOT, EVANGELIST, EXPERT, LURKER, STAFF, Account, People
from sandbox.simulation.spaces import Spaces
from sandbox.simulation.words import TAGS, slug
from sandbox.simulation.writer import Change, Record, StreamFile

LEVEL_AT_POSTS = (0, 2, 13, 91)
"""With which of their posts members reach each trust level."""
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
_GROUPS = (
    (1, "admins"),
    (2, "moderators"),
    (3, "staff"),
    (10, "trust_level_0"),
    (11, "trust_level_1"),
    (12, "trust_level_2"),
    (13, "trust_level_3"),
    (14, "trust_level_4"),
)
_OWN_GROUPS = (
    (41, "harbor-experts", "Harbor Experts"),
    (42, "support-team", "Support Team"),
    (43, "beta-pilots", "Beta Pilots"),
    (44, "translators", "Translators"),
)


@dataclass(frozen=True)
class Grant:
    """A badge given to someone."""

    badge_id: int
    person: int
    at: int
    by: int
    """Person number of who gave it, SYSTEM for the forum itself."""
    post: int | None = None


@dataclass(frozen=True)
class Standing:
    """What members reach in the forum besides posting."""

    levels: Ints
    """Trust level of the author at each post."""
    reached: dict[int, list[tuple[int, int]]]
    """By person: when which trust level was reached."""
    grants: list[Grant]
    moderators: frozenset[int]
    experts: dict[int, int]
    """Program members: when they joined the experts' group."""
    suspended: dict[int, tuple[int, int]]
    """From when to when members were locked out."""


def standing(options: Options, people: People, forum: Forum) -> Standing:
    """Works out levels, badges, moderators and the experts' program from what people did."""
    rng = generator(options.seed, "standing")
    posts = forum.posts
    counted = (posts.kind != f.SMALL_ACTION) & (posts.author >= 0)
    rank = f.running_number(posts.author) * counted
    levels = np.searchsorted(np.array(LEVEL_AT_POSTS), rank, side="right") - 1
    staff = np.isin(people.role, (STAFF, BOT))
    levels[counted & staff[posts.author]] = 4
    levels[posts.author < 0] = 4
    reached: dict[int, list[tuple[int, int]]] = {}
    for level, threshold in enumerate(LEVEL_AT_POSTS[1:], start=1):
        for row in np.flatnonzero(counted & (rank == threshold)).tolist():
            person = int(posts.author[row])
            if not staff[person]:
                reached.setdefault(person, []).append((int(posts.at[row]), level))
    for person in people.having(LURKER).tolist():
        if person % 3:
            reached[person] = [(int(people.joined[person]) + (2 + person % 9) * DAY_MS, 1)]
    experts = _program(rng, options, people)
    volunteers = [p for p in experts if people.role[p] == EXPERT][:3]
    community = [p for p in people.having(STAFF).tolist() if people.department[p] == "community"]
    grants = list(_grants(rng, options, people, forum, rank, reached, experts))
    grants.sort(key=lambda g: (g.at, g.person, g.badge_id))
    suspended = {}
    members = people.having(LURKER, LURKER + 1)
    for person in rng.choice(
        members, min(len(members), max(2, options.members // 180)), replace=False
    ).tolist():
        first = max(int(people.joined[person]), options.start_ms) + int(rng.integers(1, 40)) * DAY_MS
        if first < options.horizon_ms:
            suspended[person] = (first, first + int(rng.choice([7, 30, 36_500])) * DAY_MS)
    return Standing(levels, reached, grants, frozenset(volunteers + community[:1]), experts, suspended)


def _program(rng: Rng, options: Options, people: People) -> dict[int, int]:
    """Experts enter the program some months after they came, lasting stars too."""
    members: dict[int, int] = {}
    for person in people.having(EXPERT, EVANGELIST).tolist():
        joins = int(people.joined[person]) + int(rng.integers(240, 420)) * DAY_MS
        if rng.random() < 0.85 and joins < min(int(people.gone[person]), options.horizon_ms):
            members[person] = joins
    return members


def _grants(
    rng: Rng,
    options: Options,
    people: People,
    forum: Forum,
    rank: Ints,
    reached: dict[int, list[tuple[int, int]]],
    experts: dict[int, int],
) -> Iterator[Grant]:
    posts = forum.posts
    for row in np.flatnonzero(rank == 1).tolist():
        yield Grant(16, int(posts.author[row]), int(posts.at[row]) + 60_000, f.SYSTEM, row)
    for person, steps in reached.items():
        for at, level in steps:
            if at < options.horizon_ms:
                yield Grant(level, person, at + HOUR_MS // 2, f.SYSTEM)
    liked = forum.events.kind == f.LIKED
    nth = f.running_number(forum.events.post[liked])
    for badge_id, needed in ((6, 5), (7, 12)):
        for row, at in zip(
            forum.events.post[liked][nth == needed].tolist(),
            forum.events.at[liked][nth == needed].tolist(),
            strict=True,
        ):
            if posts.author[row] >= 0 and posts.number[row] > 1:
                yield Grant(badge_id, int(posts.author[row]), at, f.SYSTEM, row)
    active = np.unique(posts.author[posts.author >= 0])
    for person in active.tolist():
        born = people.accounts[FORUM][person].created_ms
        for year in range(1, 1 + options.months // 12):
            day = born + year * 365 * DAY_MS
            if day < options.horizon_ms and people.gone[person] > day - 90 * DAY_MS:
                yield Grant(20, person, day, f.SYSTEM)
    community = [p for p in people.having(STAFF).tolist() if people.department[p] == "community"]
    learners = active[rng.random(len(active)) < 0.13]
    for person in learners.tolist():
        at = int(later(people.joined[person : person + 1], rng.integers(20, 300, 1) * DAY_MS)[0])
        if options.start_ms < at < options.horizon_ms and people.role[person] not in (STAFF, BOT):
            yield Grant(101 + int(rng.choice(3, p=[0.6, 0.25, 0.15])), person, at, community[0])
    for person, at in experts.items():
        yield Grant(110, person, at + HOUR_MS, community[0])
    for person in rng.choice(active, min(len(active), 25), replace=False).tolist():
        at = int(rng.integers(options.start_ms, options.horizon_ms))
        if at > people.joined[person] and people.role[person] not in (STAFF, BOT):
            yield Grant(111, person, at, community[0])


def write_users(out: StreamFile, options: Options, people: People, forum: Forum, reached: Standing) -> None:
    """Writes users with the counters that the admin list, the directory and profiles show."""
    born = options.start_ms - DAY_MS
    abouts = int((forum.topics.about >= 0).sum())
    for number, name in ((-1, "system"), (-2, "discobot")):
        record = _user(number, name, name, f"{name}@harbor.example.com", born, admin=True, level=4)
        out.write(record, born, [(options.start_ms, {"post_count": abouts})] if number == -1 else [])
    steps = _user_steps(options, people, forum, reached)
    accounts = people.accounts[FORUM]
    for person in sorted(accounts, key=lambda p: accounts[p].account_id):
        account = accounts[person]
        department = people.department[person]
        record = _user(
            account.account_id,
            account.username,
            account.name,
            account.email,
            account.created_ms,
            admin=department == "community",
            moderator=person in reached.moderators,
            level=4 if people.role[person] in (STAFF, BOT) else 0,
        )
        record["active"] = account.verified
        record["staged"] = not account.verified and bool(people.role[person] == LURKER) and person % 2 == 0
        if account.external_id:
            record["single_sign_on_record"] = {
                "external_id": account.external_id,
                "external_username": account.username,
                "external_email": account.email,
                "external_name": account.name,
            }
        out.write(record, account.created_ms, _user_changes(account, steps.get(person, [])))


def _user(
    number: int,
    username: str,
    name: str | None,
    email: str | None,
    born: int,
    *,
    admin: bool = False,
    moderator: bool = False,
    level: int = 0,
) -> Record:
    return {
        "id": number,
        "username": username,
        "name": name,
        "avatar_template": avatar(username),
        "email": email,
        "secondary_emails": [],
        "active": True,
        "admin": admin,
        "moderator": moderator,
        "last_seen_at": stamp(born),
        "last_emailed_at": None,
        "created_at": stamp(born),
        "last_seen_age": None,
        "last_emailed_age": None,
        "created_at_age": None,
        "username_lower": username.lower(),
        "trust_level": level,
        "manual_locked_trust_level": None,
        "title": None,
        "time_read": 0,
        "staged": False,
        "approved": True,
        "days_visited": 1,
        "posts_read_count": 0,
        "topics_entered": 0,
        "post_count": 0,
        "topic_count": 0,
        "likes_received": 0,
        "likes_given": 0,
        "solutions": 0,
        "suspended": False,
        "suspended_at": None,
        "suspended_till": None,
        "silenced": False,
        "silenced_at": None,
        "silenced_till": None,
        "ip_address": f"203.0.113.{abs(number) * 7 % 254 + 1}",
        "registration_ip_address": f"198.51.100.{abs(number) * 11 % 254 + 1}",
        "single_sign_on_record": None,
        "user_fields": {},
        "custom_fields": {},
        "flag_level": 0,
    }


_Step = tuple[int, str, int]


def _user_steps(options: Options, people: People, forum: Forum, reached: Standing) -> dict[int, list[_Step]]:
    """What moves each user's counters, in order of time: (when, what, how many)."""
    posts, events = forum.posts, forum.events
    steps: dict[int, list[_Step]] = {}

    def put(person: int, step: _Step) -> None:
        if person >= 0 and step[0] < options.horizon_ms:
            steps.setdefault(person, []).append(step)

    counted = posts.kind != f.SMALL_ACTION
    for person, at, kind in zip(
        posts.author[counted].tolist(), posts.at[counted].tolist(), posts.kind[counted].tolist(), strict=True
    ):
        put(person, (at, "topic" if kind == f.OPENER else "post", 1))
    rows = np.flatnonzero(np.isin(events.kind, (f.REMOVED, f.TOPIC_GONE)))
    rows = rows[np.unique(events.post[rows], return_index=True)[1]]
    for person, at in zip(posts.author[events.post[rows]].tolist(), events.at[rows].tolist(), strict=True):
        put(person, (at, "removed", 1))
    for kinds, what in (((f.LIKED, f.UNLIKED), "liked"), ((f.ACCEPTED, f.UNACCEPTED), "solved")):
        rows = np.flatnonzero(np.isin(events.kind, kinds))
        worth = np.where(events.kind[rows] == kinds[0], 1, -1)
        _daily(put, posts.author[events.post[rows]], events.at[rows], worth, what)
    given = np.isin(events.kind, (f.LIKED, f.UNLIKED))
    _daily(put, events.by[given], events.at[given], np.where(events.kind[given] == f.LIKED, 1, -1), "likes")
    for person, level_steps in reached.reached.items():
        for at, level in level_steps:
            put(person, (at, "level", level))
    for person, (first, until) in reached.suspended.items():
        put(person, (first, "suspended", until))
        put(person, (until, "free", 0))
    rng = generator(options.seed, "visits")
    for person in people.having(LURKER).tolist():
        at = max(int(people.joined[person]), options.start_ms)
        for days in rng.exponential(1 + rng.pareto(1.2) * 9, int(rng.integers(0, 14))).tolist():
            at += int((1 + days) * DAY_MS)
            put(person, (at, "visit", 1))
    for own in steps.values():
        own.sort()
    return steps


def _daily(put: Any, person: Ints, at: Ints, worth: Ints, what: str) -> None:
    """Counters that the directory refreshes once a day, at three in the morning."""
    day = (at + DAY_MS - 3 * HOUR_MS) // DAY_MS
    keys, inverse = np.unique(np.stack([person, day]), axis=1, return_inverse=True)
    sums = np.bincount(inverse.ravel(), weights=worth, minlength=keys.shape[1]).astype(np.int64)
    for who, when, total in zip(keys[0].tolist(), keys[1].tolist(), sums.tolist(), strict=True):
        if total:
            put(who, (when * DAY_MS + 3 * HOUR_MS, what, total))


def _user_changes(account: Account, steps: list[_Step]) -> Iterator[Change]:
    counts = {"post": 0, "topic": 0, "liked": 0, "likes": 0, "solved": 0, "visits": 1}
    last_day = account.created_ms // DAY_MS
    for at, what, value in steps:
        if what in ("post", "topic", "visit"):
            counts["post"] += what != "visit"
            counts["topic"] += what == "topic"
            counts["visits"] += at // DAY_MS != last_day
            last_day = at // DAY_MS
            read = counts["visits"] * 11 + counts["post"] * 3
            yield (
                at,
                {
                    "post_count": counts["post"],
                    "topic_count": counts["topic"],
                    "last_seen_at": stamp(at),
                    "days_visited": counts["visits"],
                    "posts_read_count": read,
                    "topics_entered": read // 4 + 1,
                    "time_read": read * 41,
                },
            )
        elif what == "removed":
            counts["post"] -= value
            yield at, {"post_count": counts["post"]}
        elif what == "level":
            yield at, {"trust_level": value}
        elif what == "suspended":
            yield at, {"suspended": True, "suspended_at": stamp(at), "suspended_till": stamp(value)}
        elif what == "free":
            yield at, {"suspended": False, "suspended_at": None, "suspended_till": None}
        else:
            counts[what] += value
            field = {"liked": "likes_received", "likes": "likes_given", "solved": "solutions"}[what]
            yield at, {field: max(0, counts[what])}


def write_groups(
    groups: StreamFile, members: StreamFile, options: Options, people: People, reached: Standing
) -> None:
    """Writes groups and who is in them since when."""
    born = options.start_ms - DAY_MS
    accounts = people.accounts[FORUM]
    joined: dict[int, list[tuple[int, int]]] = {number: [] for number, _ in _GROUPS}
    joined |= {number: [] for number, _, _ in _OWN_GROUPS}
    for person, account in accounts.items():
        first = account.created_ms
        fixed = people.role[person] in (STAFF, BOT)
        joined[10].append((first, person))
        for number, level in ((11, 1), (12, 2), (13, 3), (14, 4)):
            when = [at for at, step in reached.reached.get(person, []) if step == level]
            if fixed or when:
                joined[number].append((first if fixed else when[0], person))
        admin, moderator = people.department[person] == "community", person in reached.moderators
        if admin:
            joined[1].append((first, person))
        if moderator:
            joined[2].append((first, person))
        if admin or moderator:
            joined[3].append((first, person))
        if people.department[person] == "support":
            joined[42].append((first, person))
    for person, at in reached.experts.items():
        joined[41].append((at, person))
    for grant in reached.grants:
        if grant.badge_id == 111:
            joined[43].append((grant.at, grant.person))
    for place, person in enumerate(people.having(EXPERT).tolist()[::4]):
        joined[44].append((int(people.joined[person]) + (30 + place) * DAY_MS, person))
    names = {number: (name, None) for number, name in _GROUPS} | {
        n: (name, full) for n, name, full in _OWN_GROUPS
    }
    community = [p for p in people.having(STAFF).tolist() if people.department[p] == "community"][:1]
    for number, (name, full) in names.items():
        rows = sorted(set(joined[number]))
        leaves = {
            p: int(people.left[p]) for _, p in rows if people.left[p] < options.horizon_ms and number < 10
        }
        leaves |= {
            p: int(people.left[p]) for _, p in rows if people.left[p] < options.horizon_ms and number == 42
        }
        moves = sorted(
            [(at, 1) for at, _ in rows if at < options.horizon_ms] + [(at, -1) for at in leaves.values()]
        )
        record = _group(number, name, full, sum(step for at, step in moves if at <= born))
        count = record["user_count"]
        changes: list[Change] = []
        for at, step in moves:
            if at > born:
                count += step
                changes.append((at, {"user_count": count}))
        groups.write(record, born, changes)
        for at, person in rows:
            if at < options.horizon_ms:
                account = accounts[person]
                member = {
                    "_group_id": number,
                    "id": account.account_id,
                    "username": account.username,
                    "name": account.name,
                    "avatar_template": avatar(account.username),
                    "title": None,
                    "last_posted_at": None,
                    "last_seen_at": None,
                    "added_at": stamp(at),
                    "timezone": None,
                    "_is_owner": number > 40 and person in community,
                }
                members.write(member, at, [(leaves[person], None)] if person in leaves else [])


def _group(number: int, name: str, full: str | None, count: int) -> Record:
    return {
        "id": number,
        "automatic": number < 40,
        "name": name,
        "display_name": name,
        "user_count": count,
        "mentionable_level": 0,
        "messageable_level": 0,
        "visibility_level": 1 if number < 10 else 0,
        "members_visibility_level": 0,
        "primary_group": number == 41,
        "title": "Harbor Expert" if number == 41 else None,
        "grant_trust_level": 3 if number == 41 else None,
        "incoming_email": None,
        "has_messages": False,
        "flair_url": None,
        "flair_bg_color": "",
        "flair_color": "",
        "bio_raw": None,
        "bio_cooked": None,
        "bio_excerpt": None,
        "public_admission": False,
        "public_exit": False,
        "allow_membership_requests": False,
        "full_name": full,
        "default_notification_level": 3,
        "membership_request_template": None,
        "can_see_members": True,
    }


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


def write_spaces(
    categories: StreamFile, tags: StreamFile, options: Options, spaces: Spaces, forum: Forum
) -> None:
    """Writes categories and tags; their counters are refreshed every night."""
    born = options.start_ms - DAY_MS
    topics, posts = forum.topics, forum.posts
    counted = (posts.kind != f.SMALL_ACTION) & (topics.about[posts.topic] < 0)
    opened = counted & (posts.number == 1)
    place = topics.category[posts.topic]
    nights = np.arange(options.start_ms // DAY_MS, options.horizon_ms // DAY_MS + 1) * DAY_MS + HOUR_MS
    about_topic = {int(c): row for row, c in enumerate(topics.about.tolist()) if c >= 0}
    children: dict[int, list[int]] = {}
    for category in spaces.categories:
        if category.parent_id is not None:
            children.setdefault(category.parent_id, []).append(category.category_id)
    for index, category in enumerate(spaces.categories):
        topic_counts = np.searchsorted(posts.at[opened & (place == index)], nights)
        post_counts = np.searchsorted(posts.at[counted & (place == index)], nights)
        about = about_topic[index]
        text = f"A place for everything about {category.name}."
        mine = children.get(category.category_id, [])
        record = {
            "id": category.category_id,
            "name": category.name,
            "color": f"{category.category_id * 5077 % 0xFFFFFF:06X}",
            "text_color": "FFFFFF",
            "style_type": "square",
            "emoji": None,
            "icon": None,
            "slug": category.slug,
            "topic_count": 0,
            "post_count": 0,
            "position": index,
            "description": f"<p>{text}</p>",
            "description_text": text,
            "description_excerpt": text,
            "topic_url": f"/t/about-the-{category.slug}-category/{int(topics.topic_id[about])}",
            "read_restricted": category.name == "Staff",
            "permission": None,
            "parent_category_id": category.parent_id,
            "notification_level": None,
            "can_edit": False,
            "topic_template": None,
            "topic_title_placeholder": None,
            "has_children": bool(mine),
            "subcategory_count": len(mine) or None,
            "sort_order": None,
            "sort_ascending": None,
            "show_subcategory_list": False,
            "num_featured_topics": 3,
            "default_view": None,
            "subcategory_list_style": "rows_with_featured_topics",
            "default_top_period": "all",
            "default_list_filter": "all",
            "minimum_required_tags": 0,
            "navigate_to_first_post_after_read": False,
            "topics_day": 0,
            "topics_week": 0,
            "topics_month": 0,
            "topics_year": 0,
            "topics_all_time": 0,
            "is_uncategorized": category.name == "Uncategorized",
            "subcategory_ids": mine,
            "subcategory_list": None,
            "uploaded_logo": None,
            "uploaded_logo_dark": None,
            "uploaded_background": None,
            "uploaded_background_dark": None,
            "custom_fields": {"enable_accepted_answers": "true" if category.is_support else None},
        }
        categories.write(record, born, _counters(nights, topic_counts, post_counts))
    for number, name in enumerate(TAGS, start=1):
        tags.write(
            {
                "id": number,
                "name": name,
                "text": name,
                "slug": name,
                "description": None,
                "count": 0,
                "pm_only": False,
                "target_tag": None,
            },
            born,
        )


def _counters(nights: Ints, topics: Ints, posts: Ints) -> Iterator[Change]:
    before = (0, 0)
    for position, now in enumerate(zip(topics.tolist(), posts.tolist(), strict=True)):
        if now != before:
            past = [int(topics[max(0, position - days)]) for days in (1, 7, 30, 365)]
            fresh = [now[0] - past_count for past_count in past]
            yield (
                int(nights[position]),
                {
                    "topic_count": now[0],
                    "post_count": now[1],
                    "topics_day": fresh[0],
                    "topics_week": fresh[1],
                    "topics_month": fresh[2],
                    "topics_year": fresh[3],
                    "topics_all_time": now[0],
                },
            )
            before = now
