with

tickets as (

    select
        *,
        is_merged or is_deleted as is_out_of_times
    from {{ ref('int_tickets__dated') }}

),

details as (

    select * from {{ ref('int_tickets__unioned') }}

),

durations as (

    select
        ticket_key,
        max(case when milestone = 'first_reply' then calendar_microseconds end) as first_reply,
        max(case when milestone = 'first_reply' then business_microseconds end) as first_reply_business,
        max(case when milestone = 'first_resolution' then calendar_microseconds end) as first_resolution,
        max(case when milestone = 'first_resolution' then business_microseconds end) as first_resolution_business,
        max(case when milestone = 'full_resolution' then calendar_microseconds end) as full_resolution,
        max(case when milestone = 'full_resolution' then business_microseconds end) as full_resolution_business
    from {{ ref('int_ticket_durations__measured') }}
    where is_reached
    group by ticket_key

),

-- The desk measures what its events don't tell; a build for an earlier date can't use that.
waits as (

    select
        tickets.ticket_key,
        case
            when waits.ticket_key is not null then 'events'
            when not details.is_observed_later and details.vendor_requester_wait_minutes is not null then 'metric_set'
        end as wait_basis,
        case
            when waits.ticket_key is not null then {{ as_minutes('waits.requester_wait_microseconds') }}
            when not details.is_observed_later then details.vendor_requester_wait_minutes
        end as requester_wait,
        case
            when waits.ticket_key is not null then {{ as_minutes('waits.requester_wait_business_microseconds') }}
            when not details.is_observed_later then details.vendor_requester_wait_business_minutes
        end as requester_wait_business,
        case
            when waits.ticket_key is not null then {{ as_minutes('waits.agent_wait_microseconds') }}
            when not details.is_observed_later then details.vendor_agent_wait_minutes
        end as agent_wait,
        case
            when waits.ticket_key is not null then {{ as_minutes('waits.agent_wait_business_microseconds') }}
            when not details.is_observed_later then details.vendor_agent_wait_business_minutes
        end as agent_wait_business,
        case
            when waits.ticket_key is not null then {{ as_minutes('waits.on_hold_microseconds') }}
            when not details.is_observed_later then details.vendor_on_hold_minutes
        end as on_hold,
        case
            when waits.ticket_key is not null then {{ as_minutes('waits.on_hold_business_microseconds') }}
            when not details.is_observed_later then details.vendor_on_hold_business_minutes
        end as on_hold_business
    from tickets
    inner join details on tickets.ticket_key = details.ticket_key
    left join {{ ref('int_ticket_waits__summed') }} as waits on tickets.ticket_key = waits.ticket_key
    where not tickets.is_out_of_times

),

slas as (

    select
        ticket_key,
        count(*) as sla_targets,
        count(breached_at) as sla_breaches,
        bool_and(is_met is not null) as is_sla_settled,
        max(case when metric = 'reply_time' and instance_number = 1 then target_minutes end) as first_reply_target,
        bool_and(is_met) filter (where metric = 'reply_time' and instance_number = 1) as is_first_reply_met
    from {{ ref('int_ticket_slas__measured') }}
    group by ticket_key

)

select
    tickets.ticket_key,
    tickets.source_name,
    tickets.source_record_id,
    tickets.member_key,
    tickets.status,
    tickets.created_at,
    tickets.first_solved_at,
    tickets.solved_at,
    tickets.reopen_count,
    tickets.status_basis,
    tickets.first_reply_at,
    tickets.first_reply_basis,
    tickets.reply_count,
    tickets.schedule,
    case when not tickets.is_out_of_times then {{ as_minutes('durations.first_reply') }} end as first_reply_minutes,
    case when not tickets.is_out_of_times then {{ as_minutes('durations.first_reply_business') }} end
        as first_reply_business_minutes,
    case when not tickets.is_out_of_times then {{ as_minutes('durations.first_resolution') }} end
        as first_resolution_minutes,
    case when not tickets.is_out_of_times then {{ as_minutes('durations.first_resolution_business') }} end
        as first_resolution_business_minutes,
    case when not tickets.is_out_of_times then {{ as_minutes('durations.full_resolution') }} end
        as full_resolution_minutes,
    case when not tickets.is_out_of_times then {{ as_minutes('durations.full_resolution_business') }} end
        as full_resolution_business_minutes,
    cast(waits.requester_wait as double) as requester_wait_minutes,
    cast(waits.requester_wait_business as double) as requester_wait_business_minutes,
    cast(waits.agent_wait as double) as agent_wait_minutes,
    cast(waits.agent_wait_business as double) as agent_wait_business_minutes,
    cast(waits.on_hold as double) as on_hold_minutes,
    cast(waits.on_hold_business as double) as on_hold_business_minutes,
    waits.wait_basis,
    case when not tickets.is_out_of_times and tickets.solved_at is not null then tickets.reply_count = 1 end
        as is_one_touch,
    coalesce(slas.sla_targets, 0) as sla_targets,
    coalesce(slas.sla_breaches, 0) as sla_breaches,
    case
        when tickets.is_out_of_times then null
        when slas.sla_breaches > 0 then false
        when slas.is_sla_settled then true
    end as is_sla_met,
    slas.first_reply_target as first_reply_sla_minutes,
    case when not tickets.is_out_of_times then slas.is_first_reply_met end as is_first_reply_sla_met,
    details.assignee_member_key,
    details.organization,
    tickets.organization_key,
    tickets.segment,
    areas.expertise_area,
    bug_reports.ticket_key is not null as is_bug_report,
    tickets.space_key,
    details.channel,
    details.type,
    details.priority,
    details.satisfaction_score,
    tickets.is_merged,
    tickets.is_deleted
from tickets
inner join details on tickets.ticket_key = details.ticket_key
left join durations on tickets.ticket_key = durations.ticket_key
left join waits on tickets.ticket_key = waits.ticket_key
left join slas on tickets.ticket_key = slas.ticket_key
left join {{ ref('int_subject_areas__mapped') }} as areas on tickets.ticket_key = areas.subject_key
left join {{ ref('int_bug_reports__mapped') }} as bug_reports on tickets.ticket_key = bug_reports.ticket_key
