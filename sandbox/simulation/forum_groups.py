"""Groups and their members as Discourse shows them."""

from __future__ import annotations

from sandbox.simulation.chance import stamp
from sandbox.simulation.forum_records import avatar
from sandbox.simulation.forum_standing import Standing
from sandbox.simulation.options import DAY_MS, FORUM, Options
from sandbox.simulation.people import BOT, EXPERT, STAFF, People
from sandbox.simulation.writer import Change, Record, StreamFile

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
