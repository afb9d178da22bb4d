"""The gate's answer."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TypedDict

from expectations.checks import Kind, Severity


class CheckResult(TypedDict):
    """What came of one check, in words."""

    mart: str
    kind: Kind
    expectation: str
    """Name of the check, the same in every release: `every_member_has_an_account`."""
    column: str | None
    severity: Severity
    success: bool
    question: str
    expected: str
    observed: str
    remedy: str
    message: str
    """One line that stands by itself in a log."""


@dataclass(frozen=True)
class GateResult:
    """The gate's answer on one candidate."""

    passed: bool
    """No check of severity `stop` failed."""
    results: list[CheckResult]
    stamp: str
    compared_with: str | None
    """Stamp of the release the candidate was compared with; None for the first one."""
    checked_at: datetime

    @property
    def failed(self) -> list[CheckResult]:
        """Checks that stop the release."""
        return [result for result in self.results if not result["success"] and result["severity"] == "stop"]

    @property
    def warned(self) -> list[CheckResult]:
        """Checks that did not hold, but let the release pass."""
        return [result for result in self.results if not result["success"] and result["severity"] == "warn"]
