"""The UserVoice stand-in: tokens, cursors, filters, limits."""

from __future__ import annotations

import base64
import json
import time
from itertools import pairwise
from typing import Any

import pytest

from tests.sandbox.datasets import Client, client, signed_in, token_of, write

IDEAS = "/it/api/v2/admin/suggestions"


def idea(number: int, **more: object) -> dict[str, object]:
    return {
        "id": number,
        "title": f"Idea {number}",
        "votes_count": number % 3,
        "created_at": f"2026-01-{number % 28 + 1:02d}T00:00:00Z",
        "updated_at": f"2026-02-{(number * 7) % 28 + 1:02d}T00:00:00Z",
        "links": {"forum": 1, "created_by": number % 5 + 1, "status": None, "labels": [1]},
        **more,
    }


@pytest.fixture
def board(tmp_path):
    return write(
        tmp_path,
        "uservoice",
        {
            "suggestions": [idea(number) for number in range(1, 251)],
            "users": [{"id": number, "name": f"User {number}", "updated_at": None} for number in range(1, 6)],
            "forums": [{"id": 1, "name": "Ideas"}],
        },
    )


def walk(one: Client, **params: Any) -> list[list[int]]:
    """All pages by cursor, as ids."""
    pages: list[list[int]] = []
    cursor = None
    while True:
        given = {**params, **({"cursor": cursor} if cursor else {})}
        answer = one.get(IDEAS, given).json()
        pages.append([each["id"] for each in answer["suggestions"]])
        cursor = answer["pagination"].get("cursor")
        if cursor is None or not pages[-1]:
            return pages


def flat(pages: list[list[int]]) -> list[int]:
    return [number for page in pages for number in page]


def test_a_token_is_needed_and_given_only_for_the_right_secret(board):
    one = client(board, "uservoice")
    assert one.get(IDEAS).status == 401
    assert one.get(IDEAS, authorization="Bearer guess").status == 401
    form = "grant_type=client_credentials&client_id=sandbox-client&client_secret="
    kind = "application/x-www-form-urlencoded"
    assert one.post("/it/api/v2/oauth/token", f"{form}wrong".encode(), content_type=kind).status == 401
    assert one.post("/it/api/v2/oauth/token", b"grant_type=password", content_type=kind).status == 400
    assert one.get(IDEAS, authorization=f"Bearer {token_of(one)}").status == 200


def test_pages_are_newest_first_20_long_and_at_most_100(board):
    one = signed_in(board)
    first = one.get(IDEAS).json()
    assert [each["id"] for each in first["suggestions"]] == list(range(250, 230, -1))
    assert len(one.get(IDEAS, {"per_page": 500}).json()["suggestions"]) == 100
    assert first["pagination"]["total_records"] == 250
    assert first["pagination"]["total_pages"] == 13


def test_a_cursor_is_a_keyset_and_the_last_page_has_none(board):
    one = signed_in(board)
    cursor = one.get(IDEAS, {"per_page": 100}).json()["pagination"]["cursor"]
    assert json.loads(base64.b64decode(cursor)) == {"sort": "", "val": 151, "last_id": 151}
    pages = walk(one, per_page=100)
    assert [len(page) for page in pages] == [100, 100, 50]
    assert flat(pages) == list(range(250, 0, -1))


def test_page_stays_1_while_cursors_are_followed_and_numbers_work_too(board):
    one = signed_in(board)
    cursor = one.get(IDEAS, {"per_page": 100}).json()["pagination"]["cursor"]
    assert one.get(IDEAS, {"per_page": 100, "cursor": cursor}).json()["pagination"]["page"] == 1
    numbered = [
        [each["id"] for each in one.get(IDEAS, {"per_page": 100, "page": page}).json()["suggestions"]]
        for page in (1, 2, 3, 4)
    ]
    assert flat(numbered) == list(range(250, 0, -1))


@pytest.mark.parametrize(
    ("sort", "key", "reverse"),
    [
        ("id", lambda one: one["id"], False),
        ("updated_at", lambda one: (one["updated_at"], one["id"]), False),
        ("-updated_at", lambda one: (one["updated_at"], one["id"]), True),
        ("-votes_count", lambda one: (one["votes_count"], one["id"]), True),
    ],
)
def test_sorted_walks_lose_and_double_nothing(board, sort, key, reverse):
    expected = sorted((idea(number) for number in range(1, 251)), key=key, reverse=reverse)
    assert flat(walk(signed_in(board), per_page=33, sort=sort)) == [one["id"] for one in expected]


@pytest.mark.parametrize("cursor", ["nonsense", "eyJzb3J0IjoiIn0=", "W10="])
def test_an_unreadable_cursor_is_refused(board, cursor):
    assert signed_in(board).get(IDEAS, {"cursor": cursor}).status == 400


def test_a_cursor_of_another_order_is_refused(board):
    one = signed_in(board)
    cursor = one.get(IDEAS).json()["pagination"]["cursor"]
    assert one.get(IDEAS, {"cursor": cursor, "sort": "updated_at"}).status == 400


def test_some_accounts_give_a_cursor_on_the_last_page_too(board):
    one = signed_in(board, options={"last_cursor": "present"})
    pages = walk(one, per_page=100)
    assert [len(page) for page in pages] == [100, 100, 50, 0]


@pytest.mark.parametrize(
    ("bounds", "expected"), [("half_open", [1, 2]), ("inclusive", [1, 2, 3]), ("exclusive", [2])]
)
def test_updated_windows_have_the_chosen_ends(tmp_path, bounds, expected):
    stamps = ["2026-02-01T00:00:00Z", "2026-02-02T00:00:00Z", "2026-02-03T00:00:00Z", None]
    board = write(
        tmp_path,
        "uservoice",
        {"suggestions": [{"id": number, "updated_at": one} for number, one in enumerate(stamps, start=1)]},
    )
    one = signed_in(board, options={"updated_bounds": bounds})
    window = {"updated_after": "2026-02-01T00:00:00.000Z", "updated_before": "2026-02-03T00:00:00Z"}
    assert flat(walk(one, sort="id", **window)) == expected


def test_windows_side_by_side_give_each_record_once(board):
    one = signed_in(board)
    days = [f"2026-02-{day:02d}T00:00:00Z" for day in (1, 8, 15, 22)] + ["2026-03-01T00:00:00Z"]
    seen = [
        number
        for after, before in pairwise(days)
        for number in flat(walk(one, updated_after=after, updated_before=before, per_page=20))
    ]
    assert sorted(seen) == list(range(1, 251))


def test_a_bad_time_is_refused(board):
    assert signed_in(board).get(IDEAS, {"updated_after": "yesterday"}).status == 400


def test_links_filter_and_includes_bring_the_related_records(board):
    one = signed_in(board)
    answer = one.get(IDEAS, {"creator": 3, "per_page": 2, "includes": "users,forums"}).json()
    assert [each["id"] for each in answer["suggestions"]] == [247, 242]
    assert answer["users"] == [{"id": 3, "name": "User 3", "updated_at": None}]
    assert answer["forums"] == [{"id": 1, "name": "Ideas"}]
    assert answer["links"]["suggestions.created_by"] == {"type": "users"}
    assert answer["links"]["suggestions.labels"] == {"type": "labels"}
    assert answer["pagination"]["total_records"] == 50


def test_records_are_read_by_id_and_unknown_ones_are_404(board):
    one = signed_in(board)
    assert one.get(f"{IDEAS}/7").json()["suggestions"] == [idea(7)]
    assert [each["id"] for each in one.get(f"{IDEAS}/7,9").json()["suggestions"]] == [7, 9]
    assert one.get(f"{IDEAS}/999").status == 404
    assert one.get("/it/api/v2/admin/riddles").json() == {
        "errors": {"type": "record_not_found", "message": "Record not found"}
    }


def test_resources_without_data_are_empty_lists(board):
    answer = signed_in(board).get("/it/api/v2/admin/nps_ratings").json()
    assert answer["nps_ratings"] == []
    assert answer["pagination"]["total_records"] == 0


def test_a_short_prefix_serves_clients_that_build_host_names(board):
    one = signed_in(board)
    assert one.get("/it.uservoice.com/api/v2/admin/suggestions").status == 200


def test_quota_headers_count_down_and_429_names_the_epoch_to_wait_for(board):
    one = signed_in(board, limited=True)
    answers = [one.get(IDEAS, {"per_page": 1}) for _ in range(301)]
    assert [answers[0].headers[f"x-rate-limit-{name}"] for name in ("limit", "remaining")] == ["300", "299"]
    assert [answer.status for answer in answers[-2:]] == [200, 429]
    refused = answers[-1]
    assert refused.headers["retry-after"] == refused.headers["x-rate-limit-reset"]
    assert 0 < int(refused.headers["retry-after"]) - time.time() <= 61
