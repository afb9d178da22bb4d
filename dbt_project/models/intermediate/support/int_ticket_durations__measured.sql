-- From a ticket's creation to what became of it; without that, as long as it has been waited for.
with

tickets as (

    select * from {{ ref('int_tickets__dated') }}

),

clocks as (

    select * from {{ ref('int_ticket_moments__clocked') }}

),

cases as (

    select
        ticket_key,
        schedule,
        created_at,
        'first_reply' as milestone,
        coalesce(first_reply_at, solved_at, {{ as_of() }}) as until_at,
        first_reply_at is not null as is_reached,
        first_reply_at is not null or reply_count is not null as is_known
    from tickets
    union all
    select
        ticket_key,
        schedule,
        created_at,
        'first_resolution' as milestone,
        coalesce(first_solved_at, {{ as_of() }}) as until_at,
        first_solved_at is not null as is_reached,
        first_solved_at is not null or {{ is_live_status('status') }} as is_known
    from tickets
    union all
    select
        ticket_key,
        schedule,
        created_at,
        'full_resolution' as milestone,
        coalesce(solved_at, {{ as_of() }}) as until_at,
        solved_at is not null as is_reached,
        solved_at is not null or {{ is_live_status('status') }} as is_known
    from tickets

)

select
    cases.ticket_key,
    cases.milestone,
    cases.is_reached,
    cases.is_known,
    {{ microseconds_between('cases.created_at', 'cases.until_at') }} as calendar_microseconds,
    {{ open_microseconds(
        'cases.created_at', 'cases.until_at', 'starts.open_microseconds', 'ends.open_microseconds', 'cases.schedule',
    ) }} as business_microseconds
from cases
left join clocks as starts
    on
        cases.schedule = starts.schedule
        and cases.created_at = starts.moment_at
left join clocks as ends
    on
        cases.schedule = ends.schedule
        and cases.until_at = ends.moment_at
