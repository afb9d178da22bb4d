-- The status a ticket stands in lasts up to the build's date, as far as that is known.
with

statuses as (

    select
        statuses.*,
        tickets.schedule,
        coalesce(statuses.to_at, {{ as_of() }}) as until_at
    from {{ ref('int_ticket_statuses__spanned') }} as statuses
    inner join {{ ref('int_tickets__dated') }} as tickets on statuses.ticket_key = tickets.ticket_key

)

select
    statuses.ticket_key,
    statuses.interval_number,
    statuses.status,
    statuses.from_at,
    statuses.to_at,
    statuses.is_current,
    {{ microseconds_between('statuses.from_at', 'statuses.until_at') }} as calendar_microseconds,
    {{ open_microseconds(
        'statuses.from_at', 'statuses.until_at', 'starts.open_microseconds', 'ends.open_microseconds',
        'statuses.schedule',
    ) }} as business_microseconds
from statuses
left join {{ ref('int_ticket_moments__clocked') }} as starts
    on
        statuses.schedule = starts.schedule
        and statuses.from_at = starts.moment_at
left join {{ ref('int_ticket_moments__clocked') }} as ends
    on
        statuses.schedule = ends.schedule
        and statuses.until_at = ends.moment_at
