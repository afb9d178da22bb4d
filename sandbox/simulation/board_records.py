"""The board as UserVoice shows it, at every moment."""

from __future__ import annotations

import html
from collections import Counter
from collections.abc import Iterable, Iterator
from heapq import merge
from typing import Any

from sandbox.simulation import board as b
from sandbox.simulation.board import Board, Request
from sandbox.simulation.board_companies import Companies
from sandbox.simulation.board_static import CATEGORY_BASE, FORUMS, LABEL_BASE, number_all
from sandbox.simulation.chance import stamp_s
from sandbox.simulation.options import BOARD, BOARD_HOST, DAY_MS, HOUR_MS, Options
from sandbox.simulation.people import REGIONS, People
from sandbox.simulation.words import BROWSERS, SYSTEMS, Prose, slug
from sandbox.simulation.writer import Change, Record, StreamFile


class BoardWriter:
    """Writes what people did on the board."""

    def __init__(
        self, options: Options, people: People, board: Board, companies: Companies, prose: Prose
    ) -> None:
        self._options = options
        self._people = people
        self._board = board
        self._companies = companies
        self._prose = prose
        self._numbers = number_all(board)
        self._accounts = people.accounts[BOARD]

    def _user(self, person: int) -> int:
        return self._accounts[person].account_id

    def suggestions(self, out: StreamFile) -> None:
        """Writes requests with every vote, comment and status change."""
        for row, request in enumerate(self._board.requests):
            if request.at < self._options.horizon_ms:
                out.write(self._suggestion(request), request.at, self._suggestion_changes(row, request))

    def _suggestion(self, q: Request) -> Record:
        number = q.text
        forum = FORUMS[q.private][0]
        title = self._prose.wishes[number % self._prose.size]
        when = stamp_s(q.at)
        text, mime = self._body(number, self._prose.problems)
        system = SYSTEMS[number % len(SYSTEMS)]
        return {
            "id": q.number,
            "title": title,
            "body": text if number % 19 else "",
            "body_mime_type": mime,
            "state": "closed" if q.imported is not None else "published",
            "channel": ("portal", "widget", "api", "admin_console")[number % 7 % 4],
            "portal_url": f"{BOARD_HOST}/forums/{forum}/suggestions/{q.number}-{slug(title)}",
            "admin_url": f"{BOARD_HOST}/admin/v3/ideas/{q.number}",
            "created_at": when,
            "updated_at": when,
            "approved_at": when,
            "closed_at": when if q.imported is not None else None,
            "first_support_at": when,
            "votes_count": q.extra_votes,
            "supporters_count": 0,
            "supporting_accounts_count": 0,
            "comments_count": 0,
            "notes_count": number % 3 // 2,
            "requests_count": 0,
            "inappropriate_flags_count": 0,
            "supporter_mrr": 0,
            "satisfaction_detractor_count": 0,
            "satisfaction_neutral_count": 0,
            "satisfaction_promoter_count": 0,
            "recent_engagement": 0,
            "average_engagement": 0.0,
            "engagement_trend": 0.0,
            "is_blocker": number % 29 == 0,
            "creator_user_agent": f"Mozilla/5.0 ({system}) sandbox",
            "creator_browser": BROWSERS[number % len(BROWSERS)],
            "creator_browser_version": str(100 + number % 40),
            "creator_os": system,
            "creator_mobile": system in ("Android", "iOS"),
            "creator_referrer": None,
            "links": {
                "forum": forum,
                "category": None if q.category is None else CATEGORY_BASE + q.category,
                "status": q.imported,
                "created_by": self._user(q.author),
                "labels": [],
                "last_status_update": None,
                "parent_suggestion": None,
                "ticket": None,
            },
        }

    def _suggestion_changes(self, row: int, q: Request) -> Iterator[Change]:
        steps: list[tuple[int, int, str, Any]] = []
        steps += [(v.at, 1, "vote", v.by) for v in q.votes]
        steps += [(v.back_at, 2, "unvote", v.by) for v in q.votes if v.back_at < b.NEVER]
        steps += [(c.at, 3, "comment", 1) for c in q.comments]
        steps += [(c.fate_at, 4, "comment", -1) for c in q.comments if c.fate_at < b.NEVER]
        steps += [(s.at, 5, "status", (i, s)) for i, s in enumerate(q.statuses)]
        if q.labels:
            steps.append((q.labels_at, 6, "labels", None))
        if q.fate in ("merged", "deleted") and q.closed_at < b.NEVER:
            steps.append((q.closed_at, 7, q.fate, None))
        steps.sort(key=lambda step: step[:2])
        links = dict(self._suggestion(q)["links"])
        voters: dict[int, None] = {}
        comments = 0
        for at, _, what, value in steps:
            if at >= self._options.horizon_ms:
                return
            changed: dict[str, Any] = {"updated_at": stamp_s(at)}
            if what in ("vote", "unvote"):
                if what == "vote":
                    voters[value] = None
                else:
                    voters.pop(value, None)
                changed |= self._support(q, voters, at)
            elif what == "comment":
                comments += value
                changed["comments_count"] = comments
            elif what == "status":
                place, status = value
                links["status"] = status.new
                links["last_status_update"] = self._numbers.statuses[row, place]
                changed["links"] = dict(links)
                closed = status.new in (b.COMPLETED, b.DECLINED)
                changed["state"] = "closed" if closed else "published"
                changed["closed_at"] = stamp_s(at) if closed else None
            elif what == "labels":
                links["labels"] = [LABEL_BASE + label for label in q.labels]
                changed["links"] = dict(links)
            elif what == "merged":
                links["parent_suggestion"] = self._board.requests[q.parent].number
                changed |= {"links": dict(links), "state": "merged", "closed_at": stamp_s(at)}
            else:
                yield at, None
                return
            yield at, changed

    def _support(self, q: Request, voters: Iterable[int], at: int) -> dict[str, Any]:
        people = self._people
        count = 0
        accounts: set[int] = set()
        mood: Counter[str] = Counter()
        for person in voters:
            count += 1
            if (company := self._companies.of(person)) is not None:
                accounts.add(company)
            mood[("promoter", "neutral", "detractor")[person % 5 // 2]] += 1
        weeks = max(1.0, (at - q.at) / (7 * DAY_MS))
        return {
            "votes_count": count + q.extra_votes,
            "supporters_count": count,
            "supporting_accounts_count": len(accounts),
            "supporter_mrr": sum(people.organizations[a].mrr_usd for a in accounts),
            "satisfaction_promoter_count": mood["promoter"],
            "satisfaction_neutral_count": mood["neutral"],
            "satisfaction_detractor_count": mood["detractor"],
            "recent_engagement": count if weeks < 4 else count // 4,
            "average_engagement": round(count / weeks, 2),
            "engagement_trend": 1.0 if weeks < 3 else 0.0,
        }

    def _body(self, number: int, pool: list[str]) -> tuple[str, str]:
        text = pool[number % self._prose.size]
        if number % 3 == 0:
            return f"<p>{html.escape(text, quote=False)}</p>", "text/html"
        return text, "text/plain"

    def supporters(self, out: StreamFile) -> None:
        """Writes votes; those taken back vanish, those of deleted requests too."""
        for row, q in enumerate(self._board.requests):
            for place, vote in enumerate(q.votes):
                if vote.at >= self._options.horizon_ms:
                    continue
                number = self._numbers.votes[row, place]
                gone = min(vote.back_at, q.closed_at if q.fate == "deleted" else b.NEVER)
                user = self._user(vote.by)
                out.write(
                    {
                        "id": number,
                        "channel": "portal" if number % 4 else "email",
                        "how": "created" if vote.by == q.author else "supported",
                        "is_subscribed": number % 10 > 1,
                        "comments_count": 0,
                        "requests_count": 0,
                        "created_at": stamp_s(vote.at),
                        "updated_at": stamp_s(vote.at),
                        "links": {
                            "suggestion": q.number,
                            "user": user,
                            "created_by": user,
                            "updated_by": user,
                        },
                    },
                    vote.at,
                    [(gone, None)] if gone < self._options.horizon_ms else [],
                )

    def comments(self, out: StreamFile) -> None:
        """Writes comments; a few are deleted or taken out of sight."""
        for row, q in enumerate(self._board.requests):
            for place, comment in enumerate(q.comments):
                if comment.at >= self._options.horizon_ms:
                    continue
                number = self._numbers.comments[row, place]
                text, mime = self._body(number, self._prose.answers)
                changes: list[Change] = []
                if comment.fate_at < self._options.horizon_ms:
                    seen = {
                        "state": "inappropriate",
                        "inappropriate_flags_count": 2,
                        "updated_at": stamp_s(comment.fate_at),
                    }
                    changes = [(comment.fate_at, None if comment.fate == "gone" else seen)]
                if q.fate == "deleted" and q.closed_at < self._options.horizon_ms:
                    changes.append((q.closed_at, None))
                    changes.sort(key=lambda change: change[0])
                out.write(
                    {
                        "id": number,
                        "body": text,
                        "body_mime_type": mime,
                        "state": "published",
                        "is_admin_comment": comment.staff,
                        "channel": "portal",
                        "inappropriate_flags_count": 0,
                        "created_at": stamp_s(comment.at),
                        "updated_at": stamp_s(comment.at),
                        "links": {"suggestion": q.number, "created_by": self._user(comment.by)},
                    },
                    comment.at,
                    changes,
                )

    def status_updates(self, out: StreamFile) -> None:
        """Writes staff's status updates; opened and clicked mails are counted a day later."""
        for row, q in enumerate(self._board.requests):
            for place, status in enumerate(q.statuses):
                number = self._numbers.statuses[row, place]
                sent = sum(v.at <= status.at < v.back_at for v in q.votes) if status.notified else 0
                text, mime = self._body(number, self._prose.answers)
                next_day = status.at + DAY_MS
                changes: list[Change] = []
                if sent and next_day < self._options.horizon_ms:
                    opened = sent * (25 + number % 40) // 100
                    changes = [
                        (
                            next_day,
                            {
                                "mail_opened_count": opened,
                                "mail_clicked_count": opened // 5,
                                "updated_at": stamp_s(next_day),
                            },
                        )
                    ]
                out.write(
                    {
                        "id": number,
                        "body": text,
                        "body_mime_type": mime,
                        "supporters_notified": status.notified,
                        "notification_email_address": "ideas@harbor.example.com" if status.notified else None,
                        "mail_sent_count": sent,
                        "mail_opened_count": 0,
                        "mail_clicked_count": 0,
                        "created_at": stamp_s(status.at),
                        "updated_at": stamp_s(status.at),
                        "links": {
                            "suggestion": q.number,
                            "user": self._user(status.by),
                            "old_status": status.old,
                            "new_status": status.new,
                        },
                    },
                    status.at,
                    changes,
                )

    def ratings_and_users(self, ratings: StreamFile, users: StreamFile) -> None:
        """Writes NPS ratings, and users with what moves their records."""
        marks: dict[int, list[tuple[int, dict[str, Any]]]] = {}
        previous: dict[int, tuple[int, int]] = {}
        for order, rating in enumerate(self._board.ratings):
            number = 660_007 + 11 * order
            before = previous.get(rating.by)
            when = stamp_s(rating.at)
            ratings.write(
                {
                    "id": number,
                    "rating": rating.score,
                    "previous_rating": before[1] if before else None,
                    "rating_delta": rating.score - before[1] if before else None,
                    "body": self._prose.answers[number % self._prose.size] if number % 2 else None,
                    "body_mime_type": "text/plain",
                    "prompt": "How likely are you to recommend Harbor?",
                    "group": "promoter"
                    if rating.score > 8
                    else "passive"
                    if rating.score > 6
                    else "detractor",
                    "created_at": when,
                    "updated_at": when,
                    "links": {"user": self._user(rating.by), "ticket": None},
                },
                rating.at,
            )
            links = self._user_links(rating.by, number, before[0] if before else None)
            marks.setdefault(rating.by, []).append(
                (rating.at, {"satisfaction_score": rating.score, "links": links})
            )
            previous[rating.by] = (number, rating.score)
        support: dict[int, list[tuple[int, int]]] = {}
        for q in self._board.requests:
            gone = q.closed_at if q.fate == "deleted" else b.NEVER
            for vote in q.votes:
                support.setdefault(vote.by, []).append((vote.at, 1))
                if min(vote.back_at, gone) < b.NEVER:
                    support[vote.by].append((min(vote.back_at, gone), -1))
        for person, account in sorted(self._accounts.items(), key=lambda item: item[1].account_id):
            changes = merge(
                _supported(sorted(support.get(person, []))), marks.get(person, []), key=lambda c: c[0]
            )
            kept = ((at, fields) for at, fields in changes if at < self._options.horizon_ms)
            users.write(self._user_record(person), account.created_ms, kept)

    def _user_record(self, person: int) -> Record:
        account, people = self._accounts[person], self._people
        region = REGIONS[int(people.region[person])]
        when = stamp_s(account.created_ms)
        admin = person in self._board.admins
        return {
            "id": account.account_id,
            "guid": account.external_id,
            "name": account.name or account.username,
            "email_address": account.email,
            "email_confirmed": account.verified,
            "job_title": ("Administrator", "Developer", "Engineer", "Manager", "Student")[
                int(people.persona[person])
            ],
            "avatar_url": f"{BOARD_HOST}/avatars/{account.account_id}.png",
            "is_admin": admin,
            "is_owner": admin and person == self._board.admins[0],
            "last_ip": f"192.0.2.{account.account_id % 254 + 1}",
            "last_login": when,
            "country": region[1],
            "region": region[0],
            "city": None,
            "satisfaction_score": None,
            "supported_suggestions_count": 0,
            "allowed_state": "allowed",
            "state": "active",
            "created_at": when,
            "updated_at": when,
            "links": self._user_links(person, None, None),
        }

    def _user_links(self, person: int, current: int | None, previous: int | None) -> dict[str, Any]:
        return {
            "teams": [],
            "external_users": self._companies.user_links(person),
            "current_nps_rating": current,
            "previous_nps_rating": previous,
        }


def _supported(steps: list[tuple[int, int]]) -> Iterator[tuple[int, dict[str, Any]]]:
    count = 0
    for at, step in steps:
        count += step
        changed: dict[str, Any] = {"supported_suggestions_count": count, "updated_at": stamp_s(at)}
        if step > 0:
            changed["last_login"] = stamp_s(at - at % HOUR_MS)
        yield at, changed
