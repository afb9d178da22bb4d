{%- set horizons = [90, 180, 365] -%}
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
        {% for days in horizons -%}
        case
            when max(duration_days) >= {{ days }} or sum(censored) = 0
                then coalesce(min(case when duration_days <= {{ days }} then survival_ratio end), 1)
        end as retained_{{ days }}d_ratio{{ "," if not loop.last }}
        {% endfor %}
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
    {% for days in horizons -%}
    curves.retained_{{ days }}d_ratio,
    {% endfor -%}
    tests.logrank_statistic,
    tests.logrank_degrees,
    tests.logrank_p_value
from curves
left join {{ ref('int_retention_logrank__tested') }} as tests
    on
        curves.group_kind = tests.group_kind
        and curves.subject = tests.subject
