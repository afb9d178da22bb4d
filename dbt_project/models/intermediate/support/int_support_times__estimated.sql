-- Kaplan–Meier: tickets that still wait for it count as waiting for as long as they have.
with

durations as (

    select
        ticket_key,
        milestone,
        'calendar' as clock,
        is_reached,
        calendar_microseconds as duration
    from {{ ref('int_ticket_durations__measured') }}
    where is_known
    union all
    select
        ticket_key,
        milestone,
        'business' as clock,
        is_reached,
        business_microseconds as duration
    from {{ ref('int_ticket_durations__measured') }}
    where is_known

),

counts as (

    select
        groups.month,
        groups.dimension,
        groups.dimension_value,
        durations.milestone,
        durations.clock,
        greatest(durations.duration, 0) as duration,
        count(*) as tickets,
        count(*) filter (where durations.is_reached) as reached
    from durations
    inner join {{ ref('int_ticket_groups__listed') }} as groups on durations.ticket_key = groups.ticket_key
    group by
        groups.month, groups.dimension, groups.dimension_value, durations.milestone, durations.clock,
        greatest(durations.duration, 0)

),

risk_sets as (

    select
        *,
        sum(tickets) over (
            partition by month, dimension, dimension_value, milestone, clock
            order by duration desc
            rows between unbounded preceding and current row
        ) as at_risk
    from counts

),

curves as (

    select
        *,
        {{ still_waiting(
            'reached', 'at_risk', 'month, dimension, dimension_value, milestone, clock', 'duration'
        ) }} as waiting_ratio
    from risk_sets

)

select
    month,
    dimension,
    dimension_value,
    milestone,
    clock,
    cast(sum(tickets) as bigint) as tickets,
    cast(sum(reached) as bigint) as reached,
    {{ as_hours("min(case when " ~ reaches('1 - waiting_ratio', 0.5) ~ " then duration end)") }} as median_hours,
    {{ as_hours("min(case when " ~ reaches('1 - waiting_ratio', 0.9) ~ " then duration end)") }} as p90_hours
from curves
group by month, dimension, dimension_value, milestone, clock
