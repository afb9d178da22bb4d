with

tickets as (

    select * from {{ ref('int_tickets__dated') }}
    where schedule != {{ around_the_clock() }}

),

moments as (

    select
        schedule,
        created_at as moment_at
    from tickets
    union
    select
        schedule,
        first_reply_at as moment_at
    from tickets
    where first_reply_at is not null
    union
    select
        schedule,
        first_solved_at as moment_at
    from tickets
    where first_solved_at is not null
    union
    select
        schedule,
        solved_at as moment_at
    from tickets
    where solved_at is not null
    union
    select
        tickets.schedule,
        statuses.from_at as moment_at
    from {{ ref('int_ticket_statuses__spanned') }} as statuses
    inner join tickets on statuses.ticket_key = tickets.ticket_key
    union
    select
        schedule,
        {{ as_of() }} as moment_at
    from tickets

)

select
    moments.schedule,
    moments.moment_at,
    coalesce(
        intervals.open_microseconds_before
        + {{ microseconds_between('intervals.opens_at', 'least(moments.moment_at, intervals.closes_at)') }},
        0
    ) as open_microseconds
from moments
{{ asof_left_join(ref('int_business_intervals__dated')) }} as intervals
    on
        moments.schedule = intervals.schedule
        and moments.moment_at >= intervals.opens_at
