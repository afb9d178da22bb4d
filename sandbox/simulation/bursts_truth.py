"""What a community manager would call a burst, in hindsight and with all dates at hand.

Planned bursts have the outcome they were made for. Others arise by chance among ordinary members; those
are found by days, not by calendar months, and looked at up to the horizon: someone who was hardly there
answers others at least 20 times within 30 days, on at least 6 days.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from sandbox.simulation import forum as f
from sandbox.simulation.chance import Flags, Ints, stamp
from sandbox.simulation.forum import Forum
from sandbox.simulation.options import DAY_MS, Options
from sandbox.simulation.people import BOT, EVANGELIST, ROLES, STAFF, People

HEADER = "member_id role origin onset_at peak_30_days strength outcome"
LEAST, LEAST_DAYS = 20, 6
WEAK, STRONG = 40, 65
"""Least replies in 30 days of a weak and of a strong burst; those below are faint."""
WINDOW = 30 * DAY_MS


def burst_rows(options: Options, people: People, forum: Forum, counts: Flags) -> Iterator[Sequence[Any]]:
    """One row per burst that began before `end`, by person."""
    posts = forum.posts
    rows = np.flatnonzero((posts.kind == f.REPLY) & (counts | (posts.at > options.end_ms)))
    author, at = posts.author[rows], posts.at[rows]
    order = np.argsort(author, kind="stable")
    at = at[order]
    starts = np.searchsorted(author[order], np.arange(len(people) + 1))
    planned = {burst.person: burst for burst in people.bursts}
    for person in range(len(people)):
        mine = at[starts[person] : starts[person + 1]]
        burst = planned.get(person)
        if burst is not None:
            if burst.onset_ms < options.end_ms:
                peak = peak_after(mine, burst.onset_ms)
                yield _row(people, person, "planned", burst.onset_ms, peak, burst.strength, burst.outcome)
        elif people.role[person] not in (STAFF, BOT, EVANGELIST) and len(mine) >= LEAST:
            onset = arisen(mine)
            if onset is not None and onset < options.end_ms:
                peak = peak_after(mine, onset)
                strength = "strong" if peak >= STRONG else "weak" if peak >= WEAK else "faint"
                yield _row(
                    people, person, "arisen", onset, peak, strength, outcome(mine, onset, options.horizon_ms)
                )


def arisen(at: Ints) -> int | None:
    """When the first burst among these replies begins (ms), if there is one; `at` in order of time."""
    after = np.searchsorted(at, at + WINDOW) - np.arange(len(at))
    for row in np.flatnonzero(after >= LEAST).tolist():
        days = np.unique(at[row : row + after[row]] // DAY_MS)
        past = max(0, int(at[row] - at[0])) // DAY_MS
        before = row - int(np.searchsorted(at, at[row] - 180 * DAY_MS))
        usual = 30 * before / min(past, 180) if past >= 60 else 0.0
        if len(days) >= LEAST_DAYS and usual <= after[row] / 4:
            return int(at[row])
    return None


def peak_after(at: Ints, onset: int) -> int:
    """Most replies within 30 days that begin in the 90 days after the onset."""
    rows = np.flatnonzero((at >= onset) & (at < onset + 90 * DAY_MS))
    return int((np.searchsorted(at, at[rows] + WINDOW) - rows).max(initial=0))


def outcome(at: Ints, onset: int, horizon: int) -> str:
    """`supernova` if thrice 30 days in a row, begun within nine months, bring at most a tenth of the peak.

    `lasting` if none do, `open` if the horizon comes first.
    """
    peak = peak_after(at, onset)
    for day in range(30, 270, 5):
        first = onset + day * DAY_MS
        if first + 3 * WINDOW > horizon:
            return "open"
        edges = np.searchsorted(at, first + WINDOW * np.arange(4))
        if (np.diff(edges) <= 0.1 * peak).all():
            return "supernova"
    return "lasting"


def _row(
    people: People, person: int, origin: str, onset: int, peak: int, strength: str, became: str
) -> Sequence[Any]:
    return person, ROLES[int(people.role[person])], origin, stamp(onset), peak, strength, became
