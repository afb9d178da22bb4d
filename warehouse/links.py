"""What a row of the seed `member_links` would change: the people concerned, before and after.

Nothing is written. The rules by which accounts become people are those of `int_members__resolved`, applied
to the accounts, keys and links of the last build with one link more.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from datetime import date, datetime
from pathlib import Path
from typing import Any, Literal

import duckdb

from extractors.errors import LodestarError
from warehouse.connection import WAIT_SECONDS, open_working
from warehouse.layout import Layout

Action = Literal["merge", "split"]
NOT_BUILT = "the working database holds no people yet. Build first: python -m warehouse build"


class LinkError(LodestarError):
    """The preview can't be made: no such account, or nothing built yet."""


@dataclass(frozen=True)
class Link:
    """A row of `member_links`; accounts as in `forum:42`."""

    action: str
    first: str
    second: str


@dataclass(frozen=True)
class Key:
    """A key that identifies the owner of an account in every source."""

    account: str
    kind: str
    value: str


@dataclass
class Figures:
    """What a person, here a set of accounts, gave; the order is that of the printed table."""

    contributions: int = 0
    active_months: int = 0
    first_contribution: str = "none yet"
    answers: int = 0
    accepted_answers: int = 0
    likes_received: int = 0
    ticket_equivalents: float = 0.0
    people_helped: int = 0
    own_topic_replies: int = 0


@dataclass(frozen=True)
class Person:
    """Accounts that are one person, and what they gave together."""

    name: str
    accounts: tuple[str, ...]
    figures: Figures


@dataclass(frozen=True)
class Preview:
    """The people whom a link concerns, as they are and as they would be."""

    link: Link
    before: tuple[Person, ...]
    after: tuple[Person, ...]
    notes: tuple[str, ...]

    def __str__(self) -> str:
        return "\n".join(_lines(self))


def preview_link(
    data_dir: Path,
    action: Action,
    first: tuple[str, str],
    second: tuple[str, str],
    wait_seconds: float = WAIT_SECONDS,
) -> Preview:
    """What `action` on two accounts, each (source, vendor's id), would change since the last build."""
    link = Link(action, ":".join(first), ":".join(second))
    if not Layout(data_dir).database.exists():
        raise LinkError(NOT_BUILT)
    with open_working(data_dir, "preview-link", wait_seconds) as working:
        return preview(working.connection, link)


def preview(connection: duckdb.DuckDBPyConnection, link: Link) -> Preview:
    """The same on an open, built database."""
    names = _accounts(connection)
    for account in (link.first, link.second):
        if account not in names:
            raise LinkError(f"there is no account {account}. dim_member_account lists them by source and id.")
    if link.first == link.second:
        raise LinkError(f"{link.first} is given twice. A link needs two accounts.")
    keys = [Key(*row) for row in _rows(connection, _KEYS)]
    links = [Link(*row) for row in _rows(connection, _LINKS)]
    before = people(names, keys, links)
    after = people(names, keys, [*links, link])
    concerned = _concerned(before, after, link)
    work = _work(connection, concerned)
    return Preview(
        link,
        _persons(before, concerned, names, work),
        _persons(after, concerned, names, work),
        tuple(_notes(connection, link, before, after, concerned)),
    )


def people(accounts: Iterable[str], keys: Sequence[Key], links: Sequence[Link]) -> dict[str, str]:
    """Each account's person (the key of their first account), of accounts in order of source and id."""
    order = {account: position for position, account in enumerate(accounts)}
    keys = [key for key in keys if key.account in order]
    splits = {(link.first, link.second) for link in links if link.action == "split"}
    undone = splits | {(second, first) for first, second in splits}
    merges = [
        (link.first, link.second)
        for link in links
        if link.action == "merge"
        and (link.first, link.second) not in undone
        and {link.first, link.second} <= set(order)
    ]
    together = _components(order, keys, merges)
    held: defaultdict[str, set[tuple[str, str]]] = defaultdict(set)
    for key in keys:
        held[key.account].add((key.kind, key.value))
    lost: defaultdict[str, set[tuple[str, str]]] = defaultdict(set)
    for first, second in splits:
        shared = held[first] & held[second]
        if shared:
            lost[second] |= shared
        elif first in order and second in order and together[first] == together[second]:
            lost[second] |= held[second]
    kept = [key for key in keys if (key.kind, key.value) not in lost[key.account]]
    return _components(order, kept, merges)


def _components(
    order: Mapping[str, int], keys: Iterable[Key], merges: Iterable[tuple[str, str]]
) -> dict[str, str]:
    parent = {account: account for account in order}

    def root(account: str) -> str:
        while parent[account] != account:
            parent[account] = parent[parent[account]]
            account = parent[account]
        return account

    holders: dict[tuple[str, str], str] = {}
    ties = [(holders.setdefault((key.kind, key.value), key.account), key.account) for key in keys]
    for one, other in [*ties, *merges]:
        low, high = sorted((root(one), root(other)), key=order.__getitem__)
        parent[high] = low
    return {account: root(account) for account in order}


def _concerned(before: Mapping[str, str], after: Mapping[str, str], link: Link) -> list[str]:
    roots = {
        (moment, mapping[account])
        for moment, mapping in enumerate((before, after))
        for account in (link.first, link.second)
    }
    return [account for account in before if {(0, before[account]), (1, after[account])} & roots]


@dataclass(frozen=True)
class _Replies:
    """What an account gave in the topics of another (or its own); see `int_account_replies__paired`."""

    opener: str
    replies: int
    answers: int
    accepted_answers: int
    likes_received: int
    helpful_likes: int
    has_helped: bool


@dataclass
class _Work:
    """What each concerned account did."""

    months: defaultdict[str, list[tuple[date, int, datetime]]] = field(
        default_factory=lambda: defaultdict(list)
    )
    """Account: (month, contributions, the first of them)"""
    replies: defaultdict[str, list[_Replies]] = field(default_factory=lambda: defaultdict(list))


def _work(connection: duckdb.DuckDBPyConnection, concerned: Sequence[str]) -> _Work:
    connection.execute(
        "create or replace temp table concerned as select unnest(?::varchar[]) as account_key", [concerned]
    )
    work = _Work()
    for account, *month in _rows(connection, _MONTHS):
        work.months[account].append(tuple(month))
    for account, *replies in _rows(connection, _REPLIES):
        work.replies[account].append(_Replies(*replies))
    return work


def _persons(
    mapping: Mapping[str, str], concerned: Sequence[str], names: Mapping[str, str | None], work: _Work
) -> tuple[Person, ...]:
    grouped: defaultdict[str, list[str]] = defaultdict(list)
    for account in concerned:
        grouped[mapping[account]].append(account)
    return tuple(
        Person(
            next((name for account in accounts if (name := names[account])), accounts[0]),
            tuple(accounts),
            _figures(accounts, mapping, work),
        )
        for accounts in grouped.values()
    )


def _figures(accounts: Sequence[str], mapping: Mapping[str, str], work: _Work) -> Figures:
    figures = Figures()
    months = [month for account in accounts for month in work.months[account]]
    if months:
        figures.contributions = sum(authored for _, authored, _ in months)
        figures.active_months = len({month for month, _, _ in months})
        figures.first_contribution = f"{min(first_at for _, _, first_at in months):%Y-%m-%d}"
    helped: set[str] = set()
    thirds = 0
    for replies in (each for account in accounts for each in work.replies[account]):
        figures.likes_received += replies.likes_received
        if replies.opener in accounts:
            figures.own_topic_replies += replies.replies
            continue
        figures.answers += replies.answers
        figures.accepted_answers += replies.accepted_answers
        thirds += 3 * replies.accepted_answers + replies.helpful_likes
        if replies.has_helped:
            helped.add(mapping.get(replies.opener, replies.opener))
    figures.ticket_equivalents = thirds / 3
    figures.people_helped = len(helped)
    return figures


def _notes(
    connection: duckdb.DuckDBPyConnection,
    link: Link,
    before: Mapping[str, str],
    after: Mapping[str, str],
    concerned: Sequence[str],
) -> Iterable[str]:
    joined_before = before[link.first] == before[link.second]
    joined_after = after[link.first] == after[link.second]
    if link.action == "merge" and joined_before:
        yield "They are one person already; the row would change nothing."
    elif link.action == "merge" and not joined_after:
        yield "member_links has a split of these two accounts, which beats the merge: take it out first."
    elif link.action == "split" and not joined_before:
        yield "They are two people already; the row would only keep the pair off member_match_suggestions."
    elif link.action == "split" and joined_after:
        yield "Other accounts or links still join them: split those too, or take a merge out of member_links."
    elif link.action == "split" and sum(before[a] == before[link.first] for a in concerned) > 2:
        yield "Look where the other accounts go: a split takes keys only from the second account."
    staff = {account for (account,) in _rows(connection, _STAFF)}
    staffed, everybody = ({before[each] for each in group} for group in (staff, concerned))
    if staff and staffed != everybody:
        yield (
            "One of them is or was staff: whoever is one person with staff was staff then too, so topics of "
            "that time are no questions. The figures leave this out."
        )


def _lines(preview: Preview) -> Iterable[str]:
    link = preview.link
    yield f"{link.action} {link.first} {link.second}"
    for moment, persons in (("as it is", preview.before), ("as it would be", preview.after)):
        yield ""
        yield f"{moment}: {len(persons)} {'person' if len(persons) == 1 else 'people'}"
        heads = [f"{person.name} ({', '.join(person.accounts)})" for person in persons]
        widths = [max(len(head), 10) for head in heads]
        yield f"  {'':<20}" + "".join(f"  {head:>{width}}" for head, width in zip(heads, widths, strict=True))
        for each in fields(Figures):
            values = [_shown(getattr(person.figures, each.name)) for person in persons]
            label = each.name.replace("_", " ")
            yield f"  {label:<20}" + "".join(
                f"  {value:>{width}}" for value, width in zip(values, widths, strict=True)
            )
    yield ""
    yield from preview.notes
    source_a, _, id_a = link.first.partition(":")
    source_b, _, id_b = link.second.partition(":")
    yield "To do it, add to member_links.csv and build again:"
    yield f"  {link.action},{source_a},{id_a},{source_b},{id_b},why you know"


def _shown(value: object) -> str:
    if isinstance(value, float):
        return f"{value:,.1f}"
    return f"{value:,}" if isinstance(value, int) else str(value)


def _accounts(connection: duckdb.DuckDBPyConnection) -> dict[str, str | None]:
    return dict(_rows(connection, _ACCOUNTS))


def _rows(connection: duckdb.DuckDBPyConnection, query: str) -> list[Any]:
    try:
        return connection.execute(query).fetchall()
    except duckdb.CatalogException:
        raise LinkError(NOT_BUILT) from None


_ACCOUNTS = """
select account_key, coalesce(display_name, username)
from intermediate.int_accounts__unioned
order by source_name, coalesce(try_cast(account_id as bigint), 9223372036854775807), account_id
"""
_KEYS = "select account_key, key_kind, key_value from intermediate.int_account_keys__verified"
_LINKS = """
select action, source_name_a || ':' || account_id_a, source_name_b || ':' || account_id_b
from seeds.member_links
"""
_STAFF = """
select distinct account_key
from intermediate.int_staff_periods__unioned semi join concerned using (account_key)
"""
_MONTHS = """
select account_key, month, authored, first_contribution_at
from intermediate.int_account_activity__monthly semi join concerned using (account_key)
"""
_REPLIES = """
select
    account_key, opener_account_key, replies, answers, accepted_answers, likes_received,
    helpful_likes, has_helped
from intermediate.int_account_replies__paired semi join concerned using (account_key)
"""
