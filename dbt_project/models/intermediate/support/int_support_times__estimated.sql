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

cases as (

    select
        groups.month,
        groups.dimension,
        groups.dimension_value,
        durations.milestone,
        durations.clock,
        durations.is_reached,
        greatest(durations.duration, 0) as duration
    from durations
    inner join {{ ref('int_ticket_groups__listed') }} as groups on durations.ticket_key = groups.ticket_key

),

curves as (

    {{ survival_curve(
        'cases', ['month', 'dimension', 'dimension_value', 'milestone', 'clock'], 'duration', 'is_reached'
    ) }}

)

select
    month,
    dimension,
    dimension_value,
    milestone,
    clock,
    cast(sum(events + censored) as bigint) as tickets,
    cast(sum(events) as bigint) as reached,
    {{ as_hours(duration_reaching(0.5, '1 - survival_ratio', 'duration')) }} as median_hours,
    {{ as_hours(duration_reaching(0.9, '1 - survival_ratio', 'duration')) }} as p90_hours
from curves
group by month, dimension, dimension_value, milestone, clock
