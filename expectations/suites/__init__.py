"""The suites: one function a mart, one file a domain. A suite takes what is compared and yields checks."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from expectations.checks import Check
from expectations.comparison import Compared
from expectations.suites import (
    activity,
    contribution,
    feedback,
    learning,
    members,
    newcomers,
    operations,
    program,
    recognition,
    reconciliation,
    retention,
    spaces,
    stages,
    support,
    support_outcomes,
    trajectories,
)

Suite = Callable[[Compared], Iterator[Check]]

SUITES: Mapping[str, Suite] = {
    suite.__name__: suite
    for suite in (
        members.dim_member,
        members.dim_member_account,
        members.dim_organization,
        members.organization_engagement_monthly,
        members.member_match_suggestions,
        members.member_link_preview,
        spaces.dim_space,
        spaces.space_activity_monthly,
        spaces.space_concentration,
        spaces.space_health,
        spaces.waiting_questions,
        spaces.waiting_question_answerers,
        spaces.unmet_needs,
        spaces.content_seeding_monthly,
        spaces.content_seeding_departments,
        contribution.fct_contribution,
        contribution.member_contribution_monthly,
        recognition.member_scorecard,
        recognition.contribution_value_by_group,
        recognition.expert_club_worth,
        recognition.member_trophies,
        recognition.thank_you_list,
        trajectories.member_trajectory,
        trajectories.burst_outcome,
        trajectories.trajectory_backtest,
        trajectories.open_flares,
        trajectories.rising_star_watchlist,
        trajectories.lost_experts,
        program.dim_expertise_area,
        program.member_expertise,
        program.area_bench_strength,
        program.award_candidates,
        program.award_candidate_evidence,
        program.award_backtest,
        program.award_impact,
        program.expert_of_the_year,
        program.program_membership,
        program.program_renewals,
        program.program_retention,
        program.program_member_waiting,
        program.program_benefits,
        program.lead_portfolio,
        learning.fct_certification,
        learning.learning_funnel,
        learning.certified_vs_uncertified,
        feedback.fct_feature_request,
        feedback.feedback_funnel,
        stages.feedback_headline,
        stages.feedback_stage_times,
        stages.stuck_requests,
        stages.stuck_requests_monthly,
        stages.feedback_loop,
        stages.feedback_loop_summary,
        support.fct_ticket,
        support.fct_ticket_status,
        support.support_daily,
        support.support_times_monthly,
        support_outcomes.deflection_monthly,
        support_outcomes.self_service_monthly,
        support_outcomes.missed_deflection,
        support_outcomes.fct_bug_report,
        support_outcomes.bug_report_summary,
        support_outcomes.bug_reporter_yield,
        retention.retention_cohorts,
        activity.member_activity_status,
        activity.member_activity_transitions,
        activity.activity_summary_monthly,
        activity.stickiness_daily,
        newcomers.onboarding_funnel,
        newcomers.newcomer_answer_outcomes,
        newcomers.newcomer_list,
        newcomers.drifting_members,
        reconciliation.reconciliation_totals,
        operations.pipeline_runs,
        operations.source_freshness,
    )
}
"""Every mart that must be in a release, with its suite, in the page's order."""

UNCHECKED = frozenset({"data_quality_results"})
"""Tables the gate's own answers become; they need no suite."""
