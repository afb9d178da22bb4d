"""Forms of answers, keys, administrators' paths, limits."""

from __future__ import annotations

import pytest

from tests.sandbox.datasets import ADMIN, USER, client


def test_content_type_is_the_one_clients_insist_on(forum):
    one = client(forum, "discourse")
    for path in ("/it/latest.json", "/it/t/999.json", "/it/nothing.json"):
        assert one.get(path).headers["content-type"] == "application/json; charset=utf-8"


def test_a_path_without_json_is_a_web_page_unless_json_is_accepted(forum):
    one = client(forum, "discourse")
    assert one.get("/it/latest").headers["content-type"].startswith("text/html")
    assert (
        one.get("/it/latest", accept="application/json")
        .headers["content-type"]
        .startswith("application/json")
    )


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Api-Key": "wrong", "Api-Username": "system"}, 403),
        ({"Api-Key": ADMIN["Api-Key"], "Api-Username": "nobody"}, 403),
        ({"Api-Key": ADMIN["Api-Key"]}, 403),
        ({"User-Api-Key": "wrong"}, 403),
        ({**ADMIN, "Api-Username": "ADA"}, 200),
    ],
)
def test_keys_are_checked(forum, headers, status):
    answer = client(forum, "discourse", headers).get("/it/latest.json")
    assert answer.status == status
    if status == 403:
        assert answer.json()["error_type"] == "invalid_access"


@pytest.mark.parametrize(
    "path", ["/it/admin/users/list/active.json", "/it/admin/badges.json", "/it/u/bob/emails.json"]
)
def test_admin_paths_are_404_without_a_key_and_403_with_a_user_key(forum, path):
    assert client(forum, "discourse").get(path).status == 404
    assert client(forum, "discourse", USER).get(path).status == 403
    assert client(forum, "discourse", {**ADMIN, "Api-Username": "bob"}).get(path).status == 404
    assert client(forum, "discourse", ADMIN).get(path).status == 200


def test_the_address_limit_is_plain_text_and_the_key_limit_json(forum):
    one = client(forum, "discourse", USER, limited=True)
    answers = [one.get("/it/latest.json") for _ in range(21)]
    assert [answer.status for answer in answers] == [200] * 20 + [429]
    refused = answers[-1]
    wait = refused.json()["extras"]["wait_seconds"]
    assert refused.json()["error_type"] == "rate_limit"
    assert refused.headers["discourse-rate-limit-error-code"] == "user_api_key_limiter_60_secs"
    assert refused.headers["retry-after"] == str(wait)
    assert 1 <= wait <= 60
    anyone = client(forum, "discourse", limited=True)
    refused = [anyone.get("/it/latest.json") for _ in range(51)][-1]
    assert (refused.status, refused.headers["content-type"]) == (429, "text/plain; charset=utf-8")
    assert refused.headers["discourse-rate-limit-error-code"] == "ip_10_secs_limit"
    assert 1 <= int(refused.headers["retry-after"]) <= 10
