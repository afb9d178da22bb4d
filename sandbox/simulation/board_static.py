"""What a board has from the start, and the ids of what belongs to its requests."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from sandbox.simulation import board as b
from sandbox.simulation.board import Board, Request
from sandbox.simulation.chance import stamp_s
from sandbox.simulation.options import BOARD_HOST, DAY_MS, Options
from sandbox.simulation.writer import Change, StreamFile

FORUMS = ((310_201, "Harbor Ideas"), (310_202, "Harbor Beta"))

CATEGORY_BASE, LABEL_BASE = 88_001, 91_001


@dataclass(frozen=True)
class Numbers:
    """Vendor ids of what belongs to a request, by row and place within it."""

    comments: dict[tuple[int, int], int]
    votes: dict[tuple[int, int], int]
    statuses: dict[tuple[int, int], int]


def number_all(board: Board) -> Numbers:
    """Ids grow with time over the whole board, as the vendor gives them."""

    def ids(rows: Iterable[tuple[int, int, int]], first: int, step: int) -> dict[tuple[int, int], int]:
        return {(row, place): first + step * order for order, (_, row, place) in enumerate(sorted(rows))}

    requests = list(enumerate(board.requests))
    return Numbers(
        ids(((c.at, r, i) for r, q in requests for i, c in enumerate(q.comments)), 21_700_031, 7),
        ids(((v.at, r, i) for r, q in requests for i, v in enumerate(q.votes)), 77_400_011, 13),
        ids(((s.at, r, i) for r, q in requests for i, s in enumerate(q.statuses)), 5_100_003, 3),
    )


def write_static(
    forums: StreamFile,
    statuses: StreamFile,
    categories: StreamFile,
    labels: StreamFile,
    options: Options,
    board: Board,
) -> None:
    """Writes forums, statuses, categories and labels, with counts that follow the requests."""
    born = options.start_ms - DAY_MS
    when = stamp_s(born)
    moves = _opened_and_closed(board)
    for place, (number, name) in enumerate(FORUMS):
        record = {
            "id": number,
            "name": name,
            "welcome_message": f"<p>Tell us what {name} should do next.</p>",
            "welcome_message_mime_type": "text/html",
            "prompt": "I suggest ...",
            "example": "a way to sort backups",
            "portal_url": f"{BOARD_HOST}/forums/{number}",
            "suggestions_count": 0,
            "open_suggestions_count": 0,
            "category_required": False,
            "is_public": place == 0,
            "is_private": place == 1,
            "classic_voting": False,
            "created_at": when,
            "updated_at": when,
            "links": {"updated_by": None},
        }
        forums.write(record, born, _count(moves, lambda q, place=place: q.private == (place == 1)))
    for position, (number, name, is_open) in enumerate(b.STATUSES, start=1):
        statuses.write(
            {
                "id": number,
                "name": name,
                "is_open": is_open,
                "hex_color": f"#{number * 7919 % 0xFFFFFF:06x}",
                "position": position,
                "allow_comments": is_open,
                "created_at": when,
                "updated_at": when,
            },
            born,
        )
    for place, name in enumerate(b.CATEGORIES):
        record = {
            "id": CATEGORY_BASE + place,
            "name": name,
            "suggestions_count": 0,
            "open_suggestions_count": 0,
            "created_at": when,
            "updated_at": when,
            "links": {"forum": FORUMS[0][0]},
        }
        categories.write(record, born, _count(moves, lambda q, place=place: q.category == place))
    for place, (name, parent) in enumerate(b.LABELS):
        full = name if parent is None else f"{b.LABELS[parent][0]} / {name}"
        labels.write(
            {
                "id": LABEL_BASE + place,
                "name": name,
                "full_name": full,
                "level": 1 if parent is None else 2,
                "open_suggestions_count": 0,
                "created_at": when,
                "updated_at": when,
                "links": {"parent": None if parent is None else LABEL_BASE + parent},
            },
            born,
            _labelled(moves, place),
        )


_Move = tuple[int, int, int, Request]


def _opened_and_closed(board: Board) -> list[_Move]:
    """(when, change of all, change of open, request) in order of time."""
    moves: list[_Move] = []
    for q in board.requests:
        is_open = q.imported is None
        moves.append((q.at, 1, int(is_open), q))
        for status in q.statuses:
            if (status.new not in (b.COMPLETED, b.DECLINED)) != is_open:
                is_open = not is_open
                moves.append((status.at, 0, 1 if is_open else -1, q))
        if q.fate in ("merged", "deleted") and q.closed_at < b.NEVER:
            moves.append((q.closed_at, -(q.fate == "deleted"), -1, q))
    return sorted(moves, key=lambda move: (move[0], move[3].number))


def _labelled(moves: list[_Move], label: int) -> Iterator[Change]:
    """Open requests with a label: labels are put on some time after the request is made."""
    steps: list[tuple[int, int]] = []
    for number in {q.number: q for _, _, _, q in moves if label in q.labels}.values():
        opened = [(at, step) for at, _, step, q in moves if q is number]
        before = sum(step for at, step in opened if at <= number.labels_at)
        steps.append((number.labels_at, before))
        steps += [(at, step) for at, step in opened if at > number.labels_at]
    count = 0
    for at, step in sorted(steps):
        if step:
            count += step
            yield at, {"open_suggestions_count": count, "updated_at": stamp_s(at)}


def _count(moves: list[_Move], belongs: Any) -> Iterator[Change]:
    total = still_open = 0
    for at, more, opened, request in moves:
        if belongs(request):
            total, still_open = total + more, still_open + opened
            yield (
                at,
                {
                    "suggestions_count": total,
                    "open_suggestions_count": still_open,
                    "updated_at": stamp_s(at),
                },
            )
