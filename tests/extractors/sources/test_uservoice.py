"""UserVoice: tokens, the proven end of a list, overlap, votes that vanish, missing lists."""

from __future__ import annotations

from typing import Any

import pytest

from extractors.errors import ConfigError, SourceError
from extractors.registry import VENDORS
from tests.extractors.reading import NOW, Outcome, client, read
from tests.extractors.stand_in import Reply, Seen, StandIn, configured

PATH = "/api/v2/admin/comments"
TOKEN = "/api/v2/oauth/token"


def comment(number: int, updated_at: str = "2026-03-01T00:00:00Z") -> dict[str, Any]:
    return {"id": number, "updated_at": updated_at}


def page(*numbers: int, cursor: str | None = None, total: int | None = None) -> dict[str, Any]:
    pagination = {"page": 1, "page_size": 2, "cursor": cursor, "total_records": total}
    return {"comments": [comment(number) for number in numbers], "pagination": pagination}


def comments(server: StandIn, *args: Any, **options: Any) -> Outcome:
    server.on(TOKEN, {"access_token": "t"})
    return read(client(server, "uservoice", "comments", page_size=2, **options), "uservoice", *args)


def asked(server: StandIn) -> list[dict[str, str]]:
    return [request.query for request in server.seen if request.path != TOKEN]


def test_cursors_are_followed_with_the_same_filters(server: StandIn):
    server.on(PATH, page(5, 4, cursor="b", total=5), page(3, 2, cursor="c", total=5), page(1, total=5))
    assert comments(server, {"updated_at": "2026-02-01T12:00:00.000000Z"}).ids == [5, 4, 3, 2, 1]
    filters = {"updated_after": "2026-02-01T11:50:00.000Z", "per_page": "2"}
    assert asked(server) == [filters | {"page": "1"}, filters | {"cursor": "b"}, filters | {"cursor": "c"}]


def test_a_page_without_cursor_is_not_the_end_while_records_are_left(server: StandIn):
    server.on(PATH, page(5, 4, total=5), page(3, 2, total=5), page(1, total=5))
    assert comments(server).ids == [5, 4, 3, 2, 1]
    assert [query.get("page") for query in asked(server)] == ["1", "2", "3"]


def test_an_empty_page_is_not_the_end_while_records_are_left(server: StandIn):
    server.on(PATH, page(4, 3, cursor="b", total=4), page(cursor="c", total=4), page(2, 1, total=4))
    assert comments(server).ids == [4, 3, 2, 1]


def test_a_last_page_with_a_cursor_ends_at_the_empty_page_behind_it(server: StandIn):
    server.on(PATH, page(2, 1, cursor="b", total=2), page(cursor="c", total=2))
    assert comments(server).ids == [2, 1]


def test_a_list_that_breaks_off_for_good_is_an_error(server: StandIn):
    server.on(PATH, page(4, 3, total=4), page(total=4))
    with pytest.raises(SourceError, match="cursor twice"):
        comments(server)


def test_a_cursor_that_is_refused_begins_the_list_again_once(server: StandIn):
    server.on(PATH, page(4, 3, cursor="b", total=4), Reply({}, 400), page(4, 3, cursor="b"), page(2, 1))
    outcome = comments(server)
    assert outcome.ids == [4, 3, 4, 3, 2, 1]
    assert "read again from its start" in outcome.api.notes[0]


def test_the_next_run_starts_at_the_newest_change_but_never_after_this_run_s_start(server: StandIn):
    answer = page(2, 1)
    server.on(PATH, answer)
    assert comments(server).watermark == {"updated_at": "2026-03-01T00:00:00.000000Z"}
    answer["comments"][0]["updated_at"] = "2026-04-30T00:00:00Z"
    assert NOW.isoformat() == "2026-03-31T12:00:00+00:00"
    assert comments(server).watermark == {"updated_at": "2026-03-31T12:00:00.000000Z"}


def test_a_run_that_finds_nothing_keeps_its_watermark(server: StandIn):
    server.on(PATH, page())
    known = {"updated_at": "2026-02-01T12:00:00.000000Z"}
    assert comments(server, known).watermark == known


def test_a_list_that_the_account_does_not_have_is_noted_and_not_concluded(server: StandIn):
    outcome = comments(server)
    assert (outcome.pages, outcome.watermark) == ([], None)
    assert outcome.api.notes == ["this account has no comments, or its plan doesn't show them"]


@pytest.mark.parametrize("stream", ["external_accounts", "external_users"])
def test_a_board_whose_plan_has_no_companies_is_read_without_them(server: StandIn, stream: str):
    server.on(TOKEN, {"access_token": "t"})
    outcome = read(client(server, "uservoice", stream), "uservoice")
    assert (outcome.pages, outcome.watermark) == ([], None)
    assert outcome.api.notes == [f"this account has no {stream}, or its plan doesn't show them"]


def test_a_token_that_has_run_out_is_renewed(server: StandIn):
    def answer(request: Seen) -> Any:
        return page(1) if request.headers["Authorization"] == "Bearer second" else Reply({}, 401)

    server.on(TOKEN, {"access_token": "first"}, {"access_token": "second"})
    server.on(PATH, answer)
    assert read(client(server, "uservoice", "comments"), "uservoice").ids == [1]
    form = next(request.body for request in server.seen if request.path == TOKEN)
    assert form == "grant_type=client_credentials&client_id=somebody&client_secret=key"


def test_all_votes_are_read_again_once_a_week(server: StandIn):
    server.on(TOKEN, {"access_token": "t"})
    server.on("/api/v2/admin/supporters", {"supporters": [{"id": 1}], "pagination": {}})

    def reread(last: str | None) -> Outcome:
        api = client(server, "uservoice", "supporters")
        return read(api, "uservoice", {"read_at": last} if last else None, lane="reread")

    assert reread(None).ids == [1]
    recent = reread("2026-03-25T12:00:00.000000Z")
    assert (recent.pages, recent.watermark) == ([], {"read_at": "2026-03-25T12:00:00.000000Z"})
    assert reread("2026-03-24T11:00:00.000000Z").watermark == {"read_at": "2026-03-31T12:00:00.000000Z"}


def test_missing_credentials_say_what_is_needed():
    config = configured("https://ideas.example.com")
    object.__setattr__(config.connection, "password", None)
    with pytest.raises(ConfigError, match=r"AIRFLOW_CONN_IDEAS needs login and password.*trusted API client"):
        VENDORS["uservoice"].connect(config)
