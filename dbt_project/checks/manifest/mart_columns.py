"""Rules of dbt-bouncer (../../../dbt-bouncer.yml) for the columns that readers see."""

from typing import Any

from dbt_bouncer.check_framework.decorator import check, fail

ENFORCED = "not_null"
"""The test that a contract makes idle: a column declared so can't be built with a null."""


@check
def check_model_columns_have_examples(model: Any) -> None:
    """Each column's description shows a value: “Example: …” or “Examples: …”."""
    bare = [
        name
        for name, column in (model.columns or {}).items()
        if not any(word in (column.description or "") for word in ("Example:", "Examples:"))
    ]
    if bare:
        fail(f"`{model.name}` has columns without “Example: …” in their description: {', '.join(bare)}")


@check
def check_model_columns_are_tested(model: Any, ctx: Any) -> None:
    """Each column has a data test that can fail: its own, or as part of a unique combination."""
    tested: set[str] = set()
    for test in ctx.tests_by_attached_node.get(model.unique_id, []):
        kind = getattr(test, "test_metadata", None)
        if kind is None or kind.name == ENFORCED:
            continue
        if test.column_name:
            tested.add(test.column_name)
        elif kind.name == "unique_combination":
            tested.update(kind.kwargs["columns"])
    untested = [name for name in (model.columns or {}) if name not in tested]
    if untested:
        fail(
            f"`{model.name}` has columns that no data test can find wrong ({ENFORCED} is their contract's): "
            + ", ".join(untested)
        )
