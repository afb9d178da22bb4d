"""The gate: check a candidate release with Great Expectations and write the answer beside it.

    result = check(candidate_dir=Path("…/candidates/20261122T030000Z"), previous=Path("…/current"))

Opens the candidate's `community.duckdb` read-only, touches no network and leaves nothing behind but
`gate/results.json` and `gate/index.html` in the candidate.
"""

from __future__ import annotations

import atexit
import json
import logging
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import duckdb_sqlalchemy
import great_expectations as gx
from great_expectations.data_context.types.base import (
    DataContextConfig,
    InMemoryStoreBackendDefaults,
    ProgressBarsConfig,
)

from expectations.checks import EXAMPLES, Check, Severity
from expectations.comparison import Compared
from expectations.page import render
from expectations.release_file import DATABASE, ReleaseFile
from expectations.result import CheckResult, GateResult
from expectations.suites import SUITES, UNCHECKED
from extractors.clock import now
from extractors.errors import storage_errors
from extractors.wording import counted

logger = logging.getLogger("lodestar.gate")

# The dialect would hold DuckDB's bindings beyond their end, which they report at length on stderr.
atexit.register(vars(duckdb_sqlalchemy).clear)


def check(candidate_dir: Path, previous: Path | None) -> GateResult:
    """Check the candidate, against the release folder `previous` if there is one.

    Writes `gate/results.json` and `gate/index.html` into the candidate. Raises LodestarError if a
    folder or its database cannot be read; a check that does not hold is a result, never an error.
    """
    candidate = ReleaseFile.open(candidate_dir)
    compared = Compared(candidate, ReleaseFile.open(previous) if previous else None)
    planned: list[tuple[str, Check]] = []
    results: list[CheckResult] = []
    for mart, suite in SUITES.items():
        if mart in candidate.columns:
            planned += [(mart, check) for check in suite(compared)]
        else:
            results.append(_absent(mart))
    results += _validate(candidate, planned)
    results += [
        _unchecked(mart) for mart in sorted(candidate.columns) if mart not in SUITES and mart not in UNCHECKED
    ]
    place = {mart: number for number, mart in enumerate(SUITES)}
    results.sort(key=lambda result: place.get(result["mart"], len(place)))
    answer = GateResult(
        passed=all(result["success"] or result["severity"] == "warn" for result in results),
        results=results,
        stamp=candidate.stamp,
        compared_with=compared.last.stamp if compared.last else None,
        checked_at=now(),
    )
    _write(candidate_dir / "gate", answer)
    for result in answer.failed + answer.warned:
        logger.log(
            logging.ERROR if result["severity"] == "stop" else logging.WARNING, "%s", result["message"]
        )
    return answer


def _validate(candidate: ReleaseFile, planned: Sequence[tuple[str, Check]]) -> list[CheckResult]:
    """Run the planned checks, one Great Expectations suite a mart; results in the planned order."""
    context: Any = gx.get_context(
        mode="ephemeral",
        project_config=DataContextConfig(
            # Its own docs need the network; ours do not.
            store_backend_defaults=InMemoryStoreBackendDefaults(init_temp_docs_sites=False),
            progress_bars=ProgressBarsConfig(globally=False),
        ),
    )
    source = context.data_sources.add_sql(
        name="candidate",
        connection_string=str(duckdb_sqlalchemy.URL(database=str((candidate.path / DATABASE).resolve()))),
        kwargs={
            "connect_args": {"read_only": True},
            "isolation_level": "AUTOCOMMIT",
            "skip_autocommit_rollback": True,
            "pool_reset_on_return": None,
        },
    )
    results = []
    try:
        for mart in dict.fromkeys(mart for mart, _ in planned):
            checks = [check for name, check in planned if name == mart]
            suite = gx.ExpectationSuite(name=mart)
            for number, check in enumerate(checks):
                check.expectation.meta = {"check": number}
                suite.add_expectation(check.expectation)
            batch = source.add_table_asset(name=mart, table_name=mart).add_batch_definition_whole_table("all")
            context.suites.add(suite)
            definition = context.validation_definitions.add(
                gx.ValidationDefinition(name=mart, data=batch, suite=suite)
            )
            outcome = definition.run(result_format={"result_format": "SUMMARY"})
            by_number = {result.expectation_config.meta["check"]: result for result in outcome.results}
            results += [_result(mart, check, by_number[number]) for number, check in enumerate(checks)]
    finally:
        source.get_execution_engine().close()
        source.get_engine().dispose()
    return results


def _result(mart: str, check: Check, outcome: Any) -> CheckResult:
    error = _error(outcome.exception_info)
    observed = f"could not be checked: {error}" if error else _observed(outcome.result)
    # A check that cannot be made protects nothing, whatever it would have been worth.
    severity: Severity = "stop" if error else check.severity
    success = bool(outcome.success) and not error
    return CheckResult(
        mart=mart,
        kind=check.kind,
        expectation=re.sub("[^a-z0-9]+", "_", check.question.lower()).strip("_"),
        column=check.column,
        severity=severity,
        success=success,
        question=check.question,
        expected=check.expected,
        observed=observed,
        remedy=check.remedy,
        message=(
            f"{mart}: {'holds' if success else 'does not hold'}: {check.question} "
            f"(expected {check.expected}; observed {observed})." + ("" if success else f" {check.remedy}")
        ),
    )


def _error(exception_info: Any) -> str:
    """The first error of a check that could not be made, in one line; empty if it was made."""
    infos = [exception_info] if "raised_exception" in exception_info else list(exception_info.values())
    for info in infos:
        if info["raised_exception"]:
            lines = str(info["exception_message"]).splitlines()
            return lines[0].removeprefix("Error: ").rstrip(".") if lines else "no reason given"
    return ""


def _observed(result: dict[str, Any]) -> str:
    """What Great Expectations found, in words."""
    if "unexpected_rows" in result:
        count, rows = int(result["observed_value"]), result["unexpected_rows"]
        if not count:
            return "no exception"
        told = (", ".join(f"{name} {_shown(value)}" for name, value in dict(row).items()) for row in rows)
        exceptions = counted(count, "exception")
        return f"{exceptions}{', e.g.' if count > len(rows) else ':'} {'; '.join(told)}"
    if "element_count" in result:
        count, total = int(result["unexpected_count"] or 0), int(result["element_count"])
        if not count:
            return f"so in all of {total:,} rows"
        values = list(dict.fromkeys(_shown(value) for value in result["partial_unexpected_list"]))[:EXAMPLES]
        examples = f", e.g. {', '.join(values)}" if values else ""
        return f"{count:,} of {total:,} rows are not so{examples}"
    return counted(int(result["observed_value"]), "row")


def _shown(value: Any) -> str:
    return f"{value:,}" if isinstance(value, int) and not isinstance(value, bool) else str(value)


def _absent(mart: str) -> CheckResult:
    remedy = f"See why dbt did not build {mart} (data/logs), mend it and build again."
    return CheckResult(
        mart=mart,
        kind="presence",
        expectation="mart_exists",
        column=None,
        severity="stop",
        success=False,
        question="The mart is there",
        expected="a table of this name in the candidate",
        observed="no such table",
        remedy=remedy,
        message=f"{mart}: the candidate has no such table. {remedy}",
    )


def _unchecked(mart: str) -> CheckResult:
    remedy = "Write a suite for it: one function in expectations/suites/, named like the mart."
    return CheckResult(
        mart=mart,
        kind="presence",
        expectation="suite_exists",
        column=None,
        severity="warn",
        success=False,
        question="The mart has checks",
        expected="a suite in expectations/suites/",
        observed="no suite",
        remedy=remedy,
        message=f"{mart}: would be published without any check. {remedy}",
    )


def _write(folder: Path, answer: GateResult) -> None:
    document = {
        "passed": answer.passed,
        "stamp": answer.stamp,
        "compared_with": answer.compared_with,
        "checked_at": answer.checked_at.isoformat(),
        "results": answer.results,
    }
    with storage_errors(folder):
        folder.mkdir(exist_ok=True)
        (folder / "results.json").write_text(
            json.dumps(document, indent=1, ensure_ascii=False) + "\n", encoding="utf-8"
        )
        (folder / "index.html").write_text(render(answer), encoding="utf-8")
