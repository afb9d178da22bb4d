with

statuses as (

    select * from {{ ref('int_ticket_statuses__timed') }}

)

select
    ticket_key,
    cast(coalesce(sum(calendar_microseconds) filter (where status in ('new', 'open', 'hold')), 0) as bigint)
        as requester_wait_microseconds,
    cast(coalesce(sum(business_microseconds) filter (where status in ('new', 'open', 'hold')), 0) as bigint)
        as requester_wait_business_microseconds,
    cast(coalesce(sum(calendar_microseconds) filter (where status = 'pending'), 0) as bigint)
        as agent_wait_microseconds,
    cast(coalesce(sum(business_microseconds) filter (where status = 'pending'), 0) as bigint)
        as agent_wait_business_microseconds,
    cast(coalesce(sum(calendar_microseconds) filter (where status = 'hold'), 0) as bigint) as on_hold_microseconds,
    cast(coalesce(sum(business_microseconds) filter (where status = 'hold'), 0) as bigint)
        as on_hold_business_microseconds
from statuses
group by ticket_key
