-- A breach the desk foresaw and took back is marked as withdrawn; one that lies ahead is none yet.
with

events as (

    select
        source_name || ':' || ticket_id as ticket_key,
        metric,
        instance_number,
        event_type,
        sla_target_minutes,
        is_sla_business_hours,
        occurred_at,
        (occurred_at, {{ id_order('ticket_metric_event_id') }}, ticket_metric_event_id) as turn
    from {{ ref('stg_zendesk__ticket_metric_events') }}
    where occurred_at <= {{ as_of() }} and not is_withdrawn and not is_deleted and instance_number > 0

),

measured as (

    select
        ticket_key,
        metric,
        instance_number,
        max_by(sla_target_minutes, turn) filter (
            where event_type in ('apply_sla', 'apply_group_sla') and sla_target_minutes is not null
        ) as target_minutes,
        max_by(is_sla_business_hours, turn) filter (
            where event_type in ('apply_sla', 'apply_group_sla') and sla_target_minutes is not null
        ) as is_business_hours,
        min(occurred_at) filter (where event_type = 'activate') as activated_at,
        max(occurred_at) filter (where event_type = 'fulfill') as fulfilled_at,
        min(occurred_at) filter (where event_type = 'breach') as breached_at
    from events
    group by ticket_key, metric, instance_number

)

select
    measured.ticket_key,
    measured.metric,
    cast(measured.instance_number as bigint) as instance_number,
    measured.target_minutes,
    measured.is_business_hours,
    measured.activated_at,
    measured.fulfilled_at,
    measured.breached_at,
    case
        when measured.breached_at is not null then false
        when measured.fulfilled_at is not null then true
    end as is_met
from measured
inner join {{ ref('int_tickets__unioned') }} as tickets on measured.ticket_key = tickets.ticket_key
where measured.target_minutes is not null
