"""Asking the gate about a candidate, compared with the release consumers see now."""

from __future__ import annotations

from pathlib import Path

from expectations.gate import check
from expectations.result import GateResult

from warehouse.build import Candidate
from warehouse.layout import Layout


def check_candidate(data_dir: Path, candidate: Path) -> GateResult:
    """Check the candidate folder and write its `gate/` page; a check that does not hold is no error here."""
    current = Layout(data_dir).current
    return check(Candidate.open(candidate).path, current.resolve() if current.exists() else None)
