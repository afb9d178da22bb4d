"""Ways through a list: no broken page is its end."""

from __future__ import annotations

import pytest

from extractors.errors import SourceError
from extractors.http import Api
from extractors.pagination import Repeats, cursor_of, next_request, records_of, walk
from tests.extractors.stand_in import StandIn, configured


@pytest.fixture
def api() -> Api:
    return Api(configured("https://ideas.example.com/sub")).for_stream("posts")


def test_the_same_cursor_twice_is_an_error(api: Api):
    repeats = Repeats(api)
    repeats.check("a")
    repeats.check("b")
    with pytest.raises(SourceError, match="cursor twice"):
        repeats.check("a")


def test_a_walk_follows_its_cursor_to_the_last_page(server: StandIn):
    server.on("/list", {"next": "b", "rows": [1]}, {"next": "c", "rows": []}, {"next": None, "rows": [2]})
    api = Api(configured(server.base_url)).for_stream("posts")
    following = lambda answer: {"cursor": answer["next"]} if answer["next"] else None  # noqa: E731
    assert [answer["rows"] for answer, _ in walk(api, "/list", {}, following)] == [[1], [], [2]]
    assert [request.query for request in server.seen] == [{}, {"cursor": "b"}, {"cursor": "c"}]


def test_a_walk_that_goes_in_a_circle_is_an_error(server: StandIn):
    server.on("/list", {"next": "b"})
    api = Api(configured(server.base_url)).for_stream("posts")
    with pytest.raises(SourceError, match="cursor twice"):
        list(walk(api, "/list", {}, lambda answer: {"cursor": answer["next"]}))


def test_a_link_under_the_configured_address_is_followed_as_it_stands(api: Api):
    link = "https://ideas.example.com/sub/api?cursor=x"
    assert next_request(api, link, "/api", "cursor") == (link, {})


def test_of_a_foreign_link_only_the_cursor_is_taken(api: Api):
    link = "https://elsewhere.invalid/api?cursor=x%3D&token=y"
    assert next_request(api, link, "/api", "cursor") == ("/api", {"cursor": "x="})
    assert cursor_of(api, link, "cursor") == "x="
    with pytest.raises(SourceError, match="no cursor"):
        next_request(api, "https://elsewhere.invalid/api", "/api", "cursor")
    assert next_request(api, None, "/api", "cursor") is None


@pytest.mark.parametrize("answer", [{}, {"posts": None}, {"posts": [1]}, [], None, {"posts": {}}])
def test_an_answer_without_its_list_is_an_error_and_not_an_empty_page(api: Api, answer):
    with pytest.raises(SourceError, match="lacks its list of posts"):
        records_of(api, answer, "posts")
