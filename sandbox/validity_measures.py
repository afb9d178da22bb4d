"""What is measured against a simulation's ground truth: small functions that give named figures.

A function of `MEASURES` takes an opened community and gives shares, with the project's aim where there is
one. The truth is the simulation's and is never read by the marts. A mart that is missing gives no figure.
"""

from __future__ import annotations

import csv
import gzip
import itertools
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import Any

import duckdb

from extractors.errors import LodestarError
from sandbox.dataset import moment_of

EARLY, LATE = -1, 2
"""A true burst and a detected onset of one person are the same if the onset's month is so many months off."""


class ValidityError(LodestarError):
    """A community could not be made or read."""


@dataclass(frozen=True)
class Figure:
    """A share of 0 to 1, as a count of a count."""

    name: str
    hits: int
    of: int
    aim: float | None = None
    """The share to reach."""

    @property
    def share(self) -> float | None:
        return self.hits / self.of if self.of else None

    def plus(self, other: Figure) -> Figure:
        """The same over two communities."""
        return Figure(self.name, self.hits + other.hits, self.of + other.of, self.aim)


@dataclass(frozen=True)
class Community:
    """A built warehouse (working or published) and the truth of the simulation it was loaded from."""

    connection: duckdb.DuckDBPyConnection
    dataset: Path

    @cached_property
    def tables(self) -> Mapping[str, str]:
        """Marts by name, with the name to query: in schema `marts` while built, in `main` once published."""
        rows = self.connection.execute(
            "select schema_name, table_name from duckdb_tables() where schema_name in ('marts', 'main')"
        ).fetchall()
        return {name: f'"{schema}"."{name}"' for schema, name in rows}

    def rows(self, mart: str) -> list[dict[str, Any]]:
        """All rows of a mart."""
        answer = self.connection.execute(f"select * from {self.tables[mart]}")
        names = [column[0] for column in answer.description or ()]
        return [dict(zip(names, row, strict=True)) for row in answer.fetchall()]

    def truth(self, name: str) -> list[dict[str, str]]:
        """All rows of a table of the truth, as text."""
        path = next(iter(sorted((self.dataset / "truth").glob(f"{name}.csv*"))), None)
        if path is None:
            raise ValidityError(f"{self.dataset} has no truth/{name}.csv. Make the dataset with `simulate`.")
        packed = path.read_bytes()
        text = (gzip.decompress(packed) if path.suffix == ".gz" else packed).decode("utf-8")
        return list(csv.DictReader(text.splitlines()))

    @cached_property
    def until(self) -> datetime:
        """When the last contribution was made; the truth also knows what comes later."""
        row = self.connection.execute(
            f"select max(occurred_at) from {self.tables['fct_contribution']}"
        ).fetchone()
        if row is None or row[0] is None:
            raise ValidityError("the database holds no contribution.")
        last: datetime = row[0]
        return last

    @cached_property
    def member_key_of(self) -> Mapping[tuple[str, str], str]:
        """Member keys by source and account."""
        return {
            (row["source_name"], row["account_id"]): row["member_key"]
            for row in self.rows("dim_member_account")
        }

    @cached_property
    def keys_of_person(self) -> Mapping[str, frozenset[str]]:
        """Member keys by the truth's person: several where accounts are not joined."""
        keys: dict[str, set[str]] = defaultdict(set)
        for row in self.truth("accounts"):
            key = self.member_key_of.get((row["source_name"], row["account_id"]))
            if key is not None:
                keys[row["member_id"]].add(key)
        return {person: frozenset(found) for person, found in keys.items()}

    @cached_property
    def people_of_key(self) -> Mapping[str, frozenset[str]]:
        """The truth's people by member key: one, unless different people were joined."""
        people: dict[str, set[str]] = defaultdict(set)
        for person, keys in self.keys_of_person.items():
            for key in keys:
                people[key].add(person)
        return {key: frozenset(found) for key, found in people.items()}

    @cached_property
    def roles(self) -> Mapping[str, str]:
        """The truth's role by person."""
        return {row["member_id"]: row["role"] for row in self.truth("members")}

    @cached_property
    def left(self) -> Mapping[str, str]:
        """When staff left, by person; empty if they did not."""
        return {row["member_id"]: row["left_at"] for row in self.truth("members")}


@contextmanager
def opened(database: Path, dataset: Path) -> Iterator[Community]:
    """A built warehouse, opened for reading."""
    try:
        connection = duckdb.connect(str(database), read_only=True)
    except duckdb.Error as error:
        raise ValidityError(f"{database} can't be opened: {error}") from error
    with connection:
        connection.execute("set timezone = 'UTC'")
        yield Community(connection, dataset)


# Trajectories


@dataclass(frozen=True)
class TrueBurst:
    """A burst of the truth; months are numbered."""

    person: str
    month: int
    strength: str
    outcome: str
    is_planned: bool


@dataclass(frozen=True)
class Matched:
    """True bursts and detected onsets of one community, and who is who."""

    community: Community

    @cached_property
    def last(self) -> int:
        """The last complete month."""
        return max(_month(row["month"]) for row in self.community.rows("member_trajectory"))

    @cached_property
    def onsets(self) -> list[dict[str, Any]]:
        return self.community.rows("burst_outcome")

    @cached_property
    def bursts(self) -> list[TrueBurst]:
        return [
            TrueBurst(
                row["member_id"],
                _month_of_text(row["onset_at"]),
                row["strength"],
                row["outcome"],
                row["origin"] == "planned",
            )
            for row in self.community.truth("bursts")
        ]

    @cached_property
    def bursts_by_person(self) -> Mapping[str, list[TrueBurst]]:
        found: dict[str, list[TrueBurst]] = defaultdict(list)
        for burst in self.bursts:
            found[burst.person].append(burst)
        return found

    def bursts_of(self, onset: Mapping[str, Any]) -> list[TrueBurst]:
        """The true bursts that an onset may stand for."""
        return [
            burst
            for person in self.community.people_of_key.get(onset["member_key"], ())
            for burst in self.bursts_by_person.get(person, ())
            if EARLY <= _month(onset["onset_month"]) - burst.month <= LATE
        ]

    def onsets_of(self, burst: TrueBurst, latest: int = LATE) -> list[dict[str, Any]]:
        """The onsets that may stand for a true burst."""
        keys = self.community.keys_of_person.get(burst.person, frozenset())
        return [
            onset
            for onset in self.onsets
            if onset["member_key"] in keys and EARLY <= _month(onset["onset_month"]) - burst.month <= latest
        ]

    def is_called_supernova(self, burst: TrueBurst) -> bool:
        return any(onset["outcome"] == "supernova" for onset in self.onsets_of(burst))

    @cached_property
    def old_supernovas(self) -> list[TrueBurst]:
        """Those that began twelve complete months ago or earlier."""
        return [
            burst for burst in self.bursts if self.last - burst.month >= 12 and burst.outcome == "supernova"
        ]

    @cached_property
    def seen(self) -> list[TrueBurst]:
        """Those whose month and the next are complete."""
        return [burst for burst in self.bursts if self.last - burst.month >= 1]


def trajectories(community: Community) -> list[Figure]:
    """Supernovas told from what lasts, a year on; bursts noticed while they burn.

    Onsets and bursts of staff count as everybody's. A burst whose fate the truth leaves open is neither hit
    nor miss for the outcome.
    """
    if not {"burst_outcome", "member_trajectory"} <= community.tables.keys():
        return []
    matched = Matched(community)
    called = [
        matched.bursts_of(onset)
        for onset in matched.onsets
        if onset["outcome"] == "supernova" and onset["months_observed"] >= 12
    ]
    called = [bursts for bursts in called if not any(burst.outcome == "open" for burst in bursts)]
    figures = [
        Figure(
            "supernovas a year old: of those called so, are so",
            sum(any(burst.outcome == "supernova" for burst in bursts) for bursts in called),
            len(called),
            0.85,
        )
    ]
    for name, chosen, aim in _by_kind("supernovas a year old: called so", matched.old_supernovas):
        figures.append(Figure(name, sum(map(matched.is_called_supernova, chosen)), len(chosen), aim))
    for name, chosen, aim in _by_kind("bursts two complete months old: seen to flare", matched.seen):
        hits = sum(bool(matched.onsets_of(burst, 1)) for burst in chosen)
        figures.append(Figure(name, hits, len(chosen), aim))
    figures.append(
        Figure(
            "flares: are bursts",
            sum(bool(matched.bursts_of(onset)) for onset in matched.onsets),
            len(matched.onsets),
        )
    )
    return figures


def missed_bursts(community: Community) -> list[str]:
    """The planned bursts that the marts miss, each with the numbers that decided."""
    if not {"burst_outcome", "member_trajectory"} <= community.tables.keys():
        return []
    matched = Matched(community)
    months = {(row["member_key"], _month(row["month"])): row for row in community.rows("member_trajectory")}
    told = []
    for burst in matched.bursts:
        unseen = burst in matched.seen and not matched.onsets_of(burst, 1)
        miscalled = burst in matched.old_supernovas and not matched.is_called_supernova(burst)
        if not burst.is_planned or not (unseen or miscalled):
            continue
        near = matched.onsets_of(burst)
        if near:
            onset = near[0]
            peak, least = onset["peak_answers"], 1.25 * onset["flare_threshold"]
            why = (
                f"flare from {onset['onset_month']:%Y-%m}, peak {peak}"
                + (f", below 1.25 H = {least:.1f}" if peak < least else "")
                + ("" if onset["silent_from_month"] else ", not silent for three months")
                + f": {onset['outcome']}"
            )
        else:
            keys = community.keys_of_person.get(burst.person, frozenset())
            cells = [
                months[key, month]
                for key in keys
                for month in range(burst.month, burst.month + LATE + 1)
                if (key, month) in months
            ]
            why = "no flare: " + ", ".join(
                f"{row['answers_to_others']} answers on {row['active_days']} days in {row['month']:%Y-%m} "
                f"(H = {row['flare_threshold']:.1f})"
                for row in cells
            )
        month = f"{burst.month // 12}-{burst.month % 12 + 1:02d}"
        told.append(f"{burst.strength} burst of {month}, in truth {burst.outcome}: {why}")
    return told


def _by_kind(name: str, bursts: Sequence[TrueBurst]) -> list[tuple[str, list[TrueBurst], float | None]]:
    """The aim is for the bursts that the simulation planned; those that arose by chance stand apart."""
    planned = [burst for burst in bursts if burst.is_planned]
    return [
        (name, planned, 0.85),
        *(
            (f"{name} ({strength})", [burst for burst in planned if burst.strength == strength], None)
            for strength in ("strong", "weak")
        ),
        (f"{name} (arisen by chance)", [burst for burst in bursts if not burst.is_planned], None),
        (f"{name} (planned and arisen)", list(bursts), None),
    ]


def _month(day: Any) -> int:
    return int(day.year) * 12 + int(day.month) - 1


def _month_of_text(stamp: str) -> int:
    return int(stamp[:4]) * 12 + int(stamp[5:7]) - 1


# Identity


def identity(community: Community) -> list[Figure]:
    """Accounts joined are one person's; accounts that can be joined are."""
    person_of = {
        (row["source_name"], row["account_id"]): row["member_id"]
        for row in community.truth("accounts")
        if moment_of(row["created_at"]) <= community.until
    }
    keys = community.member_key_of
    accounts: dict[str, list[str]] = defaultdict(list)
    for account, key in keys.items():
        if account in person_of:
            accounts[key].append(person_of[account])
    joined = [pair for people in accounts.values() for pair in itertools.combinations(people, 2)]
    ends = [
        ((row["source_name_a"], row["account_id_a"]), (row["source_name_b"], row["account_id_b"]))
        for row in community.truth("account_pairs")
        if row["mergeable"] == "true"
    ]
    pairs = [(keys.get(a), keys.get(b)) for a, b in ends if a in person_of and b in person_of]
    return [
        Figure("accounts joined: are one person's", sum(a == b for a, b in joined), len(joined), 1.0),
        Figure(
            "pairs of accounts that can be joined: are joined",
            sum(a is not None and a == b for a, b in pairs),
            len(pairs),
            0.95,
        ),
    ]


# Who stands at the top

TOP = 10


def top_of_area(community: Community) -> list[Figure]:
    """The experts of the truth who are still here are among the first of their area; no staff is ranked."""
    if "member_expertise" not in community.tables:
        return []
    ranks = {
        (row["member_key"], row["expertise_area"]): row["rank_in_area"]
        for row in community.rows("member_expertise")
        if row["rank_in_area"] is not None
    }
    steady = [row for row in community.truth("members") if row["role"] == "expert" and not row["gone_at"]]
    ranked = [
        min(
            (
                ranks[key, row["area"]]
                for key in community.keys_of_person.get(row["member_id"], ())
                if (key, row["area"]) in ranks
            ),
            default=None,
        )
        for row in steady
    ]
    top = [key for (key, _), rank in ranks.items() if rank <= TOP]
    return [
        Figure(
            f"experts still here: among the first {TOP} of their area",
            sum(rank is not None and rank <= TOP for rank in ranked),
            len(steady),
        ),
        Figure(
            f"first {TOP} of each area: are neither staff nor programs",
            sum(not _is_company(community, key) for key in top),
            len(top),
            1.0,
        ),
    ]


def award_candidates(community: Community) -> list[Figure]:
    """Nobody of the company is a candidate."""
    if "award_candidates" not in community.tables:
        return []
    rows = [row for row in community.rows("award_candidates") if row["is_eligible"]]
    return [
        Figure(
            "eligible candidates: are neither staff nor programs",
            sum(not _is_company(community, row["member_key"]) for row in rows),
            len(rows),
            1.0,
        )
    ]


def people_to_call(community: Community) -> list[Figure]:
    """Nobody of the company is on a list of people to call."""
    lists = [
        name for name in ("open_flares", "rising_star_watchlist", "lost_experts") if name in community.tables
    ]
    keys = [row["member_key"] for name in lists for row in community.rows(name)]
    return [
        Figure(
            "people to call: are neither staff nor programs",
            sum(not _is_company(community, key) for key in keys),
            len(keys),
            1.0,
        )
    ]


def _is_company(community: Community, member_key: str) -> bool:
    """Staff who never left, and programs; those hired from the community were members before."""
    return any(
        community.roles.get(person) in ("staff", "bot") and not community.left.get(person)
        for person in community.people_of_key.get(member_key, ())
    )


MEASURES: Sequence[Callable[[Community], list[Figure]]] = (
    trajectories,
    identity,
    top_of_area,
    award_candidates,
    people_to_call,
)


def measured(community: Community) -> list[Figure]:
    """All figures of a community."""
    return [figure for measure in MEASURES for figure in measure(community)]
