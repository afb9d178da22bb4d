"""Fault plans: repeatable, complete, and over after a few tries."""

from __future__ import annotations

import pytest

from sandbox.faults import KINDS, FaultError, Injector, Listed, Plan

REQUESTS = [("/posts", f"before={number}") for number in range(0, 3000, 50)]


def outcomes(
    injector: Injector, requests: list[tuple[str, str]] = REQUESTS, source: str = "forum"
) -> list[list[str]]:
    """What each request of a patient client meets, until it succeeds."""
    met = []
    for path, query in requests:
        tries = []
        while (kind := injector.due(source, path, query)) is not None:
            tries.append(kind)
            assert len(tries) <= injector.plan.repeat
        met.append(tries)
    return met


def test_the_same_seed_gives_the_same_faults():
    plan = Plan(seed=7, rate=0.3)
    assert outcomes(Injector(plan)) == outcomes(Injector(plan))
    assert outcomes(Injector(plan)) != outcomes(Injector(Plan(seed=8, rate=0.3)))


def test_which_requests_fail_does_not_depend_on_the_order_they_come_in():
    plan = Plan(seed=7, rate=0.3, kinds=("500",))
    failed = {request for request, met in zip(REQUESTS, outcomes(Injector(plan)), strict=True) if met}
    backwards = list(reversed(REQUESTS))
    assert failed == {
        request for request, met in zip(backwards, outcomes(Injector(plan), backwards), strict=True) if met
    }


def test_about_the_wanted_share_fails():
    many = [("/posts", f"before={number}") for number in range(4000)]
    met = outcomes(Injector(Plan(seed=1, rate=0.2, kinds=("500",))), many)
    assert 700 < sum(bool(tries) for tries in met) < 900


@pytest.mark.parametrize("rate", [0.01, 0.3, 1.0])
def test_every_kind_that_applies_appears(rate):
    requests = [("/api/v2/incremental/tickets/cursor", f"cursor={number}") for number in range(100)]
    injector = Injector(Plan(seed=3, rate=rate))
    outcomes(injector, requests)
    assert set(injector.report("forum")["faults"]) == set(KINDS)


def test_a_cursor_expires_only_where_there_is_one_and_once_a_path():
    injector = Injector(Plan(seed=3, rate=1.0, kinds=("expired_cursor",), repeat=1))
    assert injector.due("desk", "/api/v2/users", "page=1") is None
    assert injector.due("desk", "/api/v2/users", "cursor=a") == "expired_cursor"
    assert injector.due("desk", "/api/v2/users", "cursor=b") is None
    assert injector.due("desk", "/api/v2/groups", "page%5Bafter%5D=b") == "expired_cursor"


def test_single_faults_can_be_listed():
    listed = (Listed("/posts", "cut", nth=2, times=2), Listed("/t/", "500", source="old"))
    injector = Injector(Plan(listed=listed))
    assert [injector.due("forum", "/posts", str(number)) for number in range(5)] == [
        None,
        "cut",
        "cut",
        None,
        None,
    ]
    assert [injector.due(source, "/t/5", "") for source in ("forum", "old", "old")] == [None, "500", None]


def test_sources_can_be_spared():
    injector = Injector(Plan(rate=1.0, sources=("forum",), kinds=("500",)))
    assert injector.due("forum", "/posts", "") == "500"
    assert injector.due("ideas", "/posts", "") is None


def test_a_client_that_comes_back_too_early_is_counted():
    now = [100.0]
    injector = Injector(
        Plan(rate=1.0, kinds=("429_seconds",), wait_seconds=2, repeat=1), clock=lambda: now[0]
    )
    for wait, impatient in ((1.0, 1), (2.5, 1)):
        assert injector.due("forum", "/posts", "") == "429_seconds"
        now[0] += wait
        assert injector.due("forum", "/posts", "") is None
        assert injector.report("forum")["impatient"] == impatient


def test_a_plan_is_read_from_the_command_line():
    assert Plan.from_text("7:0.25:cut,500") == Plan(seed=7, rate=0.25, kinds=("cut", "500"))
    assert Plan.from_text("7:0.25") == Plan(seed=7, rate=0.25)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("x:1", "SEED:RATE"),
        ("1:much", "SEED:RATE"),
        ("1:2", "0 to 1"),
        ("1:0.1:fire", "unknown kinds fire; known: 429"),
    ],
)
def test_a_plan_that_cant_be_understood_says_what_is_known(text, message):
    with pytest.raises(FaultError) as caught:
        Plan.from_text(text)
    assert message in str(caught.value)


def test_an_unknown_field_of_a_plan_is_named():
    with pytest.raises(FaultError, match="unknown speed; known: seed, rate"):
        Plan.from_json({"speed": 3})
    with pytest.raises(FaultError, match="colour"):
        Plan.from_json({"listed": [{"path": "/", "kind": "500", "colour": 1}]})
