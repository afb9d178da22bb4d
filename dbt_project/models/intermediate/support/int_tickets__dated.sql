-- Events tell the whole story or none of it: a ticket counts as told if its creation is among them.
with

tickets as (

    select * from {{ ref('int_tickets__unioned') }}

),

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
    left join {{ ref('int_ticket_milestones__measured') }} as milestones on tickets.ticket_key = milestones.ticket_key

)

-- The vendor's own figures are of the last observation, so a build for an earlier date can't use them.
select
    told.ticket_key,
    told.source_name,
    told.source_record_id,
    told.member_key,
    told.space_key,
    told.organization_key,
    coalesce(organizations.segment, requesters.segment, 'unknown') as segment,
    coalesce(schedules.schedule, {{ around_the_clock() }}) as schedule,
    told.status,
    told.created_at,
    least(told.updated_at, {{ last_instant() }}) as updated_at,
    case
        when told.has_status_path then told.event_first_solved_at
        when not told.is_observed_later
            then told.created_at + to_minutes(told.vendor_first_resolution_minutes)
    end as first_solved_at,
    case
        when told.status not in ('solved', 'closed') then null
        when told.has_status_path then told.event_last_solved_at
        when not told.is_observed_later then told.vendor_solved_at
    end as solved_at,
    case
        when told.has_status_path then told.event_reopen_count
        when not told.is_observed_later then told.vendor_reopen_count
    end as reopen_count,
    case
        when told.has_status_path then 'events'
        when
            not told.is_observed_later
            and (told.vendor_solved_at is not null or told.vendor_reopen_count is not null)
            then 'metric_set'
    end as status_basis,
    case
        when told.has_comments then told.event_first_reply_at
        when not told.is_observed_later then told.created_at + to_minutes(told.vendor_first_reply_minutes)
    end as first_reply_at,
    case
        when told.has_comments then 'events'
        when not told.is_observed_later and told.vendor_first_reply_minutes is not null then 'metric_set'
    end as first_reply_basis,
    case
        when told.has_comments then told.event_reply_count
        when not told.is_observed_later then told.vendor_reply_count
    end as reply_count,
    told.has_status_path,
    told.is_merged,
    told.is_deleted
from told
left join {{ ref('int_ticket_schedules__assigned') }} as schedules on told.ticket_key = schedules.ticket_key
left join {{ ref('int_organizations__merged') }} as organizations
    on told.organization_key = organizations.organization_key
left join {{ ref('int_member_profiles__merged') }} as requesters on told.member_key = requesters.member_key
