"""Checks that compare a candidate with the last release: row counts and shares."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from math import ceil, floor

from expectations.checks import Check, Severity, no_rows, row_count, text
from expectations.release_file import ReleaseFile

SHRINK = 0.8
"""A mart may keep as little as this share of its rows …"""
SHRINK_SLACK = 20
"""… or lose this many rows, whichever allows more."""
SHARES_FROM = 100
"""Shares of fewer rows than these move too much by chance to be compared."""
GROWTH = 1.5
GROWTH_SLACK = 1000

UNEXPECTED_DROP = (
    "See `python -m warehouse status`: did a source fail, shrink or lose its access? Mend that, run again. "
    "If the rows are rightly gone (a clean-up), accept it once: "
    "`python -m expectations CANDIDATE --accept-drop`, then `python -m warehouse publish CANDIDATE`."
)
UNEXPECTED_GROWTH = (
    "Fine after adding a source or a backfill. Otherwise compare the counts per source: are records doubled?."
)


@dataclass(frozen=True)
class Compared:
    """The candidate, and the release it would replace (None for the first one)."""

    candidate: ReleaseFile
    last: ReleaseFile | None

    def last_count(self, mart: str) -> int | None:
        """Rows of the mart in the last release; None if there was none."""
        return self.last.row_counts.get(mart) if self.last else None

    def last_counts_by(self, mart: str, column: str) -> dict[str, int]:
        """Rows per value in the last release; empty if there was none."""
        return self.last.counts_by(mart, column) if self.last else {}


def smallest_allowed(rows: int, keep: float = SHRINK, slack: int = SHRINK_SLACK) -> int:
    """The fewest rows a mart may have now that had `rows` in the last release."""
    return max(0, min(floor(rows * keep), rows - slack))


def volume(
    mart: str, compared: Compared, *, may_shrink: bool = True, severity: Severity = "stop"
) -> Iterator[Check]:
    """The row count against the last release; a mart that only ever grows has `may_shrink=False`.

    `severity` is that of missing rows; suspiciously many new ones are a warning.
    """
    last = compared.last_count(mart)
    if last is None:
        yield Check(
            kind="volume",
            question="Rows, to be compared from the next release on",
            expected="any number: no earlier release has this mart",
            remedy="Nothing to do.",
            expectation=row_count(low=0),
            severity="warn",
        )
        return
    least = smallest_allowed(last) if may_shrink else last
    yield Check(
        kind="volume",
        question="Not many rows are gone since the last release" if may_shrink else "No row is gone",
        expected=f"{least:,} or more rows (the last release had {last:,})",
        remedy=UNEXPECTED_DROP,
        expectation=row_count(low=least),
        severity=severity,
    )
    most = max(ceil(last * GROWTH), last + GROWTH_SLACK)
    yield Check(
        kind="volume",
        question="Not suspiciously many rows are new since the last release",
        expected=f"{most:,} or fewer rows (the last release had {last:,})",
        remedy=UNEXPECTED_GROWTH,
        expectation=row_count(high=most),
        severity="warn",
    )


def nothing_vanished(mart: str, column: str, what: str, compared: Compared) -> Iterator[Check]:
    """Each value of `column` keeps its rows, as a whole mart must: one lost kind hides in the total."""
    last = compared.last_counts_by(mart, column)
    wanted = {value: smallest_allowed(rows) for value, rows in last.items() if smallest_allowed(rows) > 0}
    if not wanted:
        return
    before = ", ".join(f"({text(value)}, {last[value]}, {least})" for value, least in wanted.items())
    yield no_rows(
        "volume",
        f"No {what} has lost many of its rows since the last release",
        f"""
        with wanted ({column}, last_release, least) as (values {before}),
        found as (select cast({column} as varchar) as {column}, count(*) as now from {{batch}} group by 1)
        select {column}, last_release, coalesce(now, 0) as now
        from wanted left join found using ({column})
        where coalesce(now, 0) < least
        order by {column}
        """,
        expected=f"each {what} keeps {SHRINK:.0%} of its rows, or loses {SHRINK_SLACK} at most",
        remedy=UNEXPECTED_DROP,
        column=column,
    )


def steady_shares(
    mart: str,
    column: str,
    what: str,
    compared: Compared,
    *,
    points: float,
    severity: Severity = "warn",
) -> Iterator[Check]:
    """No value's share of the rows has moved by more than `points` percentage points."""
    last: Mapping[str, int] = compared.last_counts_by(mart, column)
    total = sum(last.values())
    if total < SHARES_FROM:
        return
    before = ", ".join(f"({text(value)}, {100 * rows / total:.4f})" for value, rows in last.items())
    yield no_rows(
        "distribution",
        f"The mix of {what} is much like in the last release",
        f"""
        with last_release ({column}, share) as (values {before}),
        found as (
            select cast({column} as varchar) as {column}, 100.0 * count(*) / sum(count(*)) over () as share
            from {{batch}} where {column} is not null group by 1
        )
        select
            {column},
            round(coalesce(last_release.share, 0), 1) as percent_before,
            round(coalesce(found.share, 0), 1) as percent_now
        from last_release full join found using ({column})
        where abs(coalesce(found.share, 0) - coalesce(last_release.share, 0)) > {points}
        order by {column}
        """,
        expected=f"no share moves by more than {points:g} percentage points",
        remedy=(
            "Ask whether something happened in the community (a launch, a clean-up, a new source). "
            "If not, compare the counts per source with the last release."
        ),
        severity=severity,
        column=column,
    )
