-- The table's form. Its rows come at the end of a build, when all that metrics read is there: what MetricFlow makes of
-- the definitions in models/semantic is computed by warehouse/metrics.py.
-- depends_on: {{ ref('activity_summary_monthly') }}
-- depends_on: {{ ref('content_seeding_monthly') }}
-- depends_on: {{ ref('contribution_value_by_group') }}
-- depends_on: {{ ref('deflection_monthly') }}
-- depends_on: {{ ref('dim_member') }}
-- depends_on: {{ ref('dim_space') }}
-- depends_on: {{ ref('feedback_funnel') }}
-- depends_on: {{ ref('int_metric_days__listed') }}
-- depends_on: {{ ref('learning_funnel') }}
-- depends_on: {{ ref('member_contribution_monthly') }}
-- depends_on: {{ ref('member_trajectory') }}
-- depends_on: {{ ref('onboarding_funnel') }}
-- depends_on: {{ ref('program_benefits') }}
-- depends_on: {{ ref('program_retention') }}
-- depends_on: {{ ref('retention_cohorts') }}
-- depends_on: {{ ref('self_service_monthly') }}
-- depends_on: {{ ref('space_activity_monthly') }}
-- depends_on: {{ ref('space_concentration') }}
-- depends_on: {{ ref('stickiness_daily') }}
-- depends_on: {{ ref('stuck_requests_monthly') }}
-- depends_on: {{ ref('support_daily') }}
-- depends_on: {{ ref('support_times_monthly') }}
-- depends_on: {{ ref('votes_delivered') }}

select
    cast(null as string) as metric_name,
    cast(null as string) as label,
    cast(null as date) as month,
    cast(null as double) as value,
    cast(null as double) as previous_value,
    cast(null as boolean) as is_complete,
    cast(null as boolean) as is_latest,
    cast(null as string) as unit,
    cast(null as string) as direction,
    cast(null as string) as kind,
    cast(null as string) as group_name
where false
