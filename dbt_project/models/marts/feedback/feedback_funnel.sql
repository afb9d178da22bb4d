with

months as (

    select
        *,
        cast(period || '-01' as date) as submission_month
    from {{ ref('int_funnel_groups__measured') }}
    where period_kind = 'month'

)

select
    submission_month,
    segment,
    requests,
    open_requests,
    declined_requests,
    merged_requests,
    responded_requests,
    planned_requests,
    started_requests,
    completed_requests,
    responded_share,
    planned_share,
    started_share,
    completed_share,
    responded_undated_count,
    planned_undated_count,
    started_undated_count,
    completed_undated_count,
    first_response_median_days,
    first_response_p90_days,
    first_response_within_1y_ratio,
    first_response_within_2y_ratio,
    planned_median_days,
    planned_p90_days,
    planned_within_1y_ratio,
    planned_within_2y_ratio,
    started_median_days,
    started_p90_days,
    started_within_1y_ratio,
    started_within_2y_ratio,
    completed_median_days,
    completed_p90_days,
    completed_within_1y_ratio,
    completed_within_2y_ratio,
    {{ is_month_complete('submission_month') }} as is_complete
from months
