-- How far the requests of each group got, and how fast.
with

grouped as (

    select * from {{ ref('int_requests__grouped') }}

),

requests as (

    select * from {{ ref('int_requests__staged') }}

),

durations as (

    select * from {{ ref('int_request_durations__measured') }}

),

incidence as (

    select * from {{ ref('int_funnel_incidence__estimated') }}

),

counts as (

    select
        grouped.period_kind,
        grouped.period,
        grouped.segment,
        count(*) filter (where requests.stage != 'merged') as requests,
        count(*) filter (where requests.stage = 'merged') as merged_requests,
        count(*) filter (where requests.stage = 'declined') as declined_requests,
        count(*) filter (where requests.stage in ('submitted', 'responded', 'planned', 'started')) as open_requests,
        count(*) filter (where requests.has_been_answered and requests.stage != 'merged') as responded_requests,
        count(*) filter (where requests.has_been_planned and requests.stage != 'merged') as planned_requests,
        count(*) filter (where requests.has_been_started and requests.stage != 'merged') as started_requests,
        count(*) filter (where requests.has_been_completed and requests.stage != 'merged') as completed_requests
    from grouped
    inner join requests on grouped.request_key = requests.request_key
    group by grouped.period_kind, grouped.period, grouped.segment

),

undated as (

    select
        grouped.period,
        grouped.segment,
        count(*) filter (where durations.stage = 'responded') as responded_undated_count,
        count(*) filter (where durations.stage = 'planned') as planned_undated_count,
        count(*) filter (where durations.stage = 'started') as started_undated_count,
        count(*) filter (where durations.stage = 'completed') as completed_undated_count
    from grouped
    inner join durations on grouped.request_key = durations.request_key
    inner join requests on grouped.request_key = requests.request_key
    where durations.outcome = 'undated' and requests.stage != 'merged'
    group by grouped.period, grouped.segment

),

-- How far a curve can be read: to its last day, or for ever if nobody waits any more.
estimates as (

    select
        period,
        segment,
        stage,
        {{ duration_reaching(0.5, 'reached_ratio', 'duration_days') }} as median_days,
        {{ duration_reaching(0.9, 'reached_ratio', 'duration_days') }} as p90_days,
        case
            when max(duration_days) >= 365 or sum(censored) = 0
                then coalesce(max(case when duration_days <= 365 then reached_ratio end), 0)
        end as within_1y_ratio,
        case
            when max(duration_days) >= 730 or sum(censored) = 0
                then coalesce(max(case when duration_days <= 730 then reached_ratio end), 0)
        end as within_2y_ratio
    from incidence
    group by period, segment, stage

)

select
    counts.period_kind,
    counts.period,
    counts.segment,
    counts.requests,
    counts.open_requests,
    counts.declined_requests,
    counts.merged_requests,
    counts.responded_requests,
    counts.planned_requests,
    counts.started_requests,
    counts.completed_requests,
    counts.responded_requests / cast(nullif(counts.requests, 0) as double) as responded_share,
    counts.planned_requests / cast(nullif(counts.requests, 0) as double) as planned_share,
    counts.started_requests / cast(nullif(counts.requests, 0) as double) as started_share,
    counts.completed_requests / cast(nullif(counts.requests, 0) as double) as completed_share,
    coalesce(undated.responded_undated_count, 0) as responded_undated_count,
    coalesce(undated.planned_undated_count, 0) as planned_undated_count,
    coalesce(undated.started_undated_count, 0) as started_undated_count,
    coalesce(undated.completed_undated_count, 0) as completed_undated_count,
    responded.median_days as first_response_median_days,
    responded.p90_days as first_response_p90_days,
    responded.within_1y_ratio as first_response_within_1y_ratio,
    responded.within_2y_ratio as first_response_within_2y_ratio,
    planned.median_days as planned_median_days,
    planned.p90_days as planned_p90_days,
    planned.within_1y_ratio as planned_within_1y_ratio,
    planned.within_2y_ratio as planned_within_2y_ratio,
    started.median_days as started_median_days,
    started.p90_days as started_p90_days,
    started.within_1y_ratio as started_within_1y_ratio,
    started.within_2y_ratio as started_within_2y_ratio,
    completed.median_days as completed_median_days,
    completed.p90_days as completed_p90_days,
    completed.within_1y_ratio as completed_within_1y_ratio,
    completed.within_2y_ratio as completed_within_2y_ratio
from counts
left join undated
    on counts.period = undated.period and counts.segment = undated.segment
left join estimates as responded
    on
        counts.period = responded.period
        and counts.segment = responded.segment
        and responded.stage = 'responded'
left join estimates as planned
    on
        counts.period = planned.period
        and counts.segment = planned.segment
        and planned.stage = 'planned'
left join estimates as started
    on
        counts.period = started.period
        and counts.segment = started.segment
        and started.stage = 'started'
left join estimates as completed
    on
        counts.period = completed.period
        and counts.segment = completed.segment
        and completed.stage = 'completed'
