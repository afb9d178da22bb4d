"""The gate's page: one self-contained HTML file that explains every check in plain words."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import jinja2

from expectations.result import CheckResult, GateResult

_ENVIRONMENT = jinja2.Environment(
    loader=jinja2.FileSystemLoader(Path(__file__).parent),
    autoescape=True,
    trim_blocks=True,
    lstrip_blocks=True,
    undefined=jinja2.StrictUndefined,
)

KINDS = {
    "presence": "Is it there?",
    "volume": "Rows since the last release",
    "freshness": "Freshness",
    "completeness": "Nothing missing",
    "range": "Possible values",
    "distribution": "The usual mix",
    "uniqueness": "No doubles",
    "reconciliation": "Totals agree",
}


@dataclass(frozen=True)
class MartSection:
    """One mart's checks, those that did not hold first."""

    mart: str
    results: list[CheckResult]
    failed: int
    warned: int


def render(answer: GateResult) -> str:
    """The page as HTML; it loads nothing from anywhere."""
    return _ENVIRONMENT.get_template("page.html.j2").render(
        answer=answer, sections=list(_sections(answer)), kinds=KINDS
    )


def _sections(answer: GateResult) -> Iterator[MartSection]:
    for mart in dict.fromkeys(result["mart"] for result in answer.results):
        results = [result for result in answer.results if result["mart"] == mart]
        yield MartSection(
            mart=mart,
            results=sorted(results, key=_gravity),
            failed=sum(result in answer.failed for result in results),
            warned=sum(result in answer.warned for result in results),
        )


def _gravity(result: CheckResult) -> int:
    if result["success"]:
        return 2
    return 0 if result["severity"] == "stop" else 1
