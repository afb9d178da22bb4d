"""The rules of our own for the columns of marts: what `make check` refuses."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from dbt_bouncer.check_framework.exceptions import DbtBouncerFailedCheckError

from dbt_project.checks.manifest import mart_columns

MART = "model.lodestar.mart"


def judged(rule: str, columns: dict[str, str], *tests: tuple[str, str | None, dict[str, Any]]) -> str:
    """What a rule says of a mart: columns with their descriptions; tests by name, column and arguments."""
    model = SimpleNamespace(
        name="mart",
        unique_id=MART,
        columns={name: SimpleNamespace(description=text) for name, text in columns.items()},
    )
    attached = [
        SimpleNamespace(column_name=column, test_metadata=SimpleNamespace(name=name, kwargs=arguments))
        for name, column, arguments in tests
    ]
    check = getattr(mart_columns, rule)(name=rule, model=model)
    check._ctx = SimpleNamespace(tests_by_attached_node={MART: attached})
    try:
        check.execute()
    except DbtBouncerFailedCheckError as refusal:
        return str(refusal)
    return ""


def test_a_column_without_an_example_is_named() -> None:
    said = judged(
        "check_model_columns_have_examples",
        {"votes": "Votes. Example: 3.", "kinds": "Kinds. Examples: a, b.", "likes": "Likes received."},
    )
    assert "likes" in said
    assert "votes" not in said and "kinds" not in said


@pytest.mark.parametrize(
    ("tests", "refused"),
    [
        ([], True),
        # The contract enforces it: it can't fail.
        ([("not_null", "votes", {})], True),
        ([("not_negative", "likes", {})], True),
        ([("not_negative", "votes", {})], False),
        ([("unique_combination", None, {"columns": ["member_key", "votes"]})], False),
        ([("holds", None, {"statement": "votes >= 0"})], True),
    ],
)
def test_a_column_no_test_can_find_wrong_is_named(
    tests: list[tuple[str, str | None, dict[str, Any]]], refused: bool
) -> None:
    assert ("votes" in judged("check_model_columns_are_tested", {"votes": "Votes."}, *tests)) == refused
