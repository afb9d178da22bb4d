"""A check: one Great Expectations expectation, and the words that explain it to a reader of the gate's page.

A suite function yields checks. Each says what is checked, what is expected, what to do when it does not
hold, and whether that stops the release (`stop`) or is told and published nevertheless (`warn`).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from great_expectations.expectations.core.expect_column_values_to_be_between import (
    ExpectColumnValuesToBeBetween,
)
from great_expectations.expectations.core.expect_column_values_to_be_in_set import ExpectColumnValuesToBeInSet
from great_expectations.expectations.core.expect_column_values_to_not_be_null import (
    ExpectColumnValuesToNotBeNull,
)
from great_expectations.expectations.core.expect_table_row_count_to_be_between import (
    ExpectTableRowCountToBeBetween,
)
from great_expectations.expectations.core.unexpected_rows_expectation import UnexpectedRowsExpectation
from great_expectations.expectations.expectation import Expectation
from great_expectations.expectations.metadata_types import FailureSeverity

Severity = Literal["stop", "warn"]
Kind = Literal[
    "presence",
    "volume",
    "freshness",
    "completeness",
    "range",
    "distribution",
    "uniqueness",
    "reconciliation",
]

GX_SEVERITY: Mapping[Severity, FailureSeverity] = {
    "stop": FailureSeverity.CRITICAL,
    "warn": FailureSeverity.WARNING,
}
EXAMPLES = 3
"""Rows shown for a failed check; the marts themselves hold the rest."""


class ExpectNoRows(UnexpectedRowsExpectation):
    """A query that finds what is wrong; its first rows are kept in every result format.

    The built-in expectation keeps them only in the format COMPLETE, which for other expectations
    would carry every unexpected value of a large mart.
    """

    def _validate(
        self,
        metrics: dict[str, Any],
        runtime_configuration: dict[str, Any] | None = None,
        execution_engine: Any = None,
    ) -> dict[str, Any]:
        count = metrics["unexpected_rows_query.row_count"]
        rows = metrics["unexpected_rows_query.table"][:EXAMPLES]
        return {"success": count == 0, "result": {"observed_value": count, "unexpected_rows": rows}}


@dataclass(frozen=True)
class Check:
    """One expectation about a mart, with its explanation."""

    kind: Kind
    question: str
    """What is checked, as a sentence a community manager understands."""
    expected: str
    remedy: str
    """What to do when the check does not hold."""
    expectation: Expectation
    severity: Severity = "stop"
    column: str | None = None

    def __post_init__(self) -> None:
        self.expectation.severity = GX_SEVERITY[self.severity]


REBUILD = "Look at the mart's model and its dbt tests, mend it and build again."


def row_count(low: int | None = None, high: int | None = None) -> Expectation:
    """The mart has `low` to `high` rows, ends included."""
    return ExpectTableRowCountToBeBetween(min_value=low, max_value=high)


def at_least(rows: int, question: str, remedy: str, severity: Severity = "stop") -> Check:
    """The mart has no fewer than `rows` rows."""
    return Check(
        kind="presence",
        question=question,
        expected=f"{rows:,} or more rows",
        remedy=remedy,
        expectation=row_count(low=rows),
        severity=severity,
    )


def unique(*columns: str, what: str) -> Check:
    """The grain: no two rows share all of `columns`, and none of them is null."""
    listed = ", ".join(columns)
    named = ", ".join(f"cast({column} as varchar) as {column}" for column in columns)
    missing = " or ".join(f"{column} is null" for column in columns)
    return Check(
        kind="uniqueness",
        question=f"There is one row per {what}",
        expected=f"every {listed} once, never empty",
        remedy=f"Two rows tell of the same {what}. {REBUILD}",
        expectation=ExpectNoRows(
            unexpected_rows_query=(
                f"select {named}, count(*) as times from {{batch}} group by {listed} "
                f"having count(*) > 1 or {missing} order by times desc, {listed}"
            )
        ),
        column=listed,
    )


def filled(column: str, question: str, severity: Severity = "stop") -> Check:
    """The column is never null."""
    return Check(
        kind="completeness",
        question=question,
        expected=f"{column} is never empty",
        remedy=REBUILD,
        expectation=ExpectColumnValuesToNotBeNull(column=column),
        severity=severity,
        column=column,
    )


def one_of(column: str, values: Collection[str], question: str, severity: Severity = "stop") -> Check:
    """Every value of the column (nulls apart) is one of `values`."""
    return Check(
        kind="range",
        question=question,
        expected="one of " + ", ".join(sorted(values)),
        remedy=f"A value nobody planned for is in {column}: map it in the model, or name it in the suite.",
        expectation=ExpectColumnValuesToBeInSet(column=column, value_set=sorted(values)),
        severity=severity,
        column=column,
    )


def between(
    column: str,
    low: float | None,
    high: float | None,
    question: str,
    severity: Severity = "stop",
) -> Check:
    """Every value of the column (nulls apart) lies within `low` and `high`, ends included."""
    if low is None:
        expected = f"at most {high:,}"
    elif high is None:
        expected = f"{low:,} or more"
    else:
        expected = f"{low:,} to {high:,}"
    return Check(
        kind="range",
        question=question,
        expected=expected,
        remedy=f"Look at the rows whose {column} is out of range. {REBUILD}",
        expectation=ExpectColumnValuesToBeBetween(column=column, min_value=low, max_value=high),
        severity=severity,
        column=column,
    )


def no_rows(
    kind: Kind,
    question: str,
    sql: str,
    *,
    expected: str = "no exception",
    remedy: str = REBUILD,
    severity: Severity = "stop",
    column: str | None = None,
) -> Check:
    """`sql` selects what is wrong; `{batch}` in it is the mart. Its columns are shown as examples."""
    return Check(
        kind=kind,
        question=question,
        expected=expected,
        remedy=remedy,
        expectation=ExpectNoRows(unexpected_rows_query=sql),
        severity=severity,
        column=column,
    )


def ratio(column: str, question: str) -> Check:
    """Every value of the column (nulls apart) is a share, from 0 to 1."""
    return between(column, 0, 1, question)


def found_in(mart: str, column: str, question: str, key: str | None = None) -> Check:
    """Every value of the column (nulls apart) is a `key` (by default the same column) of another mart."""
    return no_rows(
        "reconciliation",
        question,
        f"""
        select distinct {column}
        from {{batch}}
        where {column} is not null and {column} not in (select {key or column} from {mart})
        order by 1
        """,
        expected=f"every {column} is in {mart}",
        column=column,
    )


def text(value: str) -> str:
    """A SQL string literal, safe inside a query that Great Expectations formats (braces are doubled)."""
    return "'" + value.replace("'", "''").replace("{", "{{").replace("}", "}}") + "'"
