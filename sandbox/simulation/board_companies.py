"""The companies behind the board's people, as the product that embeds the board names them to it."""

from __future__ import annotations

from collections import Counter
from typing import Any

from sandbox.simulation.board import NEVER, Board
from sandbox.simulation.chance import stamp_s
from sandbox.simulation.options import BOARD, DAY_MS, Options
from sandbox.simulation.people import People
from sandbox.simulation.writer import Change, StreamFile

_COMPANY_BASE, _COMPANY_STEP, _PERSON_BASE, _PERSON_STEP = 7_700_001, 3, 8_800_003, 7


class Companies:
    """Which people of the board the product has named, and for which company.

    It names four of five who work for a company that is in the books (the desk has the same external id), and
    says what those pay. Companies of unknown segment are in no books.
    """

    def __init__(self, options: Options, people: People, board: Board) -> None:
        self._options = options
        self._people = people
        self._board = board
        named = [
            (account.account_id, person)
            for person, account in people.accounts[BOARD].items()
            if self._is_kept(int(people.organization[person])) and account.account_id % 5
        ]
        self._numbers = {
            person: _PERSON_BASE + _PERSON_STEP * place for place, (_, person) in enumerate(sorted(named))
        }

    def of(self, person: int) -> int | None:
        """The company (its index) the product has named for a person; None without."""
        return int(self._people.organization[person]) if person in self._numbers else None

    def user_links(self, person: int) -> list[int]:
        """Ids of what the product says of a person."""
        return [self._numbers[person]] if person in self._numbers else []

    def _is_kept(self, index: int) -> bool:
        return index >= 0 and self._people.organizations[index].segment != "unknown"

    def write(self, companies: StreamFile, persons: StreamFile) -> None:
        """Writes external accounts and external users."""
        for person, number in sorted(self._numbers.items(), key=lambda item: item[1]):
            account = self._people.accounts[BOARD][person]
            when = stamp_s(account.created_ms)
            persons.write(
                {
                    "id": number,
                    "external_id": account.external_id or f"app-{person}",
                    "name": account.name,
                    "email": account.email,
                    "ip": f"192.0.2.{number % 254 + 1}",
                    "type": "User",
                    "external_created_at": when,
                    "last_seen_at": when,
                    "created_at": when,
                    "updated_at": when,
                    "links": {
                        "external_account": _company_number(int(self._people.organization[person])),
                        "user": account.account_id,
                    },
                },
                account.created_ms,
            )
        born = self._options.start_ms - DAY_MS
        when = stamp_s(born)
        changes = self._changes()
        for index, organization in enumerate(self._people.organizations):
            if not self._is_kept(index):
                continue
            companies.write(
                {
                    "id": _company_number(index),
                    "external_id": f"crm-{5_000 + index}",
                    "name": organization.name,
                    "plan": organization.plan,
                    "mrr_cents": 100 * organization.mrr_usd,
                    "ltv_cents": 1_900 * organization.mrr_usd,
                    "users_count": 0,
                    "supported_ideas_count": 0,
                    "requests_count": 0,
                    "external_created_at": when,
                    "last_active_at": None,
                    "created_at": when,
                    "updated_at": when,
                },
                born,
                changes.get(index, []),
            )

    def _changes(self) -> dict[int, list[Change]]:
        """What moves a company's record: people who come, votes given and taken back."""
        steps: dict[int, list[tuple[int, int, int]]] = {}
        for person in self._numbers:
            created = self._people.accounts[BOARD][person].created_ms
            steps.setdefault(int(self._people.organization[person]), []).append((created, -1, 1))
        for row, request in enumerate(self._board.requests):
            gone = request.closed_at if request.fate == "deleted" else NEVER
            for vote in request.votes:
                company = self.of(vote.by)
                if company is None:
                    continue
                steps.setdefault(company, []).append((vote.at, row, 1))
                if (until := min(vote.back_at, gone)) < NEVER:
                    steps[company].append((until, row, -1))
        return {company: self._counted(sorted(moves)) for company, moves in steps.items()}

    def _counted(self, moves: list[tuple[int, int, int]]) -> list[Change]:
        made: list[Change] = []
        users = supported = 0
        voters: Counter[int] = Counter()
        for at, row, step in moves:
            if at >= self._options.horizon_ms:
                break
            fields: dict[str, Any] = {"updated_at": stamp_s(at)}
            if row < 0:
                users += 1
                fields["users_count"] = users
            else:
                had_voters = voters[row] > 0
                voters[row] += step
                supported += (voters[row] > 0) - had_voters
                fields["supported_ideas_count"] = supported
            if step > 0:
                fields["last_active_at"] = stamp_s(at)
            made.append((at, fields))
        return made


def _company_number(index: int) -> int:
    return _COMPANY_BASE + _COMPANY_STEP * index
