"""Who is to be erased: all accounts of one person, and everything that identifies them.

Accounts are those the last build made one person of. Names and addresses are collected from the landing
files too, because these remember names from before a change.
"""

from __future__ import annotations

import html
import logging
import re
import secrets
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import duckdb
import orjson

from extractors.errors import LodestarError
from extractors.landing import parts_of, read_lines, streams_of
from extractors.privacy import Keys
from extractors.registry import VENDORS
from extractors.source import People
from extractors.suppression import Suppression, Token, erased_name, keyed_hash, normal, words
from warehouse.schema import Schema
from warehouse.tables import literal, quoted

logger = logging.getLogger("lodestar.erase")

Account = tuple[str, str]
"""(source, the vendor's id)"""

FIRST_SUBSTITUTE = 9_000_000_000_000_000
"""Random ids are above every vendor's and below 2^53, which JSON readers keep exactly."""
_ONE_MORE = 10**9
_EMAIL_HASH = re.compile(r"k([a-z0-9]+):[0-9a-f]{64}\Z")


class EraseError(LodestarError):
    """Nobody can be erased as asked; the message never says who it was about."""


class EraseIncomplete(LodestarError):
    """Something of the person is still there."""


class NobodyFound(EraseError):
    """Whoever was asked for is in no table."""


@dataclass(frozen=True)
class Asked:
    """What somebody typed: accounts, or e-mail addresses."""

    accounts: tuple[Account, ...] = ()
    emails: tuple[str, ...] = ()


@dataclass
class Person:
    """The accounts of one person and what was found to identify them."""

    accounts: tuple[Account, ...]
    emails: tuple[str, ...] = ()
    """Addresses in plain, only where somebody typed them."""
    found: dict[str, set[tuple[str, str]]] = field(default_factory=dict)
    """By source: (field, value)."""
    number: int = field(default_factory=lambda: secrets.randbelow(_ONE_MORE - 1) + 1)
    """Random; all their accounts share the name made of it."""

    def substitute(self, account: Account) -> int:
        """The random id of one of the accounts."""
        return FIRST_SUBSTITUTE + self.accounts.index(account) * _ONE_MORE + self.number


@dataclass(frozen=True)
class Known:
    """What the working database says about sources and accounts."""

    vendors: Mapping[str, str]
    """Source: vendor, of every source that was ever loaded."""
    members: Mapping[Account, str]
    """Account: member_key, as of the last build."""
    names: Mapping[str, set[Account]]
    """User and display names in lower case, and whose they are."""


def known(connection: duckdb.DuckDBPyConnection) -> Known:
    """Sources, accounts and names of an open working database."""
    try:
        vendors = dict(connection.execute("select source, vendor from raw._sources").fetchall())
    except duckdb.CatalogException:
        raise EraseError(
            "the working database is empty, so nobody can be found. Load first: python -m warehouse load"
        ) from None
    members: dict[Account, str] = {}
    names: dict[str, set[Account]] = {}
    try:
        rows = connection.execute(
            "select r.source_name, r.account_id, r.member_key, u.username, u.display_name from "
            "intermediate.int_members__resolved as r left join intermediate.int_accounts__unioned as u using "
            "(account_key)"
        ).fetchall()
    except duckdb.CatalogException:
        raise EraseError(
            "which accounts are one person's is known after a build. Build first: python -m warehouse build"
        ) from None
    for source, account, member, *shown in rows:
        members[source, account] = member
        for name in shown:
            if name:
                names.setdefault(normal(name), set()).add((source, account))
    return Known(vendors, members, names)


def people_of(
    connection: duckdb.DuckDBPyConnection, schema: Schema, known: Known, asked: Asked, keys: Keys
) -> list[Person]:
    """The people asked for, each with all accounts; raises EraseError if one is nobody's."""
    groups: dict[str, set[Account]] = {}

    def add(account: Account) -> None:
        member = known.members.get(account, ":".join(account))
        groups.setdefault(member, set()).add(account)
        groups[member] |= {other for other, key in known.members.items() if key == member}

    for number, account in enumerate(asked.accounts, 1):
        if account[0] not in known.vendors:
            raise EraseError(
                f"account {number}: its source is not known. Known: {', '.join(sorted(known.vendors))}."
            )
        if account not in known.members and not _is_loaded(connection, schema, known, account):
            raise NobodyFound(
                f"account {number} of those asked for is in no table; dim_member_account lists accounts by "
                "source and id. If they were erased before, there is nothing left to do."
            )
        add(account)
    by_email: dict[str, set[str]] = {}
    for number, email in enumerate(asked.emails, 1):
        found = list(_with_email(connection, schema, known, email, keys))
        if not found:
            raise NobodyFound(
                f"e-mail address {number} of those asked for belongs to no account under the configured keys."
            )
        for account in found:
            add(account)
            by_email.setdefault(known.members.get(account, ":".join(account)), set()).add(email)
    # Two addresses or accounts may be one person.
    return [
        Person(tuple(sorted(accounts)), tuple(sorted(by_email.get(member, ()))))
        for member, accounts in sorted(groups.items())
    ]


def _is_loaded(connection: duckdb.DuckDBPyConnection, schema: Schema, known: Known, account: Account) -> bool:
    source, account_id = account
    vendor = known.vendors[source]
    for stream, column in VENDORS[vendor].people.accounts.items():
        table = schema.tables.get((vendor, stream))
        if (
            table is not None
            and connection.execute(
                f"select 1 from raw.{quoted(table.name)} where _source = ? and "
                f"cast({quoted(column)} as varchar) = ? limit 1",
                [source, account_id],
            ).fetchone()
        ):
            return True
    return False


def _with_email(
    connection: duckdb.DuckDBPyConnection, schema: Schema, known: Known, email: str, keys: Keys
) -> Iterator[Account]:
    hashes = [keyed_hash(key, secret, email.strip().lower()) for key, secret in keys]
    for source, vendor in sorted(known.vendors.items()):
        people = VENDORS[vendor].people if vendor in VENDORS else People()
        for stream, key in people.accounts.items():
            table = schema.tables.get((vendor, stream))
            if table is None:
                continue
            columns = [column.name for column in table.columns if column.name in people.key_fields]
            where = " or ".join(
                f"contains(cast({quoted(column)} as varchar), {literal(each)})"
                for column in columns
                for each in hashes
            )
            if where:
                yield from (
                    (source, str(account))
                    for (account,) in connection.execute(
                        f"select distinct {quoted(key)} from raw.{quoted(table.name)} where _source = ? and "
                        f"({where})",
                        [source],
                    ).fetchall()
                )


def account_tokens(people: Iterable[Person]) -> list[Token]:
    """What stands for each account's id."""
    return [
        Token("account", account[1], person.substitute(account), account[0])
        for person in people
        for account in person.accounts
    ]


def collect(landing: Path, people: Sequence[Person], keys: Keys) -> int:
    """Fill `found` of each person from the landing files; the number of records that show them."""
    tokens = account_tokens(people)
    entries = tuple(token.entry(keys[0]) for token in tokens)
    shown = {erased_name(person.number): person for person in people}
    records = 0
    for folder, vendor in streams_of(landing).items():
        source, stream = folder.parent.name, folder.name
        ids = [token.text for token in tokens if token.source == source]
        if not ids or vendor not in VENDORS:
            continue
        finder = Suppression(VENDORS[vendor].people, source, entries, dict(keys))
        pattern = re.compile("|".join(map(re.escape, ids)).encode())
        for part in parts_of(folder):
            for line in read_lines(part):
                if not pattern.search(line):
                    continue
                record = orjson.loads(line)
                is_shown = False
                for name, field_name, value in finder.identifying(stream, record):
                    shown[name].found.setdefault(source, set()).add((field_name, value))
                    is_shown = True
                records += is_shown
    return records


def tokens_of(person: Person, known: Known, keys: Keys, everywhere: bool = False) -> list[Token]:
    """Everything that identifies a person, with what stands in its place.

    A user name that is an ordinary word (`maria`) counts only where a user name stands (`@maria`), unless
    `everywhere`; so does one that somebody else bears too. A name of one word is replaced in the person's own
    records only.
    """
    tokens = account_tokens([person])
    secret_ids = dict(keys)
    shown = erased_name(person.number)
    mine = set(person.accounts)
    done: set[tuple[str | None, str]] = set()
    keyed: dict[str, str] = {}

    def add(text: str, becomes: str, source: str | None = None, mention: bool = False) -> None:
        for spelling in dict.fromkeys((text, html.escape(text), html.escape(text, quote=False))):
            if words(spelling) and (source, normal(spelling)) not in done:
                done.add((source, normal(spelling)))
                tokens.append(Token("text", spelling, becomes, source, mention))

    for source, account in person.accounts:
        substitute = person.substitute((source, account))
        add(f"users/{account}", f"users/{substitute}", source)
    for email in person.emails:
        add(email.strip(), "[e-mail]")
        for key, secret in keys:
            keyed.setdefault(keyed_hash(key, secret, email.strip().lower()), "")
    for source, pairs in sorted(person.found.items()):
        people = VENDORS[known.vendors[source]].people
        for name, value in sorted(pairs):
            is_shared = bool(known.names.get(normal(value), set()) - mine)
            if _EMAIL_HASH.match(value):
                keyed.setdefault(value, "")
            elif name in people.key_fields:
                add(value, f"{shown}-{secrets.token_hex(4)}", mention=not _is_distinctive(value))
            elif name in people.username_fields and not re.search(r"\s", value):
                is_word = not _is_distinctive(value) and not everywhere
                add(value, shown, source if is_shared else None, is_word or is_shared)
            elif len(words(value)) > 1 and not is_shared:
                add(value, shown)
    for hashed in sorted(keyed):
        match = _EMAIL_HASH.match(hashed)
        key_id = match[1] if match else ""
        becomes = f"k{keys[0][0]}:{secrets.token_hex(32)}"
        add(hashed, becomes)
        if key_id in secret_ids:
            tokens.append(Token("email", hashed, becomes))
    return tokens


def key_of(token: Token, keys: Keys) -> tuple[str, bytes]:
    """The privacy key a token is to be hashed under: an address's own, else the current one."""
    match = _EMAIL_HASH.match(token.text) if token.kind == "email" else None
    return next((key for key in keys if match and key[0] == match[1]), keys[0])


def _is_distinctive(text: str) -> bool:
    """Whether a text can't be an ordinary word: it has a digit or a sign in it, and five letters."""
    return len(text) >= 5 and re.search(r"[^A-Za-z\u00c0-\u024f]", text) is not None
