-- The tickets that count in times, under everyone, their group and their requester's segment.
with

tickets as (

    select
        ticket_key,
        {{ local_month('created_at') }} as month,
        space_key,
        segment
    from {{ ref('int_tickets__dated') }}
    where not is_merged and not is_deleted

)

select
    month,
    'all' as dimension,
    'all' as dimension_value,
    ticket_key
from tickets
union all
select
    month,
    'space' as dimension,
    space_key as dimension_value,
    ticket_key
from tickets
where space_key is not null
union all
select
    month,
    'segment' as dimension,
    segment as dimension_value,
    ticket_key
from tickets
