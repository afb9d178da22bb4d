"""Accounts in the three sources, and what ties the accounts of one person together."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import combinations

from sandbox.simulation.chance import Rng, generator
from sandbox.simulation.options import BOARD, DAY_MS, DESK, FORUM, Options
from sandbox.simulation.people import BOT, STAFF, Account, People

_PRIVATE_MAIL = ("mail.example.com", "post.example.org", "inbox.example.net", "web.example.org")


def open_accounts(options: Options, people: People, first_seen: Mapping[str, Mapping[int, int]]) -> None:
    """Gives people their accounts.

    `first_seen` holds for each source and person the first moment (ms) they do something there; the
    account opens shortly before. Names, addresses and external ids are drawn so that the same person
    can be told in two sources by a verified address, by an external id, by a known link, or not at all.
    """
    rng = generator(options.seed, "identity")
    usernames = _usernames(rng, people)
    addresses = _addresses(rng, people, usernames)
    single_sign_on = rng.random(len(people)) < 0.24
    for source, moments in first_seen.items():
        born = sorted(moments, key=lambda person: (moments[person], person))
        number = _account_numbers(source)
        for person in born:
            account = Account(
                person=person,
                source=source,
                account_id=next(number),
                username=usernames[person],
                name=" ".join(people.names[person]) if rng.random() < 0.93 else None,
                email=addresses[person],
                verified=True,
                external_id=None,
                created_ms=max(
                    options.start_ms - DAY_MS, moments[person] - int(rng.exponential(0.4 * DAY_MS)) - 60_000
                ),
            )
            _tie(rng, people, account, single_sign_on[person])
            people.accounts[source][person] = account
    _traps(rng, people)


def _tie(rng: Rng, people: People, account: Account, single_sign_on: bool) -> None:
    """Chooses what of the person's identity this account shows."""
    person = account.person
    if people.role[person] in (STAFF, BOT):
        return
    if single_sign_on:
        account.external_id = f"hb-{100_000 + person}"
    draw = rng.random()
    given, family = people.names[person]
    if account.source == FORUM:
        if draw < 0.06:
            account.verified = False
        return
    if draw < 0.64:
        if draw < 0.1 and account.email:
            account.email = account.email.title() if draw < 0.05 else f" {account.email.upper()}"
    elif draw < 0.76:
        account.verified = False
    elif draw < 0.95:
        account.email = f"{given[0]}{family}.{person}@{_PRIVATE_MAIL[person % 4]}".lower()
    else:
        account.email, account.verified = None, False


def _traps(rng: Rng, people: People) -> None:
    """Look-alikes that no evidence joins, shared mailboxes to split, and links known by hand."""
    members = [a for a in people.accounts[BOARD].values() if people.role[a.person] not in (STAFF, BOT)]
    forum = [a for a in people.accounts[FORUM].values() if people.role[a.person] not in (STAFF, BOT)]
    desk = [a for a in people.accounts[DESK].values() if people.role[a.person] not in (STAFF, BOT)]
    rng.shuffle(members)
    rng.shuffle(desk)
    claims = max(2, len(members) // 120)
    for account, other in zip(members[:claims], forum[:: max(1, len(forum) // claims)], strict=False):
        if account.person != other.person and account.external_id is None:
            account.email, account.verified = other.email, False
    shared = 0
    for account, other in zip(members[claims:], desk, strict=False):
        if shared == max(2, len(members) // 250):
            break
        if account.person == other.person or account.external_id or other.external_id:
            continue
        mailbox = f"office{shared}@shared.example.org"
        account.email, account.verified, other.email, other.verified = mailbox, True, mailbox, True
        people.links.append(("split", account, other, "two people behind one mailbox"))
        shared += 1
    linked = 0
    for account in members:
        forum_account = people.accounts[FORUM].get(account.person)
        if forum_account and not evidence(account, forum_account) and linked < max(2, len(members) // 60):
            people.links.append(("merge", account, forum_account, "told us in a call"))
            linked += 1


def _account_numbers(source: str) -> Iterator[int]:
    first, step = {FORUM: (1, 1), BOARD: (40_100_211, 37), DESK: (9_200_400_117, 53)}[source]
    return iter(range(first, 1 << 60, step))


def _usernames(rng: Rng, people: People) -> list[str]:
    taken: defaultdict[str, int] = defaultdict(int)
    made: list[str] = []
    styles = rng.integers(0, 4, len(people)).tolist()
    for (given, family), style in zip(people.names, styles, strict=True):
        stem = (
            f"{given}.{family}".lower(),
            f"{given}{family[0]}",
            f"{given[0]}{family}".lower(),
            f"{given}_{family[:3]}".lower(),
        )[style]
        taken[stem.lower()] += 1
        turn = taken[stem.lower()]
        made.append(stem if turn == 1 else f"{stem}{turn}")
    return made


def _addresses(rng: Rng, people: People, usernames: list[str]) -> list[str]:
    private = rng.random(len(people)) < 0.4
    made: list[str] = []
    for person, username in enumerate(usernames):
        local = f"{username.lower().replace('_', '.')}.{person}"
        index = int(people.organization[person])
        if people.role[person] in (STAFF, BOT):
            made.append(f"{local}@harbor.example.com")
        elif index >= 0 and not private[person]:
            made.append(f"{local}@{people.organizations[index].domain}")
        else:
            made.append(f"{local}@{_PRIVATE_MAIL[person % 4]}")
    return made


def evidence(a: Account, b: Account) -> str | None:
    """What by itself joins two accounts: `external_id`, `email` (both verified), or nothing."""
    if a.external_id is not None and a.external_id == b.external_id:
        return "external_id"
    if a.verified and b.verified and a.email and b.email and _same(a.email, b.email):
        return "email"
    return None


def _same(a: str, b: str) -> bool:
    return a.strip().lower() == b.strip().lower()


@dataclass(frozen=True)
class Pair:
    """Two accounts and whether they may be joined."""

    a: Account
    b: Account
    evidence: str
    """`email`, `external_id`, `link`, `split`, or `none`; `chain` if only other accounts join the two."""
    mergeable: bool


def pairs(people: People) -> list[Pair]:
    """Every pair of accounts of one person, and every pair that a split keeps apart."""
    by_person: defaultdict[int, list[Account]] = defaultdict(list)
    for source in (FORUM, BOARD, DESK):
        for person, account in people.accounts[source].items():
            by_person[person].append(account)
    merged = {
        frozenset(((a.source, a.account_id), (b.source, b.account_id))): action
        for action, a, b, _ in people.links
    }
    made: list[Pair] = []
    for person in sorted(by_person):
        accounts = by_person[person]
        direct: dict[tuple[int, int], str] = {}
        for (i, a), (j, b) in combinations(enumerate(accounts), 2):
            link = merged.get(frozenset(((a.source, a.account_id), (b.source, b.account_id))))
            found = "link" if link == "merge" else evidence(a, b)
            if found:
                direct[i, j] = found
        joined = _components(len(accounts), direct)
        for (i, a), (j, b) in combinations(enumerate(accounts), 2):
            together = joined[i] == joined[j]
            why = direct.get((i, j), "chain" if together else "none")
            made.append(Pair(a, b, why, together))
    made.extend(Pair(a, b, "split", False) for action, a, b, _ in people.links if action == "split")
    return made


def _components(count: int, edges: Iterable[tuple[int, int]]) -> list[int]:
    group = list(range(count))
    for i, j in edges:
        keep, drop = sorted((group[i], group[j]))
        group = [keep if g == drop else g for g in group]
    return group
