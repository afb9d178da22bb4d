with

tickets as (

    select
        ticket_key,
        created_at
    from {{ ref('int_tickets__dated') }}
    where has_status_path

),

-- Some desks stamp the creation later than what followed it; it is the first change all the same.
changes as (

    select
        tickets.ticket_key,
        events.new_value as status,
        not events.is_creation as is_after_creation,
        events.ticket_event_id,
        events.ticket_change_key,
        case when events.is_creation then tickets.created_at else greatest(events.occurred_at, tickets.created_at) end
            as from_at
    from tickets
    inner join {{ ref('int_ticket_events__unioned') }} as events on tickets.ticket_key = events.ticket_key
    where events.kind = 'status' and events.new_value is not null

),

ordered as (

    select
        *,
        row_number() over (
            partition by ticket_key
            order by is_after_creation, from_at, {{ id_order('ticket_event_id') }}, ticket_change_key
        ) as change_number
    from changes

),

moves as (

    select
        *,
        coalesce(
            status != lag(status) over (partition by ticket_key order by change_number),
            true
        ) as is_move
    from ordered

),

numbered as (

    select
        ticket_key,
        row_number() over (partition by ticket_key order by change_number) as interval_number,
        status,
        from_at,
        lead(from_at) over (partition by ticket_key order by change_number) as to_at
    from moves
    where is_move

)

select
    ticket_key,
    cast(interval_number as bigint) as interval_number,
    status,
    from_at,
    to_at,
    to_at is null as is_current
from numbered
