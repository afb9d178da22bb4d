"""The suites: one function a mart, one file a domain. A suite takes what is compared and yields checks."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from expectations.checks import Check
from expectations.comparison import Compared
from expectations.suites import (
    contribution,
    feedback,
    members,
    operations,
    reconciliation,
    retention,
    spaces,
    support,
)

Suite = Callable[[Compared], Iterator[Check]]

SUITES: Mapping[str, Suite] = {
    suite.__name__: suite
    for suite in (
        members.dim_member,
        members.dim_member_account,
        spaces.dim_space,
        contribution.fct_contribution,
        contribution.member_contribution_monthly,
        feedback.fct_feature_request,
        feedback.feedback_funnel,
        support.fct_ticket,
        retention.retention_cohorts,
        reconciliation.reconciliation_totals,
        operations.pipeline_runs,
        operations.source_freshness,
    )
}
"""Every mart that must be in a release, with its suite, in the page's order."""

UNCHECKED = frozenset({"data_quality_results"})
"""Tables the gate's own answers become; they need no suite."""
