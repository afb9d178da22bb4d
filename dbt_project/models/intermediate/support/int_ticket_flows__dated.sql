-- What brings a ticket into the backlog and takes it out: told by its events, else by what is known of its end.
with

tickets as (

    select * from {{ ref('int_tickets__dated') }}

),

removals as (

    select
        source_name || ':' || ticket_id as ticket_key,
        max(deleted_at) as deleted_at
    from {{ ref('stg_zendesk__deleted_tickets') }}
    where deleted_at <= {{ as_of() }}
    group by source_name || ':' || ticket_id

),

steps as (

    select
        ticket_key,
        interval_number,
        status,
        from_at,
        is_current,
        -- A ticket that was solved when it was created has been open for no time.
        lag(status, 1, 'open') over (partition by ticket_key order by interval_number) as previous_status
    from {{ ref('int_ticket_statuses__spanned') }}

),

lasts as (

    select
        ticket_key,
        max(interval_number) filter (where {{ is_live_status('status') }}) as last_live
    from {{ ref('int_ticket_statuses__spanned') }}
    group by ticket_key

),

told as (

    select
        steps.ticket_key,
        steps.interval_number as step,
        case
            when not {{ is_live_status('steps.previous_status') }}
                then case when steps.previous_status = 'deleted' then 'restored' else 'reopened' end
            when steps.status = 'deleted' then 'removed'
            -- Merging closes a ticket that is answered elsewhere: nothing was solved in it.
            when tickets.is_merged and lasts.last_live = steps.interval_number - 1 then 'removed'
            else 'solved'
        end as flow,
        steps.from_at as occurred_at
    from steps
    inner join tickets on steps.ticket_key = tickets.ticket_key
    inner join lasts on steps.ticket_key = lasts.ticket_key
    where {{ is_live_status('steps.status') }} != {{ is_live_status('steps.previous_status') }}

),

-- Where the events end, or for want of events: what the ticket's record says beyond them.
ends as (

    select
        tickets.ticket_key,
        coalesce(steps.interval_number, 0) + 1 as step,
        coalesce(steps.status, 'open') as last_status,
        tickets.status,
        tickets.is_merged,
        greatest(
            coalesce(
                case when tickets.status = 'deleted' then removals.deleted_at else tickets.solved_at end,
                tickets.updated_at,
                tickets.created_at
            ),
            coalesce(steps.from_at, tickets.created_at)
        ) as occurred_at
    from tickets
    left join steps on tickets.ticket_key = steps.ticket_key and steps.is_current
    left join removals on tickets.ticket_key = removals.ticket_key

),

flows as (

    select
        ticket_key,
        0 as step,
        'opened' as flow,
        created_at as occurred_at
    from tickets
    union all
    select
        ticket_key,
        step,
        flow,
        occurred_at
    from told
    union all
    select
        ticket_key,
        step,
        case
            when {{ is_live_status('status') }}
                then case when last_status = 'deleted' then 'restored' else 'reopened' end
            when status = 'deleted' or is_merged then 'removed'
            else 'solved'
        end as flow,
        occurred_at
    from ends
    where {{ is_live_status('status') }} != {{ is_live_status('last_status') }}

)

select
    flows.ticket_key,
    tickets.source_name,
    cast(flows.step as bigint) as step,
    flows.flow,
    flows.occurred_at
from flows
inner join tickets on flows.ticket_key = tickets.ticket_key
