"""The truth behind a dataset: who the people are, what they did, what became of it."""

from __future__ import annotations

import csv
import gzip
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from sandbox.simulation import board as b
from sandbox.simulation import forum as f
from sandbox.simulation.board import Board
from sandbox.simulation.bursts_truth import HEADER, burst_rows
from sandbox.simulation.chance import Flags, Ints, stamp
from sandbox.simulation.desk import Desk, Ticket
from sandbox.simulation.desk_records import DeskWriter
from sandbox.simulation.forum import Forum
from sandbox.simulation.forum_standing import Standing
from sandbox.simulation.identity import pairs
from sandbox.simulation.options import BOARD, DAY_MS, DESK, FORUM, HOUR_MS, Options
from sandbox.simulation.people import NOT_GONE, PERSONAS, REGIONS, ROLES, People
from sandbox.simulation.recognition import Recognition
from sandbox.simulation.recognition_truth import recognition_truth
from sandbox.simulation.spaces import Spaces


@dataclass(frozen=True)
class PostState:
    """Every post as it stands at a moment."""

    counts: Flags
    """Written by then, by a person, not withdrawn, removed or hidden, its topic still there."""
    likes: Ints
    accepted: Flags


def state_at(forum: Forum, moment: int) -> PostState:
    """What holds of every post at a moment (ms)."""
    posts, events = forum.posts, forum.events
    size = len(posts.at)
    then = events.at <= moment

    def total(kind: int) -> Ints:
        return np.bincount(events.post[then & (events.kind == kind)], minlength=size)

    likes = total(f.LIKED) - total(f.UNLIKED)
    gone = total(f.WITHDRAWN) + total(f.REMOVED) + total(f.TOPIC_GONE)
    gone = gone + np.maximum(total(f.HIDDEN) - total(f.SHOWN), 0)
    written = (posts.at <= moment) & (posts.kind != f.SMALL_ACTION) & (posts.author >= 0)
    return PostState(written & (gone == 0), likes, total(f.ACCEPTED) - total(f.UNACCEPTED) > 0)


class Truth:
    """Writes the truth files; everything is as of the dataset's `end` unless a column says otherwise."""

    def __init__(
        self,
        directory: Path,
        options: Options,
        people: People,
        spaces: Spaces,
        forum: Forum,
        reached: Standing,
        board: Board,
        desk: Desk,
        known: Recognition,
    ) -> None:
        self._directory = directory / "truth"
        self._directory.mkdir(parents=True, exist_ok=True)
        self._options = options
        self._people = people
        self._spaces = spaces
        self._forum = forum
        self._reached = reached
        self._board = board
        self._desk = desk
        self._known = known
        self._end = options.end_ms
        self._state = state_at(forum, options.end_ms)

    def write(self, desk_writer: DeskWriter) -> None:
        """Writes all truth files."""
        contributions = self._contributions()
        self._members(contributions)
        self._accounts()
        self._months(contributions)
        self._requests()
        self._tickets(desk_writer)
        self._places()
        self._totals()
        bursts = burst_rows(self._options, self._people, self._forum, self._state.counts)
        self._save("bursts.csv", HEADER, bursts)
        for name, header, rows in recognition_truth(self._options, self._people, self._spaces, self._known):
            self._save(name, header, rows)

    def _save(self, name: str, header: str, rows: Iterable[Sequence[Any]]) -> None:
        write_csv(self._directory / name, header.split(), rows)

    def _contributions(self) -> dict[str, tuple[Ints, Ints]]:
        """Authored contributions that count at the end, by kind: people and moments."""
        posts, counts = self._forum.posts, self._state.counts
        made: dict[str, tuple[Ints, Ints]] = {}
        for name, kind in (("topics", f.OPENER), ("answers", f.REPLY), ("own_replies", f.OWN_REPLY)):
            rows = counts & (posts.kind == kind)
            made[name] = posts.author[rows], posts.at[rows]
        standing = [q for q in self._board.requests if not (q.fate == "deleted" and q.closed_at <= self._end)]
        made["requests"] = _columns((q.author, q.at) for q in standing)
        made["votes"] = _columns((v.by, v.at) for q in standing for v in q.votes if v.back_at > self._end)
        made["comments"] = _columns(
            (c.by, c.at) for q in standing for c in q.comments if c.fate_at > self._end
        )
        made["bug_reports"] = _columns(
            (t.requester, t.at) for t in self._desk.tickets if t.kind == "bug_report"
        )
        for name, article in (("articles", True), ("activities", False)):
            made[name] = _columns(
                (a.person, a.day * DAY_MS) for a in self._known.activities if (a.kind == "article") == article
            )
        return {kind: (person[at <= self._end], at[at <= self._end]) for kind, (person, at) in made.items()}

    def _members(self, contributions: dict[str, tuple[Ints, Ints]]) -> None:
        people = self._people
        person = np.concatenate([c[0] for c in contributions.values()])
        at = np.concatenate([c[1] for c in contributions.values()])
        first = np.full(len(people), NOT_GONE, dtype=np.int64)
        last = np.full(len(people), -1, dtype=np.int64)
        np.minimum.at(first, person, at)
        np.maximum.at(last, person, at)
        bursts = {burst.person: burst for burst in people.bursts}
        rows = []
        for index in range(len(people)):
            burst = bursts.get(index)
            region = REGIONS[int(people.region[index])]
            organization = int(people.organization[index])
            accounts = [people.accounts[source].get(index) for source in (FORUM, BOARD, DESK)]
            if not any(accounts):
                continue
            rows.append(
                (
                    index,
                    " ".join(people.names[index]),
                    ROLES[int(people.role[index])],
                    people.department[index],
                    people.segment(index),
                    people.organizations[organization].name if organization >= 0 else "",
                    region[0],
                    region[1],
                    region[3],
                    PERSONAS[int(people.persona[index])],
                    self._spaces.areas[int(people.area[index])],
                    *(account.account_id if account else "" for account in accounts),
                    accounts[0].username if accounts[0] else "",
                    _when(int(people.joined[index])),
                    _when(int(first[index])),
                    _when(int(last[index])),
                    _when(int(people.gone[index])),
                    _when(int(people.hired[index])),
                    _when(int(people.left[index])),
                    _when(self._reached.experts.get(index, -1)),
                    index in self._reached.moderators,
                    _when(burst.onset_ms) if burst else "",
                    round(burst.monthly_peak, 1) if burst else "",
                    burst.strength if burst else "",
                    burst.outcome if burst else "",
                    _when(burst.onset_ms + burst.plateau_days * DAY_MS)
                    if burst and burst.outcome == "supernova"
                    else "",
                )
            )
        self._save(
            "members.csv",
            "member_id name role department segment organization region country language persona area "
            "forum_account_id ideas_account_id desk_account_id forum_username joined_at "
            "first_contribution_at last_contribution_at gone_at hired_at left_at program_joined_at "
            "is_moderator burst_onset_at burst_monthly_peak burst_strength burst_outcome "
            "burst_plateau_ends_at",
            rows,
        )

    def _accounts(self) -> None:
        rows = [
            (
                a.person,
                source,
                a.account_id,
                a.username,
                a.verified,
                a.external_id or "",
                bool(a.email),
                stamp(a.created_ms),
            )
            for source in (FORUM, BOARD, DESK)
            for a in sorted(self._people.accounts[source].values(), key=lambda a: a.account_id)
        ]
        header = "member_id source_name account_id username verified external_id has_email created_at"
        self._save("accounts.csv", header, rows)
        self._save(
            "account_pairs.csv",
            "member_id_a source_name_a account_id_a member_id_b source_name_b account_id_b "
            "evidence mergeable",
            (
                (
                    p.a.person,
                    p.a.source,
                    p.a.account_id,
                    p.b.person,
                    p.b.source,
                    p.b.account_id,
                    p.evidence,
                    p.mergeable,
                )
                for p in pairs(self._people)
            ),
        )

    def _months(self, contributions: dict[str, tuple[Ints, Ints]]) -> None:
        """Counts by person and UTC calendar month."""
        posts, state, forum = self._forum.posts, self._state, self._forum
        others = state.counts & (posts.author != forum.topics.author[posts.topic])
        quantities = {kind: (*c, np.ones(len(c[0]), dtype=np.int64)) for kind, c in contributions.items()}
        liked = state.counts & (state.likes > 0)
        quantities["likes_received"] = posts.author[liked], posts.at[liked], state.likes[liked]
        credited = others & state.accepted
        quantities["credited_accepts"] = (
            posts.author[credited],
            posts.at[credited],
            np.ones(int(credited.sum()), dtype=np.int64),
        )
        plain = others & ~state.accepted & (posts.kind == f.REPLY) & (state.likes > 0)
        quantities["likes_on_other_answers"] = posts.author[plain], posts.at[plain], state.likes[plain]
        table: dict[tuple[int, int], dict[str, int]] = {}
        for name, (person, at, worth) in quantities.items():
            month = at.astype("datetime64[ms]").astype("datetime64[M]").astype(np.int64)
            keys, inverse = np.unique(np.stack([person, month]), axis=1, return_inverse=True)
            sums = np.bincount(inverse.ravel(), weights=worth, minlength=keys.shape[1]).astype(np.int64)
            for who, when, total in zip(keys[0].tolist(), keys[1].tolist(), sums.tolist(), strict=True):
                table.setdefault((who, when), {})[name] = total
        days = self._active_days(contributions)
        names = list(quantities)
        rows = (
            (
                who,
                str(np.datetime64(month, "M")),
                *(counts.get(name, 0) for name in names),
                days.get((who, month), 0),
            )
            for (who, month), counts in sorted(table.items())
        )
        self._save("member_months.csv.gz", "member_id month " + " ".join(names) + " active_days", rows)

    def _active_days(self, contributions: dict[str, tuple[Ints, Ints]]) -> dict[tuple[int, int], int]:
        person = np.concatenate([c[0] for c in contributions.values()])
        day = (
            np.concatenate([c[1] for c in contributions.values()])
            .astype("datetime64[ms]")
            .astype("datetime64[D]")
        )
        pair = np.unique(np.stack([person, day.astype(np.int64)]), axis=1)
        month = pair[1].astype("datetime64[D]").astype("datetime64[M]").astype(np.int64)
        keys, counts = np.unique(np.stack([pair[0], month]), axis=1, return_counts=True)
        return {
            (who, when): count
            for who, when, count in zip(keys[0].tolist(), keys[1].tolist(), counts.tolist(), strict=True)
        }

    def _requests(self) -> None:
        rows = []
        for request in self._board.requests:
            if request.at > self._end:
                continue
            stage = {b.PLANNED: "", b.STARTED: "", b.COMPLETED: "", b.DECLINED: ""}
            status = request.imported
            responded = b.NEVER
            for change in request.statuses:
                if change.at <= self._end:
                    status = change.new
                    responded = min(responded, change.at)
                    if change.new in stage:
                        stage[change.new] = stage[change.new] or _when(change.at)
            staff = [c.at for c in request.comments if c.staff and c.at <= self._end]
            responded = min([responded, *staff])
            over = request.closed_at <= self._end and request.imported is None
            names = {number: name for number, name, _ in b.STATUSES}
            rows.append(
                (
                    request.number,
                    request.author,
                    self._people.segment(request.author),
                    stamp(request.at),
                    names.get(status, "") if status else "",
                    request.fate if request.fate in ("merged", "deleted") and over else "",
                    _when(responded) if responded < b.NEVER else "",
                    *stage.values(),
                    _when(request.closed_at) if request.fate == "merged" and over else "",
                    self._board.requests[request.parent].number if request.fate == "merged" and over else "",
                    request.imported is not None,
                    request.release if request.release >= 0 and over else "",
                    sum(v.at <= self._end < v.back_at for v in request.votes),
                    sum(c.at <= self._end < c.fate_at for c in request.comments),
                    request.fate,
                    _when(request.closed_at),
                )
            )
        self._save(
            "requests.csv",
            "suggestion_id member_id segment submitted_at vendor_status left_as first_response_at planned_at "
            "started_at completed_at declined_at merged_at merged_into_id is_undated release votes comments "
            "fate_to_come fate_at",
            rows,
        )

    def _tickets(self, writer: DeskWriter) -> None:
        rows = []
        for row, ticket in enumerate(self._desk.tickets):
            if not ticket.events or ticket.at > self._end:
                continue
            rows.append(self._ticket(writer, row, ticket))
        self._save(
            "tickets.csv",
            "ticket_id member_id kind created_at status first_reply_at first_solved_at solved_at "
            "reopen_count public_replies one_touch deleted_at merged_into_id expectation outcome "
            "forum_topic_id linked_topic_id last_score",
            rows,
        )

    def _ticket(self, writer: DeskWriter, row: int, ticket: Ticket) -> Sequence[Any]:
        status, solved_once, solved, reopens, replies = "new", "", "", 0, 0
        first_reply = linked = ""
        topics = self._forum.topics
        for event in ticket.events:
            if event.at > self._end:
                break
            new = event.changes.get("status", status)
            if new in ("solved", "closed") and status not in ("solved", "closed"):
                solved = stamp(event.at)
                solved_once = solved_once or solved
            elif status in ("solved", "closed") and new not in ("solved", "closed", "deleted"):
                reopens, solved = reopens + 1, ""
            status = new
            comment = event.comment
            if comment and comment.public and event.by != ticket.requester:
                replies += 1
                first_reply = first_reply or stamp(event.at)
            if comment and comment.topic >= 0 and event.by != ticket.requester:
                linked = str(int(topics.topic_id[comment.topic]))
        merged = ticket.merged_into >= 0 and ticket.events[-1].at <= self._end
        deleted = ticket.deleted_at <= self._end
        whole = not merged and not deleted
        scores = [score for at, score in ticket.scores if at <= self._end]
        return (
            writer.ticket_id(row),
            ticket.requester,
            ticket.kind,
            stamp(ticket.at),
            status,
            first_reply,
            solved_once,
            solved,
            reopens,
            replies,
            bool(solved) and replies == 1 if whole else "",
            stamp(ticket.deleted_at) if deleted else "",
            writer.ticket_id(ticket.merged_into) if merged else "",
            ticket.expectation,
            ticket.outcome if solved else "",
            int(topics.topic_id[ticket.topic]) if ticket.topic >= 0 else "",
            linked,
            scores[-1] if scores else "",
        )

    def _places(self) -> None:
        posts, topics, counts = self._forum.posts, self._forum.topics, self._state.counts
        moved = topics.moved_at <= self._end
        place = np.where(moved, topics.moved_to, topics.category)[posts.topic]
        rows = []
        for index, category in enumerate(self._spaces.categories):
            here = counts & (place == index)
            area = self._spaces.areas[category.area] if 0 <= category.area < len(self._spaces.areas) else ""
            rows.append(
                (
                    category.category_id,
                    category.name,
                    category.parent_id or "",
                    area,
                    category.is_support,
                    category.starved,
                    int((here & (posts.kind == f.OPENER)).sum()),
                    int((here & (posts.kind != f.OPENER)).sum()),
                )
            )
        header = "category_id name parent_id area is_support starved topics replies"
        self._save("spaces.csv", header, rows)

    def _totals(self) -> None:
        posts, state = self._forum.posts, self._state
        regular = (posts.at <= self._end) & (posts.kind != f.SMALL_ACTION)
        votes = [v for q in self._board.requests for v in q.votes if v.at <= self._end]
        tickets = [t for t in self._desk.tickets if t.events and t.at <= self._end]
        rows = [
            ("posts_written", int(regular.sum())),
            ("posts_counted", int(state.counts.sum())),
            ("likes_on_counted_posts", int(state.likes[state.counts].sum())),
            ("accepted_counted_posts", int((state.counts & state.accepted).sum())),
            ("requests", sum(q.at <= self._end for q in self._board.requests)),
            ("votes_standing", sum(v.back_at > self._end for v in votes)),
            ("tickets", len(tickets)),
            ("ticket_updates", sum(e.at <= self._end for t in tickets for e in t.events)),
            ("tickets_deleted", sum(t.deleted_at <= self._end for t in tickets)),
        ]
        self._save("totals.csv", "measure value", rows)
        releases = range(
            1, 1 + (self._options.horizon_ms - self._options.start_ms) // (b.RELEASE_DAYS * DAY_MS)
        )
        dates = [self._options.start_ms + n * b.RELEASE_DAYS * DAY_MS + 10 * HOUR_MS for n in releases]
        self._save("releases.csv", "release released_at", zip(releases, map(stamp, dates), strict=True))


def _columns(rows: Iterable[tuple[int, int]]) -> tuple[Ints, Ints]:
    table = np.array(list(rows), dtype=np.int64).reshape(-1, 2)
    return table[:, 0], table[:, 1]


def _when(at: int) -> str:
    return stamp(at) if 0 <= at < min(NOT_GONE, f.NEVER) else ""


def write_csv(path: Path, header: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Writes a CSV file (gzip if named so), booleans as true and false."""
    text = io.StringIO()
    out = csv.writer(text, lineterminator="\n")
    out.writerow(header)
    for row in rows:
        out.writerow([str(bool(v)).lower() if isinstance(v, bool | np.bool_) else v for v in row])
    data = text.getvalue().encode()
    if path.suffix == ".gz":
        data = gzip.compress(data, 1, mtime=0)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
