with

-- How far a curve can be read: to its last day, or for ever if nobody is left to watch.
curves as (

    select
        group_kind,
        subject,
        group_name,
        max(at_risk) as members,
        cast(sum(events) as bigint) as events,
        {{ duration_reaching(0.5, '1 - survival_ratio', 'duration_days') }} as median_days,
        {{ duration_reaching(0.9, '1 - survival_ratio', 'duration_days') }} as p90_days,
        case
            when max(duration_days) >= 90 or sum(censored) = 0
                then coalesce(min(case when duration_days <= 90 then survival_ratio end), 1)
        end as retained_90d_ratio,
        case
            when max(duration_days) >= 180 or sum(censored) = 0
                then coalesce(min(case when duration_days <= 180 then survival_ratio end), 1)
        end as retained_180d_ratio,
        case
            when max(duration_days) >= 365 or sum(censored) = 0
                then coalesce(min(case when duration_days <= 365 then survival_ratio end), 1)
        end as retained_365d_ratio
    from {{ ref('int_retention_curves__estimated') }}
    group by group_kind, subject, group_name

)

select
    curves.group_kind,
    curves.subject,
    curves.group_name,
    curves.members,
    curves.events,
    curves.median_days,
    curves.p90_days,
    curves.retained_90d_ratio,
    curves.retained_180d_ratio,
    curves.retained_365d_ratio,
    tests.logrank_statistic,
    tests.logrank_degrees,
    tests.logrank_p_value
from curves
left join {{ ref('int_retention_logrank__tested') }} as tests
    on
        curves.group_kind = tests.group_kind
        and curves.subject = tests.subject
