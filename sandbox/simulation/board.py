"""What happens on the feature-request board: requests, votes, comments, status changes, ratings."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from sandbox.simulation.chance import Floats, Ints, Rng, generator, lag_ms, office_hours, pareto, pick
from sandbox.simulation.options import DAY_MS, HOUR_MS, MINUTE_MS, Options
from sandbox.simulation.people import (
    BOT,
    EVANGELIST,
    EXPERT,
    LURKER,
    OUTSIDER,
    STAFF,
    People,
)

UNDER_REVIEW, GATHERING, PLANNED, STARTED, COMPLETED, DECLINED = 701, 702, 703, 704, 705, 706
STATUSES = (
    # id, name, open
    (UNDER_REVIEW, "under review", True),
    (GATHERING, "gathering feedback", True),
    (PLANNED, "planned", True),
    (STARTED, "started", True),
    (COMPLETED, "completed", False),
    (DECLINED, "declined", False),
)
RELEASE_DAYS = 42
CATEGORIES = (
    "Backups",
    "Mail",
    "Security",
    "Interface",
    "Automation",
    "Databases",
    "Domains",
    "Billing",
    "API",
)
LABELS = (
    ("quick win", None),
    ("needs design", None),
    ("regulation", None),
    ("top customers", None),
    ("europe", 2),
    ("payments", 2),
    ("migration", None),
    ("beta", None),
)
NEVER = 1 << 61


@dataclass
class StatusChange:
    """A staff post on a request that sets or keeps its status."""

    at: int
    by: int
    old: int | None
    new: int | None
    notified: bool


@dataclass
class Comment:
    """A comment on a request."""

    at: int
    by: int
    staff: bool
    fate: str
    """`stays`, `gone` (deleted without trace) or `hidden` (state changes)."""
    fate_at: int


@dataclass
class Vote:
    """One person's support of a request."""

    at: int
    by: int
    back_at: int
    """When it was taken back (ms), NEVER if not."""


@dataclass
class Request:
    """A feature request and all that happens to it."""

    number: int
    author: int
    at: int
    category: int | None
    private: bool
    text: int
    labels: tuple[int, ...]
    labels_at: int
    demand: float
    fate: str
    """`completed`, `declined`, `merged`, `waiting` (nothing decided before the horizon) or `deleted`."""
    closed_at: int
    """When it was completed, declined, merged or deleted (ms); NEVER if none of these."""
    imported: int | None
    """Status it was brought in with, with no status update to date it; None for ordinary ones."""
    release: int
    """Number of the release that shipped it, -1 if none did."""
    parent: int
    """Row of the request it was merged into, -1 if none."""
    extra_votes: int
    """Votes beyond one a supporter, from the time of several votes a person."""
    statuses: list[StatusChange] = field(default_factory=list)
    comments: list[Comment] = field(default_factory=list)
    votes: list[Vote] = field(default_factory=list)


@dataclass(frozen=True)
class Rating:
    """An answer to 'would you recommend us'."""

    by: int
    at: int
    score: int


@dataclass
class Board:
    """The whole life of a board."""

    requests: list[Request]
    ratings: list[Rating]
    admins: list[int]

    def first_seen(self) -> dict[int, int]:
        """By person: the first moment (ms) they do something on the board."""
        seen: dict[int, int] = {}

        def saw(person: int, at: int) -> None:
            seen[person] = min(at, seen.get(person, at))

        for request in self.requests:
            saw(request.author, request.at)
            for vote in request.votes:
                saw(vote.by, vote.at)
            for comment in request.comments:
                saw(comment.by, comment.at)
            for change in request.statuses:
                saw(change.by, change.at)
        for rating in self.ratings:
            saw(rating.by, rating.at)
        return seen


class _Visitors:
    """People who use the board, drawn by how eager they are, if they are around at the time."""

    def __init__(self, rng: Rng, people: People) -> None:
        role = people.role
        uses = rng.random(len(people))
        share = np.select(
            [
                role == LURKER,
                role == OUTSIDER,
                np.isin(role, (STAFF, BOT)),
                np.isin(role, (EXPERT, EVANGELIST)),
            ],
            [0.14, 0.3, 0.0, 0.95],
            0.5,
        )
        self.who = np.flatnonzero(uses < share)
        weight = pareto(rng, len(self.who), 1.2, 60.0)
        weight *= np.where(np.isin(role[self.who], (EXPERT, EVANGELIST)), 4.0, 1.0)
        self._weight = weight
        self._rng = rng
        self._people = people

    def at(self, moments: Ints, author: bool = False) -> Ints:
        """Someone there at each moment; -1 where nobody was found."""
        weight = np.sqrt(self._weight) if author else self._weight
        found = np.full(len(moments), -1, dtype=np.int64)
        open_rows = np.arange(len(moments))
        for _ in range(12 if author else 6):
            person = self.who[pick(self._rng, weight, len(open_rows))]
            fits = (self._people.joined[person] <= moments[open_rows]) & (
                self._people.gone[person] > moments[open_rows]
            )
            found[open_rows[fits]] = person[fits]
            open_rows = open_rows[~fits]
            if len(open_rows) == 0:
                break
        return found


def simulate_board(options: Options, people: People) -> Board:
    """Lets people ask, vote and comment, and staff answer, plan, ship or decline."""
    rng = generator(options.seed, "board")
    visitors = _Visitors(rng, people)
    admins = [p for p in people.having(STAFF).tolist() if people.department[p] in ("product", "community")]
    requests = _requests(rng, options, visitors, admins)
    _merge(rng, requests)
    for request in requests:
        _history(rng, options, people, admins, request)
    _votes(rng, options, people, visitors, requests)
    _comments(rng, options, visitors, requests)
    return Board(requests, _ratings(rng, options, people, visitors), admins)


def _requests(rng: Rng, options: Options, visitors: _Visitors, admins: list[int]) -> list[Request]:
    ahead = options.days_ahead / max(1, options.days - options.days_ahead)
    early = round(0.13 * options.requests)
    total = round(options.requests * (1 + ahead * 0.8))
    span = options.end_ms - options.start_ms
    at = (
        options.start_ms
        + DAY_MS
        + np.concatenate(
            [
                (rng.random(early) * min(25 * DAY_MS, span // 4)).astype(np.int64),
                (rng.random(options.requests - early) ** 0.95 * (span - DAY_MS)).astype(np.int64),
                span
                - DAY_MS
                + (rng.random(total - options.requests) * options.days_ahead * DAY_MS).astype(np.int64),
            ]
        )
    )
    at.sort()
    author = visitors.at(at, author=True)
    admin = np.array(admins)[rng.integers(0, len(admins), total)]
    author = np.where(author < 0, admin, author)
    fates = pick(rng, np.array([0.7, 0.1, 0.085, 0.11, 0.005]), total)
    names = ("completed", "declined", "merged", "waiting", "deleted")
    scale = min(1.0, span / (540 * DAY_MS))
    wait = rng.gamma(1.5, 130 * scale, total)
    wait = np.where(fates == 1, rng.gamma(1.3, 70 * scale, total), wait)
    wait = np.where(fates == 2, rng.gamma(1.0, 25 * scale, total), wait)
    wait = np.where(fates == 4, rng.gamma(1.0, 4 * scale, total), wait) + 0.2
    closed = office_hours(rng, at + (wait * DAY_MS).astype(np.int64))
    release = np.maximum(0, -(-(closed - options.start_ms) // (RELEASE_DAYS * DAY_MS)))
    shipped = options.start_ms + release * RELEASE_DAYS * DAY_MS + 10 * HOUR_MS
    shipped = shipped + rng.integers(0, 5 * HOUR_MS, total)
    closed = np.where(fates == 0, np.maximum(shipped, at + HOUR_MS), closed)
    closed = np.where(fates == 3, NEVER, closed)
    imported = (np.arange(total) < early) & (rng.random(total) < 0.2) & np.isin(fates, (0, 1))
    made = []
    for row in range(total):
        fate = names[int(fates[row])]
        made.append(
            Request(
                number=48_300_017 + 29 * row + int(rng.integers(0, 20)),
                author=int(author[row]),
                at=int(at[row]),
                category=int(rng.integers(0, len(CATEGORIES))) if rng.random() < 0.85 else None,
                private=bool(rng.random() < 0.06),
                text=int(rng.integers(0, 1 << 30)),
                labels=tuple(sorted(rng.choice(len(LABELS), int(rng.integers(1, 3)), replace=False).tolist()))
                if rng.random() < 0.3
                else (),
                labels_at=int(at[row] + rng.exponential(20) * DAY_MS),
                demand=float(pareto(rng, 1, 1.15, 150.0)[0]),
                fate=fate,
                closed_at=int(at[row]) if imported[row] else int(closed[row]),
                imported={"completed": COMPLETED, "declined": DECLINED}[fate] if imported[row] else None,
                release=int(release[row]) if fate == "completed" and not imported[row] else -1,
                parent=-1,
                extra_votes=int(rng.integers(1, 12)) if row < early and rng.random() < 0.3 else 0,
            )
        )
    return made


def _merge(rng: Rng, requests: list[Request]) -> None:
    """Merged requests go into an older one that is open at the time."""
    for row, request in enumerate(requests):
        if request.fate != "merged":
            continue
        for _ in range(20):
            other = int(rng.integers(0, row)) if row else 0
            into = requests[other]
            if (
                other < row
                and into.fate in ("completed", "waiting", "declined")
                and into.closed_at > request.closed_at
            ):
                request.parent = other
                break
        else:
            request.fate, request.closed_at = "waiting", NEVER


def _history(rng: Rng, options: Options, people: People, admins: list[int], request: Request) -> None:
    """Staff's status updates from the first answer to the decision."""
    if request.imported is not None:
        return
    open_until = min(request.closed_at, options.horizon_ms)
    steps: list[tuple[float, int]] = []
    draw = rng.random(5)
    if request.fate == "completed":
        if draw[0] < 0.45:
            steps.append((rng.uniform(0.04, 0.2), UNDER_REVIEW if draw[4] < 0.75 else GATHERING))
        if draw[1] < 0.75:
            steps.append((rng.uniform(0.22, 0.55), PLANNED))
        if draw[2] < 0.62:
            steps.append((rng.uniform(0.6, 0.93), STARTED))
        end: int | None = COMPLETED
    elif request.fate == "declined":
        if draw[0] < 0.4:
            steps.append((rng.uniform(0.1, 0.6), UNDER_REVIEW))
        end = DECLINED
    else:
        end = None
        if draw[0] < 0.45:
            first = request.at + int(rng.gamma(1.2, 60) * DAY_MS)
            if first < open_until:
                steps.append(((first - request.at) / max(open_until - request.at, 1), UNDER_REVIEW))
                if draw[1] < 0.2:
                    steps.append((rng.uniform(steps[0][0], 1.0), PLANNED))
    status: int | None = None
    span = request.closed_at - request.at if request.closed_at < NEVER else open_until - request.at
    moments = [(request.at + int(share * span), new) for share, new in steps]
    if end is not None:
        moments.append((request.closed_at, end))
    if end == COMPLETED and draw[3] < 0.015:
        moments.append((request.closed_at + int(rng.integers(2, 30)) * DAY_MS, STARTED))
        moments.append((request.closed_at + RELEASE_DAYS * DAY_MS, COMPLETED))
    elif draw[3] > 0.96 and status is None:
        moments.insert(0, (request.at + int(0.02 * span) + 2 * HOUR_MS, 0))
    for at, new in sorted(moments):
        when = (
            int(office_hours(rng, np.array([at], dtype=np.int64))[0])
            if new not in (COMPLETED, DECLINED)
            else at
        )
        if request.statuses and when <= request.statuses[-1].at:
            when = request.statuses[-1].at + MINUTE_MS
        if when >= options.horizon_ms:
            break
        staff = [a for a in admins if people.left[a] > when] or admins
        changed = status if new == 0 else new
        request.statuses.append(
            StatusChange(
                when, staff[int(rng.integers(0, len(staff)))], status, changed, bool(rng.random() < 0.8)
            )
        )
        status = changed


def _votes(rng: Rng, options: Options, people: People, visitors: _Visitors, requests: list[Request]) -> None:
    demand = np.array([r.demand for r in requests])
    opened = np.array([r.at for r in requests], dtype=np.int64)
    closed = np.array([min(r.closed_at, options.horizon_ms) for r in requests], dtype=np.int64)
    closed[[r.imported is not None for r in requests]] = 0
    wanted = 14 * len(requests)
    row = np.sort(pick(rng, demand, wanted))
    young = rng.random(wanted) < 0.6
    at = opened[row] + np.where(
        young,
        lag_ms(rng, wanted, 24 * 9, 1.6),
        (rng.random(wanted) * np.maximum(closed - opened, 0)[row]).astype(np.int64),
    )
    voter = visitors.at(at)
    kept = (voter >= 0) & (at < closed[row])
    row, at, voter = row[kept], at[kept], voter[kept]
    _, single = np.unique(np.stack([row, voter]), axis=1, return_index=True)
    back = rng.random(len(row)) < 0.03
    back_at = at + lag_ms(rng, len(row), 200, 1.3)
    for index in single.tolist():
        request = requests[int(row[index])]
        if int(voter[index]) == request.author:
            continue
        until = int(back_at[index]) if back[index] and back_at[index] < closed[row[index]] else NEVER
        request.votes.append(Vote(int(at[index]), int(voter[index]), until))
    for request in requests:
        request.votes.append(Vote(request.at, request.author, NEVER))
        request.votes.sort(key=lambda vote: (vote.at, vote.by))
    del people


def _comments(rng: Rng, options: Options, visitors: _Visitors, requests: list[Request]) -> None:
    for request in requests:
        until = min(request.closed_at + 40 * DAY_MS, options.horizon_ms)
        if request.imported is not None or request.fate == "deleted":
            until = request.at
        count = int(rng.poisson(1.2 + 0.6 * np.sqrt(request.demand)))
        at = request.at + lag_ms(rng, count, 24 * 12, 1.7)
        at = np.sort(at[at < until])
        by = visitors.at(at)
        for moment, person in zip(at.tolist(), by.tolist(), strict=True):
            if person >= 0:
                fate = ("stays", "gone", "hidden")[int(rng.choice(3, p=[0.975, 0.015, 0.01]))]
                when = moment + int(lag_ms(rng, 1, 30, 1.0)[0])
                request.comments.append(
                    Comment(moment, person, False, fate, when if fate != "stays" else NEVER)
                )
        for change in request.statuses[:1]:
            if rng.random() < 0.35:
                before = request.at + int((change.at - request.at) * rng.uniform(0.2, 0.95))
                if before < until:
                    request.comments.append(Comment(before, change.by, True, "stays", NEVER))
        request.comments.sort(key=lambda comment: (comment.at, comment.by))


def _ratings(rng: Rng, options: Options, people: People, visitors: _Visitors) -> list[Rating]:
    count = max(4, options.requests // 3)
    at = options.start_ms + 60 * DAY_MS * (options.months > 6)
    moments = np.sort(rng.integers(at, options.horizon_ms, count))
    raters = visitors.at(moments)
    mood: Floats = (
        7.6 + 0.9 * np.log(np.maximum(people.skill[raters], 0.2)) + 1.9 * rng.standard_normal(count)
    )
    scores = np.clip(np.round(mood), 0, 10).astype(np.int64)
    return [
        Rating(person, moment, score)
        for person, moment, score in zip(raters.tolist(), moments.tolist(), scores.tolist(), strict=True)
        if person >= 0
    ]
