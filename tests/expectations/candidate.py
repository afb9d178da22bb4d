"""A small candidate release, good in every respect; a test breaks what it wants broken.

40 members, 2 of them staff, wrote 200 topics and replies on 1 March 2026 in the forum, which got 50 posts
liked twice; member m1 submitted 120 requests; m2 opened 120 tickets.
"""

from __future__ import annotations

import json
from pathlib import Path

import duckdb

NOW = "2026-03-10T06:00:00Z"

GOOD = """
set timezone = 'UTC';

create table fct_contribution (
    contribution_key varchar, member_key varchar, kind varchar, occurred_at timestamptz, source_name varchar,
    space_key varchar, quantity bigint, te_thirds_low bigint, te_thirds bigint, te_thirds_high bigint
);
insert into fct_contribution
select
    'post' || i, 'm' || (1 + i % 40), if(i % 4 = 0, 'topic', 'reply'), timestamptz '2026-03-01 10:00:00Z',
    'forum', 's1', 1, 0, 0, 0
from range(200) t(i);
insert into fct_contribution
select
    'like' || i, 'm' || (1 + i % 40), 'like_received', timestamptz '2026-03-01 10:00:00Z',
    'forum', 's1', 2, 0, 2, 2
from range(50) t(i);
insert into fct_contribution
select
    'request' || i, 'm1', 'feature_request', timestamptz '2026-01-05 10:00:00Z', 'ideas', 's2', 1, 0, 0, 0
from range(120) t(i);

create table dim_member as
select
    'm' || i as member_key, 'Member ' || i as display_name, i <= 2 as is_staff, 'unknown' as segment,
    if(i = 1, timestamptz '2026-01-05 10:00:00Z', timestamptz '2026-03-01 10:00:00Z')
        as first_contribution_at,
    timestamptz '2026-03-01 10:00:00Z' as last_contribution_at, 1 as account_count
from range(1, 41) t(i);

create table dim_member_account as
select member_key, 'forum' as source_name, substr(member_key, 2) as account_id from dim_member;

create table dim_space (
    space_key varchar, source_name varchar, source_record_id varchar, name varchar, parent_space_key varchar
);
insert into dim_space values ('s1', 'forum', '1', 'Help', null), ('s2', 'ideas', '2', 'Ideas', null);

create table member_contribution_monthly as
select
    member_key, cast(date_trunc('month', occurred_at) as date) as month,
    count(*) filter (where kind = 'topic') as topics,
    count(*) filter (where kind = 'reply') as replies,
    count(*) filter (where kind = 'feature_request') as feature_requests,
    0 as votes, 0 as comments, 0 as articles, 0 as bug_reports, 0 as activities, 0 as article_ratings,
    0 as certifications, count(*) filter (where kind in ('topic', 'reply', 'feature_request')) as authored,
    coalesce(sum(quantity) filter (where kind = 'like_received'), 0) as likes_received,
    0 as accepted_answers,
    1 as active_days, 5.0 as points, sum(te_thirds) as te_thirds,
    0::double as value_low_usd, 25.0 * sum(te_thirds) as value_usd, 25.0 * sum(te_thirds) as value_high_usd
from fct_contribution
group by all;

create table fct_feature_request as
select
    'r' || i as request_key, 'ideas' as source_name, 'm1' as member_key,
    if(i % 3 = 0, 'completed', 'submitted') as stage, i as votes,
    timestamptz '2026-01-05 10:00:00Z' as submitted_at,
    timestamptz '2026-01-07 00:00:00Z' as first_response_at,
    5 as days_open
from range(120) t(i);

create table fct_feature_request_status as
select
    request_key, 1 as interval_number, 'submitted' as stage, submitted_at as from_at,
    if(stage = 'completed', timestamptz '2026-01-10 00:00:00Z', null) as to_at,
    stage = 'submitted' as is_current, 'events' as basis
from fct_feature_request
union all
select request_key, 2, 'completed', timestamptz '2026-01-10 00:00:00Z', null, true, 'events'
from fct_feature_request where stage = 'completed';
create table feature_request_demand as
select
    request_key, stage <> 'completed' as is_open, votes, votes as customer_votes, 0 as pipeline_votes,
    0 as prospect_votes, 0 as unknown_votes, 0 as staff_votes, 0 as program_member_votes, 0 as votes_90d,
    1 as accounts, 100.0::double as monthly_revenue_usd,
    if(stage = 'completed', null, row_number() over (order by stage = 'completed', votes desc)) as votes_rank
from fct_feature_request;
create table votes_delivered as
select
    date '2026-01-01' as month, 10 as completed_votes, 30 as open_votes, 0.25 as votes_delivered_ratio,
    5 as completed_supporters, 20 as supporters, 0.25 as supporters_delivered_ratio;
create table feedback_voice_monthly as
select
    date '2026-01-01' as month, unnest(['segment', 'program']) as dimension,
    unnest(['customer', 'other member']) as voice_group, 120 as requests, 1.0::double as requests_share,
    50 as votes, 1.0::double as votes_share, 1 / 3 as completed_share;
create table feedback_voice as
select 'all time' as period, * exclude (month) from feedback_voice_monthly;

create table feedback_funnel as
select
    date '2026-01-01' as submission_month, unnest(['all', 'unknown']) as segment, 120 as requests,
    0 as merged_requests, 60 as responded_requests, 40 as planned_requests, 40 as started_requests,
    40 as completed_requests, 1 / 2 as responded_share, 1 / 3 as planned_share, 1 / 3 as started_share,
    1 / 3 as completed_share;

create table feedback_headline as
select
    unnest(['all', '2026', 'all', '2026']) as period, unnest(['all', 'all', 'unknown', 'unknown']) as segment,
    120 as requests, 0 as merged_requests, 1 / 3 as completed_share;
create table feedback_stage_times as
select
    'submitted' as stage, unnest(['all', 'unknown']) as segment, 'all' as period, 120 as spells,
    80 as waiting_spells, 40 as advanced_spells, 0 as returned_spells, 0 as declined_spells,
    0 as merged_spells, 40 as median_days, 60 as p90_days;
create table stuck_requests as
select
    1 as demand_rank, 'r1' as request_key, 4 as days_beyond_limit,
    'Nobody has answered it for 64 days; nine of ten move on within 60 days.' as reason;
create table stuck_requests_monthly as
select
    unnest([date '2026-01-01', date '2026-02-01']) as month, 'submitted' as stage, 'all' as segment,
    unnest([120, 0]) as entered, unnest([30, 10]) as moved_on, unnest([90, 80]) as standing, 1 as stuck;
create table feedback_loop as
select
    request_key, timestamptz '2026-02-01 00:00:00Z' as shipped_at,
    timestamptz '2026-02-03 00:00:00Z' as told_at, 0.9 as voters_stayed_ratio, 0.8 as others_stayed_ratio
from fct_feature_request where stage = 'completed';
create table feedback_loop_summary as
select
    'all' as period, unnest(['all', 'told']) as told_group, 40 as shipped_requests, 1.0 as told_share,
    0.9 as voters_stayed_ratio, 0.8 as others_stayed_ratio;

create table fct_ticket as
select
    't' || i as ticket_key, 'desk' as source_name, 'm2' as member_key,
    if(i % 2 = 0, 'open', 'solved') as status,
    timestamptz '2026-02-01 00:00:00Z' as created_at,
    if(i % 2 = 0, null, timestamptz '2026-02-02 00:00:00Z') as first_solved_at,
    if(i % 2 = 0, null, timestamptz '2026-02-03 00:00:00Z') as solved_at,
    0 as reopen_count, 'berlin' as schedule, false as is_merged, false as is_deleted,
    30.5 as first_reply_minutes, 20.5 as first_reply_business_minutes,
    if(i % 2 = 0, null, 1440) as first_resolution_minutes,
    if(i % 2 = 0, null, 480) as first_resolution_business_minutes,
    if(i % 2 = 0, null, 2880) as full_resolution_minutes,
    if(i % 2 = 0, null, 960) as full_resolution_business_minutes
from range(120) t(i);
create table fct_ticket_status as
select
    ticket_key, 1 as interval_number, 'open' as status, created_at as from_at, solved_at as to_at,
    solved_at is null as is_current
from fct_ticket
union all
select ticket_key, 2, 'solved', solved_at, null, true from fct_ticket where solved_at is not null;
create table support_daily as
select
    'desk' as source_name, day, if(day = '2026-02-01', 120, 0) as opened, 0 as reopened,
    if(day = '2026-02-03', 60, 0) as solved, 0 as removed, if(day < '2026-02-03', 120, 60) as backlog
from (values (date '2026-02-01'), ('2026-02-02'), ('2026-02-03')) t(day);
create table support_times_monthly as
select
    date '2026-02-01' as month, 'all' as dimension, 'all' as dimension_value, 120 as tickets,
    0.5 as first_reply_median_hours, 0.5 as first_reply_p90_hours, 0.3 as first_reply_median_business_hours,
    24 as first_resolution_median_hours, null::double as first_resolution_p90_hours,
    48 as full_resolution_median_hours, null::double as full_resolution_p90_hours,
    1.0 as one_touch_ratio, 0.0 as reopened_ratio,
    null::double as sla_met_ratio, null::double as first_reply_sla_met_ratio;

create table deflection_monthly as
select
    date '2026-02-01' as month, 0.5 as avoided_low, 1.5 as avoided_base, 5.0 as avoided_high,
    0.1 as entitled_low_ratio, 0.2 as entitled_base_ratio, 0.5 as entitled_high_ratio, 12 as solved_topics,
    10 as direct_topics, 2 as direct_topics_by_staff;
create table self_service_monthly as
select
    date '2026-02-01' as month, 20.0 as self_service_score, null::double as views_per_ticket,
    1 / 120 as missed_share;
create table missed_deflection as
select
    't3|forum:1' as missed_deflection_key, 't3' as ticket_key,
    timestamptz '2026-02-01 00:00:00Z' as ticket_created_at,
    timestamptz '2026-01-20 00:00:00Z' as topic_solved_at;
create table fct_bug_report (
    ticket_key varchar, member_key varchar, match varchar, solution_days integer, waiting_days integer
);
insert into fct_bug_report values ('t1', 'm2', 'met', 1, null), ('t2', 'm3', 'open', null, 37);
create table bug_report_summary as
select
    unnest(['all||all', 'month|2026-02-01|all']) as summary_key, unnest(['all', 'month']) as period_kind,
    'all' as expected, 2 as reports, 1.0 as met_share;
create table bug_reporter_yield (
    member_key varchar, display_name varchar, is_staff boolean, yield_rank bigint, reports bigint,
    met_share double
);
insert into bug_reporter_yield values
    ('m2', 'Member 2', true, null, 1, 1), ('m3', 'Member 3', false, 1, 1, null);

create table retention_cohorts (
    cohort_month date, segment varchar, months_since integer, cohort_size bigint, active_members bigint,
    retained_ratio double
);
insert into retention_cohorts values
    ('2026-01-01', 'all', 0, 1, 1, 1), ('2026-01-01', 'all', 1, 1, 1, 1), ('2026-03-01', 'all', 0, 39, 39, 1),
    ('2026-01-01', 'unknown', 0, 1, 1, 1), ('2026-01-01', 'unknown', 1, 1, 1, 1),
    ('2026-03-01', 'unknown', 0, 39, 39, 1);

create table retention_survival (
    group_kind varchar, subject varchar, group_name varchar, days integer, at_risk bigint, events bigint,
    censored bigint, survival_ratio double, survival_lower double, survival_upper double
);
insert into retention_survival
select unnest(['all', 'segment']), 'all', unnest(['all', 'unknown']), day.*
from (values
    (3, 8, 1, 0, 0.875, 0.387, 0.981), (5, 7, 0, 1, 0.875, 0.387, 0.981), (10, 6, 3, 0, 0.4375, 0.1, 0.75),
    (12, 3, 0, 3, 0.4375, 0.1, 0.75)
) as day;
create table retention_survival_groups (
    group_kind varchar, subject varchar, group_name varchar, members bigint, events bigint,
    median_days integer, p90_days integer, retained_90d_ratio double, retained_180d_ratio double,
    retained_365d_ratio double, logrank_p_value double
);
insert into retention_survival_groups values
    ('all', 'all', 'all', 8, 4, 10, null, null, null, null, null),
    ('segment', 'all', 'unknown', 8, 4, 10, null, null, null, null, null);

create table member_activity_status as
select
    member_key, cast(date_trunc('month', first_contribution_at) as date) as month,
    'new' as activity_status, 1 as authored
from dim_member
union all
values ('m1', date '2026-02-01', 'drifting', 0), ('m1', date '2026-03-01', 'active', 1);
create table member_activity_transitions (
    month date, from_status varchar, to_status varchar, members bigint, from_members bigint,
    share_ratio double
);
insert into member_activity_transitions values
    ('2026-01-01', 'none', 'new', 1, null, null), ('2026-02-01', 'new', 'drifting', 1, 1, 1),
    ('2026-03-01', 'none', 'new', 39, null, null), ('2026-03-01', 'drifting', 'active', 1, 1, 1);
create table activity_summary_monthly as
select
    date '2026-03-01' as month, 'all' as audience, 40 as population, 40 as contributors, 39 as new_members,
    1 as active_members, 0 as returning_members, 0 as drifting_members, 0 as inactive_members,
    null::double as retained_ratio, 1.0 as recovered_ratio, null::double as reactivated_ratio;
insert into activity_summary_monthly by name
select
    date '2026-03-01' as month, 'members' as audience, 38 as population, 38 as contributors,
    37 as new_members, 1 as active_members, 0 as returning_members, 0 as drifting_members,
    0 as inactive_members,
    1.0 as recovered_ratio;
create table metric_values as
select
    'active_contributors' as metric_name, 'Active contributors' as label, date '2026-03-01' as month,
    38.0::double as value, null::double as previous_value, false as is_complete, false as is_latest,
    'count' as unit, 'up' as direction, 'flow' as kind, 'retention' as group_name;
insert into metric_values
select 'votes_delivered_share', 'Votes delivered', date '2026-03-01', 0.4, null, false, true,
    'ratio', 'up', 'stock', 'feedback';
create table stickiness_daily as
select
    date '2026-03-01' as day, 40 as daily_contributors, 40 as weekly_contributors, 40 as monthly_contributors,
    38 as non_staff_monthly_contributors, 1 / 28 as stickiness_ratio;
create table onboarding_funnel as
select
    date '2025-05-01' as join_month, unnest(['all', 'unknown']) as member_group, 10 as joined, 8 as posted,
    4 as acknowledged, 2 as second_week, 1 as regular, 0.8 as posted_ratio, 0.5 as acknowledged_ratio,
    0.5 as second_week_ratio, 0.5 as regular_ratio, 0.5 as answered_in_a_day_ratio, true as is_observed;
create table newcomer_answer_outcomes as
select
    'all' as question_year, 'member' as answered_by, 'a day' as answered_within, 40 as newcomers,
    0.25 as regular_ratio, 0.14 as regular_low_ratio, 0.4 as regular_high_ratio,
    0.2 as here_after_90_days_ratio, 0.1 as here_after_90_days_low_ratio,
    0.35 as here_after_90_days_high_ratio;
create table newcomer_first_weeks as
select
    'all' as first_year, unnest([0, 1]) as weeks_since, 40 as newcomers, unnest([40, 15]) as active_members,
    unnest([0, 15]) as returned_members;
create table newcomer_list as
select
    'm9' as member_key, false as is_answered, 20.5 as waiting_hours, null::double as answered_after_hours,
    null::timestamptz as first_reply_at, 'Nobody has answered.' as reason;
create table drifting_members as
select
    'm6' as member_key, 30 as silent_days, 9.0 as long_gap_days, 5 as last_year_active_months,
    true as is_beyond_rhythm, false as has_missed_a_month, 'Silent for 30 days.' as reason;

create table dim_organization (organization_key varchar, segment varchar, monthly_revenue_usd double);
insert into dim_organization values ('desk:1', 'customer', 100);
create table organization_engagement_monthly as
select 'desk:1' as organization_key, date '2026-03-01' as month;
create table member_match_suggestions as
select 's1' as suggestion_key, 'm3' as member_key_a, 'm4' as member_key_b, 0.8 as score, 'alike' as reason;
create table member_link_preview as
select 'p1' as proposal_key, 'merge' as action, 2 as authored_a, 3 as authored_b, 5 as authored_joined;

create table space_activity_monthly as
select
    space_key, cast(date_trunc('month', occurred_at) as date) as month, count(*) as posts,
    1.0::double as share_ratio
from fct_contribution where kind in ('topic', 'reply', 'feature_request') group by all;
create table space_concentration as
select
    date '2026-03-01' as month, 'forum' as source_name, 1.0::double as hhi, 0.0::double as gini, 1 as spaces,
    1 as active_spaces, 1 as spaces_for_half, 1 as spaces_for_four_fifths;
create table space_health as
select
    's1' as space_key, 0.2 as unanswered_ratio, 0.5 as resolution_ratio, 0.1 as staff_ratio,
    3.0 as first_response_median_hours, 30.0 as first_response_p90_hours;
create table waiting_questions as
select 'forum:1' as topic_key, 50.5 as waiting_hours, 'm9' as asker_member_key;
create table waiting_question_answerers as
select 'forum:1' as topic_key, 1 as answerer_rank, 'm10' as member_key;
create table unmet_needs as select 'SQL' as expertise_area, date '2026-03-01' as month, 4 as needs;
create table content_seeding_monthly as
select
    's1' as space_key, date '2026-03-01' as month, 'not yet' as status, 0.1 as staff_topics_ratio,
    0.1 as staff_replies_ratio, 0.9 as answered_ratio;
create table content_seeding_departments as
select 's1' as space_key, date '2026-03-01' as month, 'support' as department, 0.1 as topics_ratio;

create table member_scorecard as
select
    member_key, 0.5 as liked_answers_ratio, 0.1 as accepted_ratio, 0.5 as percentile,
    1 as current_streak_weeks, 2 as longest_streak_weeks,
    sum(te_thirds) / 3 as ticket_equivalents, sum(value_usd) as value_usd
from member_contribution_monthly group by member_key;
create table contribution_value_by_group as
select
    month, 'other' as standing, null::varchar as program, 'other' as member_group,
    sum(value_low_usd) as value_low_usd, sum(value_usd) as value_usd,
    sum(value_high_usd) as value_high_usd
from member_contribution_monthly group by month;
create table expert_club_worth as
select 'experts' as program, date '2026-03-01' as month, 10.0 as value_12_months_usd;
create table member_trophies as
select
    'm3' as member_key, 'likes_1' as trophy, date '2026-03-01' as earned_on, 1.0 as threshold,
    2.0 as metric_value;
create table thank_you_list as
select 'o1' as occasion_key, 'm3' as member_key, 'Thank Member 3.' as sentence;

create table member_trajectory as
select member_key, month, 'new' as trajectory, 20.0 as flare_threshold, authored
from member_contribution_monthly;
create table burst_outcome as
select
    'm3' as member_key, date '2026-03-01' as onset_month, 'open' as outcome, 6 as onset_active_days,
    22 as onset_answers, 20.0 as flare_threshold, 0 as months_observed;
create table trajectory_backtest as
select 'new' as trajectory, 3 as horizon_months, 0.3 as still_active_ratio, 0.5 as supernova_ratio;
create table open_flares as select 'm3' as member_key, 'Answers a lot.' as reason;
create table rising_star_watchlist as select 'm4' as member_key, 'Answers more.' as reason;
create table lost_experts as
select 'm5' as member_key, 'Silent.' as reason, 60 as silent_days, 7 as active_months;

create table dim_expertise_area as select 'SQL' as expertise_area;
create table member_expertise as
select
    'm3' as member_key, 'SQL' as expertise_area, 0.5 as area_accepts_ratio, 1.5 as z_score, 1 as questions,
    4 as questions_answered;
create table area_bench_strength as
select 'SQL' as expertise_area, 3 as contributors, 2 as contributor_absence_factor;
create table award_candidates as
select
    'k' || i as candidate_key, 'experts' as program, 'current' as cycle, 'SQL' as expertise_area,
    'm' || i as member_key, i = 3 as is_eligible, if(i = 3, null, 'in term') as ineligible_reason,
    if(i = 3, 1, null) as rank_in_area, 60.0 as score, 1.0 as help_part, 1.0 as reach_part,
    1.0 as quality_part, 0.5 as consistency_part, 0.0 as sharing_part
from range(3, 5) t(i);
create table award_candidate_evidence as
select 'e1' as evidence_key, 'k3' as candidate_key, 'Answered a question.' as sentence;
create table award_backtest as select 'b1' as backtest_key, 0.5 as precision_ratio, 0.4 as recall_ratio;
create table award_impact as select 'experts' as program, 12 as matched, 0.1 as effect;
create table expert_of_the_year as
select 'experts' as program, 2025 as calendar_year, 'm3' as member_key, true as is_expert_of_the_year;
create table program_membership as
select
    'experts:m3:1' as term_key, 'm3' as member_key, 'awarded' as stage,
    timestamptz '2025-05-01 00:00:00Z' as awarded_at, timestamptz '2026-05-01 00:00:00Z' as ends_at;
create table program_renewals as
select 'experts:m3:1' as term_key, 52 as days_left, 'Renew Member 3.' as sentence;
create table lead_portfolio as
select 'Jo:experts' as portfolio_key, 'Jo Kim' as lead, 3 as members, 1 as renewals_due;
create table program_retention as select 'experts' as program, '2025' as cycle, 0.8 as renewed_ratio;
create table program_member_waiting as
select 'w1' as waiting_key, 'm3' as member_key, 'Waits for an answer.' as sentence;
create table program_benefits as
select 'experts' as program, 'expert' as tier, date '2026-03-01' as month, 75.0 as cost_usd;

create table fct_certification as
select
    'c1' as certification_key, 'm3' as member_key, timestamptz '2026-03-01 00:00:00Z' as certified_at,
    null::timestamptz as expires_at;
create table learning_funnel as
select 'all' as course, date '2026-03-01' as month, 0.4 as certified_ratio, 3 as monthly_learners;
create table certified_vs_uncertified as
select 'all' as course, 3 as matched, null::double as activity_effect;

create table pipeline_runs as
select
    i as load_id, 'forum' as source_name, 'posts' as stream, 'new' as lane,
    timestamptz '2026-03-10 03:00:00Z' as loaded_at,
    timestamptz '2026-03-10 03:00:00Z' as extraction_started_at,
    10 as record_count, 0 as rejected_count
from range(30) t(i);

create table source_freshness as
select
    unnest(['forum', 'ideas', 'desk']) as source_name, 'ok' as status,
    timestamptz '2026-03-10 03:00:00Z' as last_load_at, timestamptz '2026-03-11 15:00:00Z' as stale_after_at;

create table source_completeness as
select
    unnest(['forum', 'ideas', 'desk']) as source_name, unnest(['posts', 'suggestions', 'tickets']) as stream,
    120 as vendor_count, 120 as our_count, 'complete' as status;

create table schema_drift as
select
    'forum' as source_name, 'topics' as stream, 'is_hot' as field, 'boolean' as example_type,
    412 as record_count,
    timestamptz '2026-03-01 03:00:00Z' as first_seen_at, timestamptz '2026-03-10 03:00:00Z' as last_seen_at;

create table rejected_records as
select
    'desk' as source_name, 'tickets' as stream, 'priority' as field, 'varchar' as expected_type,
    'integer' as found_type, 3 as value_count;

create table metric_restatements as
select
    'accepted_answers' as metric_name, date '2026-01-01' as month, 'count' as unit,
    cast(261 as double) as last_value, cast(263 as double) as value, cast(2 as double) as change,
    2 / 261 as change_ratio;

create table reconciliation_totals (source_name varchar, measure varchar, raw_value bigint);
insert into reconciliation_totals values
    ('forum', 'posts_counted', 200), ('forum', 'topics_counted', 50), ('forum', 'likes', 100),
    ('ideas', 'requests', 120), ('ideas', 'request_votes', 7140), ('desk', 'tickets', 120);
"""


def build(folder: Path, *changes: str) -> Path:
    """A candidate in `folder`: the good one, then `changes` (SQL statements) made to its database."""
    folder.mkdir(parents=True)
    with duckdb.connect(str(folder / "community.duckdb")) as connection:
        connection.execute(GOOD)
        for change in changes:
            connection.execute(change)
    return folder


def released(folder: Path) -> Path:
    """Write the `release.json` that makes the candidate in `folder` a release."""
    with duckdb.connect(str(folder / "community.duckdb"), read_only=True) as connection:
        tables = [name for (name,) in connection.execute("select table_name from duckdb_tables()").fetchall()]
        counts = {
            table: connection.execute(f"select count(*) from {table}").fetchall()[0][0] for table in tables
        }
    (folder / "release.json").write_text(json.dumps({"stamp": folder.name, "row_counts": counts}))
    return folder
