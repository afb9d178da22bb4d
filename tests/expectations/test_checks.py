"""Each kind of check holds on good data and fails on data broken in the way it is meant to catch."""

from __future__ import annotations

import re

import pytest

from expectations.gate import check
from tests.expectations.candidate import build

STAGES_AND_TIMES = (
    "update fct_feature_request set first_response_at = '2025-12-31' where request_key = 'r1'",
    "update fct_feature_request set votes = -1, stage = 'on a list' where request_key in ('r2', 'r4')",
    "update fct_ticket set first_solved_at = '2026-01-31' where ticket_key = 't1'",
    "update fct_ticket set status = 'lost' where ticket_key = 't2'",
)

SUPPORT_WITHOUT_ITS_TICKETS = {
    ("stop", "fct_ticket_status", "Every stretch is of a known ticket"),
    ("stop", "support_daily", "What is in the backlog today are the tickets that wait"),
    ("stop", "support_times_monthly", "The tickets of all months are those that count in times"),
}

CASES = {
    "support": (
        (
            "update fct_ticket set first_reply_business_minutes = 31 where ticket_key = 't7'",
            "update fct_ticket_status set to_at = '2026-02-02' where ticket_key = 't1' and not is_current",
            "update support_daily set solved = 59 where day = '2026-02-03'",
            "update support_times_monthly set tickets = 119, first_reply_p90_hours = 0.4",
            "update support_times_monthly set one_touch_ratio = 2",
        ),
        {
            ("stop", "fct_ticket", "Open hours are no more than all hours"),
            (
                "stop",
                "fct_ticket_status",
                "A ticket's stretches follow one another without a gap, and the last goes on",
            ),
            ("stop", "support_daily", "The backlog of each day is the last one's, and what came and went"),
            ("stop", "support_times_monthly", "Tickets solved with one reply are a share"),
            (
                "stop",
                "support_times_monthly",
                "Half of the replies and solutions come no later than nine tenths of them",
            ),
            ("stop", "support_times_monthly", "The tickets of all months are those that count in times"),
        },
    ),
    "requests": (
        (
            "update fct_feature_request_status set to_at = '2026-01-09' "
            "where request_key = 'r3' and not is_current",
            "update fct_feature_request_status set stage = 'declined' where request_key = 'r1'",
            "update feature_request_demand set staff_votes = 1, votes_rank = 1 where request_key = 'r1'",
            "update votes_delivered set supporters = 41, votes_delivered_ratio = 1.5",
            "update feedback_voice_monthly set votes = 49, completed_share = 2 where dimension = 'program'",
            "update feedback_voice set requests = 119",
        ),
        {
            (
                "stop",
                "fct_feature_request_status",
                "A request's statuses follow one another without a gap, and the last goes on",
            ),
            ("stop", "fct_feature_request_status", "A request stands at the stage its history ends with"),
            ("stop", "feature_request_demand", "Votes of segments and of staff add up to all votes"),
            (
                "stop",
                "feature_request_demand",
                "Every open request has a rank of its own, from the first to the last",
            ),
            ("stop", "votes_delivered", "Votes delivered are a share of all votes"),
            ("stop", "votes_delivered", "There are no more voters than votes"),
            ("stop", "feedback_voice_monthly", "Completed requests are a share of all requests"),
            (
                "stop",
                "feedback_voice_monthly",
                "However people are told apart, it is the same requests and votes",
            ),
            ("stop", "feedback_voice", "All time holds every request that was not merged once"),
        },
    ),
    "uniqueness": (
        (
            "insert into dim_member_account select * from dim_member_account where account_id = '7'",
            "update dim_space set space_key = null where name = 'Ideas'",
            "insert into pipeline_runs select * from pipeline_runs where load_id = 3",
        ),
        {
            ("stop", "dim_member_account", "There is one row per source and account"),
            # The eighth account of 40 members also belies the count beside its member.
            ("stop", "dim_member", "Members have the accounts that are counted for them"),
            ("stop", "dim_space", "There is one row per space"),
            ("stop", "pipeline_runs", "There is one row per load"),
        },
    ),
    "completeness": (
        (
            "update dim_member set display_name = null where member_key = 'm5'",
            "update fct_ticket set created_at = null where ticket_key = 't4'",
            "update pipeline_runs set rejected_count = 3 where load_id = 29",
        ),
        {
            ("stop", "dim_member", "Every member has a name to show"),
            ("stop", "fct_ticket", "Every ticket has the time it was created"),
            ("warn", "pipeline_runs", "The newest load of each stream refused no record"),
        },
    ),
    "drift and restatement": (
        (
            # The candidate's loads are all of one moment: one of a week before makes it a watched community.
            "update pipeline_runs set loaded_at = loaded_at - interval 7 day where load_id = 0",
            "update schema_drift set first_seen_at = last_seen_at",
            "insert into schema_drift select * from schema_drift",
            "update rejected_records set value_count = 0",
            "insert into metric_restatements values "
            "('answers', '2026-01-01', 'count', 200, 150, -50, -0.25), "
            "('share', '2026-01-01', 'ratio', 0.1, 0.115, 0.015, 0.15)",
        ),
        {
            ("warn", "schema_drift", "No vendor sends a field it did not send before"),
            ("stop", "schema_drift", "There is one row per source, stream and field"),
            ("stop", "rejected_records", "Every refusal is counted"),
            ("warn", "metric_restatements", "The past is told as in the last release, to within a tenth"),
        },
    ),
    "range of stages and times": (
        STAGES_AND_TIMES,
        {
            ("stop", "fct_feature_request", "No response came before its request"),
            ("stop", "fct_feature_request", "No request has fewer than no votes"),
            ("stop", "fct_feature_request", "Every request stands at a known stage"),
            ("stop", "fct_feature_request_status", "A request stands at the stage its history ends with"),
            ("stop", "fct_ticket", "No ticket was solved before it was created"),
            ("stop", "fct_ticket", "Every ticket has a known status"),
            # 7,140 votes, of which r2 and r4 had 2 and 4; now they have -1 each.
            (
                "stop",
                "reconciliation_totals",
                "Votes on requests in the mart are those of the vendors' records",
            ),
        },
    ),
    "range of shares": (
        (
            "update retention_cohorts set retained_ratio = 1.25, active_members = 2 where months_since = 1",
            "update feedback_funnel set planned_requests = 70, planned_share = 1.1",
            "update member_contribution_monthly set active_days = 32 where member_key = 'm3'",
            "update member_contribution_monthly set value_low_usd = 1e6 where member_key = 'm4'",
        ),
        {
            ("stop", "retention_cohorts", "Retention is a share"),
            ("stop", "retention_cohorts", "No cohort has more active members than members"),
            ("stop", "feedback_funnel", "Planned requests are a share of all"),
            ("stop", "feedback_funnel", "The funnel narrows from stage to stage"),
            ("stop", "member_contribution_monthly", "Nobody is active on more days than a month has"),
            ("stop", "member_contribution_monthly", "The low, base and high value of help are in that order"),
        },
    ),
    "reconciliation of likes with raw": (
        ("update reconciliation_totals set raw_value = 101 where measure = 'likes'",),
        {("stop", "reconciliation_totals", "Likes in the mart are those of the vendors' records")},
    ),
    "reconciliation of a whole source": (
        ("delete from reconciliation_totals where source_name = 'desk'",),
        {("stop", "reconciliation_totals", "Tickets in the mart are those of the vendors' records")},
    ),
    "reconciliation with a measure nobody compares": (
        ("insert into reconciliation_totals values ('forum', 'smiles', 3)",),
        {("stop", "reconciliation_totals", "Every total is compared with a mart")},
    ),
    "reconciliation between marts": (
        (
            "delete from member_contribution_monthly where member_key = 'm8'",
            "update fct_ticket set member_key = 'nobody' where ticket_key = 't9'",
            "update retention_cohorts set cohort_size = 40 where segment = 'all' and cohort_size = 39",
            "update feedback_funnel set requests = 119 where segment = 'unknown'",
        ),
        {
            ("stop", "member_contribution_monthly", "The months add up to the contributions, for each kind"),
            ("stop", "member_contribution_monthly", "The months add up to the help that was given"),
            ("stop", "member_scorecard", "The scorecards add up to the months"),
            ("stop", "contribution_value_by_group", "The groups bring no more than all together"),
            ("stop", "fct_ticket", "Every requester is a known member"),
            ("stop", "retention_cohorts", "Everyone who ever contributed is in one cohort"),
            ("stop", "feedback_funnel", "The funnel holds every request once"),
        },
    ),
    "volume of one kind that the total hides": (
        (
            "update fct_contribution set kind = 'comment', quantity = 1 where kind = 'like_received'",
            "update member_contribution_monthly set comments = likes_received / 2, likes_received = 0",
        ),
        {
            (
                "stop",
                "fct_contribution",
                "No kind of contribution has lost many of its rows since the last release",
            ),
            ("warn", "fct_contribution", "The mix of kinds of contribution is much like in the last release"),
            ("stop", "space_activity_monthly", "Spaces hold what people wrote there"),
            ("stop", "reconciliation_totals", "Likes in the mart are those of the vendors' records"),
            (
                "stop",
                "reconciliation_totals",
                "Comments on requests in the mart are those of the vendors' records",
            ),
        },
    ),
    "volume of a whole mart": (
        (
            "delete from fct_ticket where ticket_key >= 't5'",
            "update reconciliation_totals set raw_value = (select count(*) from fct_ticket)"
            " where measure = 'tickets'",
            "delete from pipeline_runs where load_id = 12",
        ),
        {
            ("stop", "fct_ticket", "Not many rows are gone since the last release"),
            ("stop", "fct_ticket", "No source has lost many of its rows since the last release"),
            *SUPPORT_WITHOUT_ITS_TICKETS,
            ("warn", "pipeline_runs", "No row is gone"),
        },
    ),
    "volume that grows too much": (
        ("insert into pipeline_runs select pipeline_runs.* from pipeline_runs, range(40)",),
        {
            ("stop", "pipeline_runs", "There is one row per load"),
            ("warn", "pipeline_runs", "Not suspiciously many rows are new since the last release"),
        },
    ),
    "distribution": (
        (
            "update fct_ticket set status = 'pending' where ticket_key like 't1%'",
            "update dim_member set is_staff = member_key not in ('m3', 'm4', 'm5', 'm6', 'm9')",
            "insert into dim_member select 'x' || i, 'X', true, 'unknown', null, null, 1 from range(60) t(i)",
            "insert into dim_member_account select 'x' || i, 'forum', 'x' || i from range(60) t(i)",
        ),
        {
            ("warn", "fct_ticket", "The mix of ticket statuses is much like in the last release"),
            ("stop", "support_daily", "What is in the backlog today are the tickets that wait"),
            ("warn", "dim_member", "Staff are a small part of the community"),
        },
    ),
    "lists of people": (
        (
            "update dim_member set is_staff = true where member_key = 'm3'",
            "update award_candidates set ineligible_reason = null",
            "insert into expert_of_the_year values ('experts', 2025, 'm4', true)",
            "update member_trophies set metric_value = 0.5",
            "update lost_experts set silent_days = 44, reason = null",
            "insert into waiting_question_answerers values ('forum:1', 2, 'm9')",
        ),
        {
            ("stop", "thank_you_list", "Nobody on the list is staff or unknown"),
            ("stop", "open_flares", "Nobody on the list is staff or unknown"),
            ("stop", "award_candidates", "No staff and no program is a candidate today"),
            ("stop", "award_candidates", "Who can't get the award has a reason, who can has a rank"),
            ("stop", "expert_of_the_year", "There is one expert of the year"),
            ("stop", "member_trophies", "Every trophy was earned"),
            ("stop", "lost_experts", "Nobody on the list was heard of in the last 45 days"),
            ("stop", "lost_experts", "Everyone on the list is there for a reason"),
            ("stop", "waiting_question_answerers", "Nobody is named for a question of their own"),
        },
    ),
    "shares and sums": (
        (
            "update space_activity_monthly set share_ratio = 0.6 where space_key = 's1'",
            "update space_concentration set hhi = 1.2, spaces_for_half = 2",
            "update award_candidates set help_part = 1.5 where member_key = 'm3'",
            "update member_expertise set z_score = 3",
            "update member_link_preview set authored_joined = 6",
            "update certified_vs_uncertified set activity_effect = 0.3",
            "update member_trajectory set trajectory = 'gone' where member_key = 'm7'",
        ),
        {
            ("stop", "space_activity_monthly", "The shares of a month add up"),
            ("stop", "space_concentration", "The Herfindahl index is a share"),
            ("stop", "space_concentration", "Half of the activity takes no more spaces than four fifths"),
            ("stop", "award_candidates", "The part for help is a share of the best"),
            ("stop", "member_expertise", "Z lies within what the questions allow"),
            ("stop", "member_link_preview", "Together two people authored what they authored apart"),
            ("stop", "certified_vs_uncertified", "No effect is told of fewer than ten matched members"),
            ("stop", "member_trajectory", "Nobody is called gone in a month with a contribution"),
        },
    ),
    "how long people stay": (
        (
            "update retention_survival set survival_upper = 0.8 where group_kind = 'all' and days = 5",
            "update retention_survival set at_risk = 5 where group_kind = 'segment' and days = 10",
            "update retention_survival_groups set median_days = 10, p90_days = 9 where group_kind = 'all'",
            "update retention_survival_groups set members = 7, logrank_p_value = 1.5"
            " where group_kind = 'segment'",
        ),
        {
            ("stop", "retention_survival", "Every share still there lies within its interval"),
            ("stop", "retention_survival", "Nobody comes back on a survival curve"),
            ("stop", "retention_survival_groups", "The longer the time, the fewer stayed"),
            ("stop", "retention_survival_groups", "The log-rank p-value is a probability"),
            ("stop", "retention_survival_groups", "Everyone in a group is on its curve"),
            (
                "stop",
                "retention_survival_groups",
                "Everyone is in one segment, one area, and at most one group of the answered",
            ),
        },
    ),
    "statuses of activity": (
        (
            "update member_activity_status set activity_status = 'inactive' where member_key = 'm9'",
            "update member_activity_transitions set members = 38, share_ratio = 2 where members = 39",
            "update activity_summary_monthly set drifting_members = 1, recovered_ratio = -1",
            "update stickiness_daily set weekly_contributors = 39, stickiness_ratio = 0.01",
            "update onboarding_funnel set regular = 3, joined = 9 where member_group = 'all'",
            "update onboarding_funnel set posted_ratio = 1.1",
            "update newcomer_answer_outcomes set regular_low_ratio = 0.3",
            "update newcomer_first_weeks set returned_members = 14",
            "update newcomer_list set is_answered = true, reason = null",
            "update drifting_members set silent_days = 9, last_year_active_months = 2, member_key = 'm2'",
        ),
        {
            (
                "stop",
                "member_activity_status",
                "Who contributed in a month is new, active or returning, and who did not is neither",
            ),
            ("stop", "member_activity_status", "Everyone who ever contributed was new once"),
            ("stop", "member_activity_transitions", "Who took a step is a share of who could"),
            (
                "stop",
                "member_activity_transitions",
                "The steps of a month add up to everybody who had contributed by then",
            ),
            ("stop", "activity_summary_monthly", "The statuses of a month add up"),
            ("stop", "activity_summary_monthly", "Those who drifted and are back are a share"),
            ("stop", "stickiness_daily", "An average day sees 1/28 of its people or more"),
            ("stop", "stickiness_daily", "A longer window holds no fewer people"),
            ("stop", "onboarding_funnel", "Those who posted are a share"),
            ("stop", "onboarding_funnel", "The funnel narrows, and nothing is told before it is observed"),
            ("stop", "onboarding_funnel", "The groups of a month add up to all"),
            ("stop", "newcomer_answer_outcomes", "Every share of newcomers lies within its interval"),
            (
                "stop",
                "newcomer_first_weeks",
                "All newcomers are active in their first week, and no more come back than are seen",
            ),
            ("stop", "newcomer_list", "Who waits was not answered"),
            ("stop", "newcomer_list", "Everyone on the list is there for a reason"),
            ("stop", "drifting_members", "Everyone on the list contributed in three months or more"),
            (
                "stop",
                "drifting_members",
                "Everyone on the list is late by their own rhythm, or missed a month",
            ),
            ("stop", "drifting_members", "Nobody on the list is staff or unknown"),
        },
    ),
    "stages and the loop": (
        (
            "update feedback_headline set requests = 119 where period = '2026' and segment = 'unknown'",
            "update feedback_stage_times set waiting_spells = 79, median_days = 61 where segment = 'all'",
            "update stuck_requests set days_beyond_limit = 0, reason = null",
            "update stuck_requests_monthly set standing = 81, stuck = 82 where month = '2026-02-01'",
            "update feedback_loop set told_at = '2026-01-31' where request_key = 'r3'",
            "delete from feedback_loop where request_key = 'r6'",
        ),
        {
            ("stop", "feedback_headline", "All time holds every request once"),
            ("stop", "feedback_stage_times", "Every stay in a stage ended in one way, or goes on"),
            ("stop", "feedback_stage_times", "Half leave a stage no later than nine of ten"),
            ("stop", "stuck_requests", "No request on the list has waited for less than its limit"),
            ("stop", "stuck_requests", "Every request on the list is there for a reason"),
            ("stop", "stuck_requests_monthly", "No more requests are stuck than stand there"),
            ("stop", "stuck_requests_monthly", "What came and did not leave stands there"),
            ("stop", "feedback_loop", "Nobody is told before it ships"),
            ("stop", "feedback_loop", "Every completed request is in the loop"),
            ("stop", "feedback_loop_summary", "The summary holds every request that shipped once"),
        },
    ),
    "what the community spares support": (
        (
            "update deflection_monthly set avoided_low = 2, entitled_high_ratio = 1.5, direct_topics = 13",
            "update self_service_monthly set missed_share = 1.5, views_per_ticket = -1",
            "update missed_deflection set topic_solved_at = ticket_created_at",
        ),
        {
            ("warn", "deflection_monthly", "The low, base and high estimate are in that order"),
            ("stop", "deflection_monthly", "A share of askers is entitled to support (high)"),
            ("stop", "deflection_monthly", "No more topics were solved directly than were solved"),
            ("stop", "self_service_monthly", "Tickets whose answer stood in the forum are a share"),
            ("stop", "self_service_monthly", "Views of topics never fall in sum"),
            ("stop", "missed_deflection", "Every answer stood there before its ticket"),
        },
    ),
    "bug reports": (
        (
            "update fct_bug_report set match = 'maybe', waiting_days = 3 where ticket_key = 't1'",
            "update bug_report_summary set reports = 3, met_share = 1.1 where period_kind = 'month'",
            "update bug_reporter_yield set yield_rank = 2, reports = 2 where is_staff",
        ),
        {
            ("stop", "fct_bug_report", "An outcome is what was expected, is not, or is open"),
            ("stop", "fct_bug_report", "A report is solved or waits"),
            ("stop", "bug_report_summary", "The summary holds every bug report once"),
            ("stop", "bug_report_summary", "Expectations met are a share"),
            ("stop", "bug_reporter_yield", "Nobody on the staff has a rank"),
            ("stop", "bug_reporter_yield", "Reporters add up to the reports of known people"),
        },
    ),
    "metrics": (
        (
            "update metric_values set value = 37 where metric_name = 'active_contributors'",
            "update metric_values set is_latest = false, value = 1.4 where kind = 'stock'",
            "update metric_values set unit = 'people' where kind = 'flow'",
        ),
        {
            ("stop", "metric_values", "The metrics were computed from these tables"),
            (
                "stop",
                "metric_values",
                "Each metric with a value has one headline; that of a flow is of a month that is over",
            ),
            ("stop", "metric_values", "No count, time or share is impossible"),
            ("stop", "metric_values", "Every value has a known unit"),
        },
    ),
    "freshness": (
        (
            "update source_freshness set status = 'stale' where source_name = 'ideas'",
            "update source_freshness set stale_after_at = '2026-03-10 05:59:00Z' where source_name = 'desk'",
        ),
        {
            ("warn", "source_freshness", "Source ideas is fresh"),
            ("warn", "source_freshness", "Source desk is fresh"),
        },
    ),
}


def together() -> list[list[str]]:
    """The cases in as few groups as go: those of one group change different tables, so they don't meet."""
    groups: list[tuple[list[str], set[str]]] = []
    for name, (changes, _) in CASES.items():
        tables = {table for change in changes for table in re.findall(r"(?:update|from|into) (\w+)", change)}
        for names, taken in groups:
            if not taken & tables:
                names.append(name)
                taken |= tables
                break
        else:
            groups.append(([name], tables))
    return [names for names, _ in groups]


@pytest.mark.parametrize("names", together(), ids="; ".join)
def test_what_is_broken_is_found_and_nothing_else(names, candidate_folder, last_release):
    changes = [change for name in names for change in CASES[name][0]]
    expected = set().union(*(CASES[name][1] for name in names))
    answer = check(build(candidate_folder, *changes), last_release)
    found = {
        (result["severity"], result["mart"], result["question"]) for result in answer.failed + answer.warned
    }
    assert found == expected
    assert answer.passed == all(severity == "warn" for severity, _, _ in expected)


def test_a_lively_source_that_falls_silent_is_a_warning(candidate_folder, monkeypatch, last_release):
    monkeypatch.setenv("LODESTAR_NOW", "2026-04-02T06:00:00Z")
    answer = check(build(candidate_folder), last_release)
    [silent] = [
        result for result in answer.warned if result["question"] == "No lively source has fallen silent"
    ]
    # The board's requests are older than 60 days: it was not lively any more, so its silence is no news.
    assert silent["observed"].startswith("1 exception: source_name forum, newest 2026-03-01")


def test_a_contribution_in_the_future_stops_the_release(candidate_folder, last_release):
    tomorrow = "update {} set {} = '2026-03-11 12:00:00Z' where member_key = 'm9'"
    answer = check(
        build(
            candidate_folder,
            tomorrow.format("fct_contribution", "occurred_at"),
            tomorrow.format("dim_member", "last_contribution_at"),
            tomorrow.format("dim_member", "first_contribution_at"),
        ),
        last_release,
    )
    assert [result["question"] for result in answer.failed] == ["No contribution lies in the future"]
