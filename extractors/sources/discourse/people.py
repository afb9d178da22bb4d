"""The people of a forum: groups and who is in them, accounts, badges and who was granted them."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any

from extractors import clock
from extractors.http import Api
from extractors.pagination import records_of
from extractors.source import Fetching, Page, Record, Start

from .lists import HIDDEN, confirmed_if_visible, not_visible, numbered_pages

_MEMBERS_A_REQUEST = 500
_LAST_DIRECTORY_PAGE = 10
_GRANTS_BACK = 50
_GRANT_OVERLAP = timedelta(days=7)
_NO_GROUPS = "groups can't be seen: the group directory is switched off or the key has no right to it"
_NO_ACCOUNTS = (
    "accounts are known from the public directory and posts only: this needs an administrator's key"
)
_NO_DIRECTORY = "the public directory can't be seen: it is switched off or the key has no right to it"
NO_BADGES = "badges can't be seen: they are switched off or the key has no right to them"


def fetch_groups(api: Api, start: Start) -> Fetching:
    """Every group the key may see."""
    groups = _groups(api)
    if groups is None:
        return not_visible(api, start, _NO_GROUPS)
    yield Page(groups, {})
    return None


def fetch_group_members(api: Api, start: Start) -> Fetching:
    """Who is in which group: the members of each group, with `_group_id` and `_is_owner` added."""
    groups = _groups(api)
    if groups is None:
        return not_visible(api, start, _NO_GROUPS)
    done: list[int] = list((start.resume or {}).get("done", ()))
    for group in groups:
        if group["id"] in done:
            continue
        members = _members(api, group)
        done.append(group["id"])
        yield Page(list(members), {"done": done})
    if not groups:
        yield Page([], {})
    return None


def _groups(api: Api) -> list[Record] | None:
    """All groups, or None where the key may not see the list."""
    found: dict[int, Record] = {}
    for page in itertools.count():
        answer = api.get("/groups.json", {"page": page}, missing_ok=HIDDEN)
        if answer is None:
            return None
        # Old servers give the bare list, and all of it on every page.
        groups = records_of(api, answer, None if isinstance(answer, list) else "groups")
        if all(group["id"] in found for group in groups):
            return list(found.values())
        found |= {group["id"]: group for group in groups}
    return None


def _members(api: Api, group: Record) -> Iterator[Record]:
    """A group's members, each once; owners come in a list of their own and mostly among the members too."""
    path = f"/groups/{group['name']}/members.json"
    members: dict[int, Record] = {}
    owners: dict[int, Record] = {}
    while True:
        params = {"limit": _MEMBERS_A_REQUEST, "offset": len(members)}
        answer = api.get(path, params, missing_ok=HIDDEN, label="/groups/NAME/members.json")
        if answer is None and members:
            raise api.error(
                "a group's members were refused half-way", "Try later; nothing is concluded from it"
            )
        if answer is None:
            api.note("members of some groups can't be seen: the key has no right to them")
            return
        page = records_of(api, answer, "members")
        known = len(members)
        members |= {member["id"]: member for member in page}
        owners |= {owner["id"]: owner for owner in answer.get("owners") or []}
        if len(members) == known or len(members) >= (answer.get("meta") or {}).get("total", len(members) + 1):
            break
    for key, member in (owners | members).items():
        is_owner = key in owners or bool(member.get("owner"))
        yield {**member, "_group_id": group["id"], "_is_owner": is_owner}


def fetch_admin_users(api: Api, start: Start) -> Fetching:
    """Every account, oldest first, with e-mail addresses and counters: for an administrator's key."""
    # Despite its name the list "new" is all accounts; by creation is the only order that doesn't drift.
    path = "/admin/users/list/new.json"
    params = {"order": "created", "asc": "true", "show_emails": "true", "stats": "true"}
    first = (start.resume or {}).get("page", 1)
    if api.get(path, {**params, "page": first}, missing_ok=HIDDEN) is None:
        return not_visible(api, start, _NO_ACCOUNTS)
    for number, users in numbered_pages(api, path, params, lambda answer: records_of(api, answer), first):
        yield Page(users, {"page": number + 1})
    return None


def fetch_directory_items(api: Api, start: Start) -> Fetching:
    """Accounts with their counters as the public directory shows them, the most active first."""

    def directory_items(answer: Any) -> list[Record]:
        return records_of(api, answer, "directory_items")

    first = (start.resume or {}).get("page", 0)
    for number in itertools.count(first):
        # Current servers refuse pages above 10; older ones go on to the last account.
        refusals = HIDDEN | {400, 422} if number > _LAST_DIRECTORY_PAGE else HIDDEN
        params = {"period": "all", "order": "post_count", "page": number}
        items = confirmed_if_visible(api, "/directory_items.json", params, directory_items, refusals)
        if items is None and number > _LAST_DIRECTORY_PAGE:
            api.note("of the public directory only the first 550 accounts can be seen")
            break
        if items is None:
            return not_visible(api, start, _NO_DIRECTORY)
        if not items:
            break
        yield Page(items, {"page": number + 1})
    return None


def fetch_badges(api: Api, start: Start) -> Fetching:
    """Every badge; without an administrator's key only those that are in use and listed."""
    known = badges(api)
    if known is None:
        return not_visible(api, start, NO_BADGES)
    yield Page(known, {})
    return None


def badges(api: Api) -> list[Record] | None:
    """All badges, or None where the forum has none to show."""

    def rows(answer: Any) -> list[Record]:
        return records_of(api, answer, "badges")

    found = confirmed_if_visible(api, "/admin/badges.json", {}, rows)
    return confirmed_if_visible(api, "/badges.json", {}, rows) if found is None else found


def fetch_user_badges(api: Api, start: Start) -> Fetching:
    """Who was granted which badge when, badge by badge, newest first, down to the grants known before.

    A first walk ends at `start_date`. A daily job grants most badges and dates them back to what earned them,
    hence the overlap of a week.
    """
    listed = badges(api)
    if listed is None:
        return not_visible(api, start, NO_BADGES)
    newest: Mapping[str, str] = (start.watermark or {}).get("newest", {})
    earliest: datetime | None = api.settings["start_date"]
    resume = start.resume or {"newest": newest, "done": [], "badge": None}
    reached, done = dict(resume["newest"]), list(resume["done"])
    for badge in listed:
        key = badge["id"]
        if key in done:
            continue
        known = newest.get(str(key))
        floor = clock.iso(clock.parse(known) - _GRANT_OVERLAP) if known else ""
        if earliest and start.watermark is None:
            floor = clock.iso(earliest)
        here = resume if resume["badge"] == key else {"offset": 0, "top": known or ""}
        offset, top = here["offset"], here["top"]
        while grants := _grants(api, key, offset):
            # A page may say a record twice; the next one begins after the records, not after the lines.
            offset += len({grant["id"] for grant in grants})
            fresh = [grant for grant in grants if _granted_at(grant) >= floor]
            top = max(top, _granted_at(grants[0]))
            state = {"newest": reached, "done": done, "badge": key, "offset": offset, "top": top}
            yield Page(fresh, state)
            if len(fresh) < len(grants):
                break
        if top:
            reached = reached | {str(key): top}
        done = [*done, key]
    return {"newest": reached} if reached else start.watermark


def backfill_user_badges(api: Api, start: Start) -> Fetching:
    """The grants before the daily load's beginning, badge by badge, newest first."""
    listed = badges(api)
    if listed is None:
        return not_visible(api, start, NO_BADGES)
    fresh: dict[str, Any] = {"badge": None, "offset": 0, "lowest": "", "last": 0}
    state = {"done": [], **fresh} | (start.resume or start.watermark or {})
    until = clock.iso(start.until) if start.until else ""
    since = clock.iso(start.since) if start.since else ""
    for badge in listed:
        key, done = badge["id"], state["done"]
        if key in done:
            continue
        here = state if state["badge"] == key else fresh
        offset, lowest = _offset_at(api, key, here["offset"], here["lowest"], here["last"]), here["lowest"]
        while grants := _grants(api, key, offset):
            offset += len({grant["id"] for grant in grants})
            lowest, last = _granted_at(grants[-1]), grants[-1]["id"]
            wanted = [grant for grant in grants if since <= _granted_at(grant) < until]
            state = {"done": done, "badge": key, "offset": offset, "lowest": lowest, "last": last}
            yield Page(wanted, state)
            if lowest < since:
                break
        state = {"done": [*done, key], **fresh}
        yield Page([], state, share=len(state["done"]) / len(listed))
    return {}


def _offset_at(api: Api, badge: int, offset: int, lowest: str, last: int) -> int:
    """Where to go on after the grant `last`: further up if grants were taken back meanwhile."""
    while offset > 0:
        grants = _grants(api, badge, offset - 1)
        if grants and (grants[0]["id"] == last or _granted_at(grants[0]) > lowest):
            return offset
        offset = max(offset - _GRANTS_BACK, 0)
    return 0


def grant_pages(api: Api, badge: int) -> Iterator[list[Record]]:
    """Yield the grants of a badge, newest first, page by page, to the last."""
    offset = 0
    while grants := _grants(api, badge, offset):
        yield grants
        offset += len({grant["id"] for grant in grants})


def _grants(api: Api, badge: int, offset: int) -> list[Record]:
    def grants(answer: Any) -> list[Record]:
        # Newer servers wrap the list.
        return records_of(api, answer.get("user_badge_info") or answer, "user_badges")

    return confirmed_if_visible(api, "/user_badges.json", {"badge_id": badge, "offset": offset}, grants) or []


def _granted_at(grant: Record) -> str:
    moment = clock.parse_or_none(grant.get("granted_at"))
    return clock.iso(moment) if moment else ""
