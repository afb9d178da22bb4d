"""Users as Discourse shows them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from sandbox.simulation import forum as f
from sandbox.simulation.chance import Ints, generator, stamp
from sandbox.simulation.forum import Forum
from sandbox.simulation.forum_records import avatar
from sandbox.simulation.forum_standing import Standing
from sandbox.simulation.options import DAY_MS, FORUM, HOUR_MS, Options
from sandbox.simulation.people import BOT, LURKER, STAFF, Account, People
from sandbox.simulation.writer import Change, Record, StreamFile


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
