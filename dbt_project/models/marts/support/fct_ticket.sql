with

tickets as (

    select * from {{ ref('int_tickets__unioned') }}

),

milestones as (

    select * from {{ ref('int_ticket_milestones__measured') }}

),

-- Events tell the whole story or none of it: a ticket counts as told if its creation is among them.
told as (

    select
        tickets.*,
        coalesce(milestones.has_status_path, false) as has_status_path,
        coalesce(milestones.has_status_path and milestones.has_comments, false) as has_comments,
        milestones.first_solved_at as event_first_solved_at,
        milestones.last_solved_at as event_last_solved_at,
        milestones.reopen_count as event_reopen_count,
        milestones.first_reply_at as event_first_reply_at,
        milestones.reply_count as event_reply_count,
        case
            when tickets.is_deleted then 'deleted'
            when tickets.is_observed_later and milestones.has_status_path then milestones.last_status
            else tickets.vendor_status
        end as status
    from tickets
    left join milestones on tickets.ticket_key = milestones.ticket_key

),

-- The vendor's own figures are of the last observation, so a build for an earlier date can't use them.
dated as (

    select
        *,
        case
            when has_status_path then event_first_solved_at
            when not is_observed_later
                then created_at + to_minutes(vendor_first_resolution_minutes)
        end as first_solved_at,
        case
            when status not in ('solved', 'closed') then null
            when has_status_path then event_last_solved_at
            when not is_observed_later then vendor_solved_at
        end as solved_at,
        case
            when has_comments then event_first_reply_at
            when not is_observed_later then created_at + to_minutes(vendor_first_reply_minutes)
        end as first_reply_at,
        case when has_status_path then event_reopen_count when not is_observed_later then vendor_reopen_count end
            as reopen_count,
        case when has_comments then event_reply_count when not is_observed_later then vendor_reply_count end
            as reply_count,
        is_merged or is_deleted as is_out_of_times
    from told

)

select
    ticket_key,
    source_name,
    source_record_id,
    member_key,
    status,
    created_at,
    first_solved_at,
    solved_at,
    reopen_count,
    case
        when has_status_path then 'events'
        when not is_observed_later and coalesce(vendor_solved_at is not null, false) then 'metric_set'
        when not is_observed_later and vendor_reopen_count is not null then 'metric_set'
    end as status_basis,
    first_reply_at,
    case
        when has_comments then 'events'
        when not is_observed_later and vendor_first_reply_minutes is not null then 'metric_set'
    end as first_reply_basis,
    reply_count,
    case when not is_out_of_times then {{ minutes_between('created_at', 'first_reply_at') }} end as first_reply_minutes,
    case when not is_out_of_times then {{ minutes_between('created_at', 'first_solved_at') }} end
        as first_resolution_minutes,
    case when not is_out_of_times then {{ minutes_between('created_at', 'solved_at') }} end as full_resolution_minutes,
    case when not is_out_of_times and not is_observed_later then vendor_requester_wait_minutes end
        as requester_wait_minutes,
    case when not is_out_of_times and solved_at is not null then reply_count = 1 end as is_one_touch,
    assignee_member_key,
    organization,
    space_key,
    channel,
    type,
    priority,
    satisfaction_score,
    is_merged,
    is_deleted
from dated
