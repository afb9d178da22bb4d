with

tickets as (

    select * from {{ ref('stg_zendesk__tickets') }}
    where created_at <= {{ as_of() }}

),

members as (

    select * from {{ ref('int_members__resolved') }}

),

organizations as (

    select * from {{ ref('stg_zendesk__organizations') }}

),

resolved_organizations as (

    select * from {{ ref('int_organizations__resolved') }}

),

history as (

    select
        source_name,
        ticket_id,
        min(observed_at) as observed_at,
        max_by(value, case when field = 'status' and observed_at <= {{ as_of() }} then (observed_at, load_id) end)
            as status_then,
        coalesce(min(case when field = 'is_deleted' and value = 'true' then observed_at end) > {{ as_of() }}, false)
            as is_deleted_later
    from {{ ref('stg_zendesk__ticket_history') }}
    group by source_name, ticket_id

)

select
    tickets.source_name || ':' || tickets.ticket_id as ticket_key,
    tickets.source_name,
    tickets.ticket_id as source_record_id,
    tickets.source_name || ':' || tickets.group_id as space_key,
    tickets.requester_account_id,
    tickets.submitter_account_id,
    tickets.assignee_account_id,
    requesters.member_key,
    assignees.member_key as assignee_member_key,
    organizations.name as organization,
    resolved_organizations.organization_key,
    tickets.channel,
    tickets.type,
    tickets.priority,
    tickets.satisfaction_score,
    case
        when tickets.extracted_at > {{ as_of() }} then coalesce(history.status_then, tickets.status)
        else tickets.status
    end as vendor_status,
    tickets.extracted_at > {{ as_of() }} as is_observed_later,
    coalesce(history.observed_at, tickets.extracted_at) as observed_at,
    tickets.reopen_count as vendor_reopen_count,
    tickets.reply_count as vendor_reply_count,
    tickets.first_reply_calendar_minutes as vendor_first_reply_minutes,
    tickets.first_resolution_calendar_minutes as vendor_first_resolution_minutes,
    tickets.full_resolution_calendar_minutes as vendor_full_resolution_minutes,
    tickets.requester_wait_calendar_minutes as vendor_requester_wait_minutes,
    tickets.requester_wait_business_minutes as vendor_requester_wait_business_minutes,
    tickets.agent_wait_calendar_minutes as vendor_agent_wait_minutes,
    tickets.agent_wait_business_minutes as vendor_agent_wait_business_minutes,
    tickets.on_hold_calendar_minutes as vendor_on_hold_minutes,
    tickets.on_hold_business_minutes as vendor_on_hold_business_minutes,
    tickets.solved_at as vendor_solved_at,
    tickets.created_at,
    tickets.updated_at,
    {{ list_holds('tickets.tags', "'closed_by_merge'") }} as is_merged,
    tickets.is_deleted and not coalesce(history.is_deleted_later, false) as is_deleted
from tickets
left join members as requesters
    on
        tickets.source_name = requesters.source_name
        and tickets.requester_account_id = requesters.account_id
left join members as assignees
    on
        tickets.source_name = assignees.source_name
        and tickets.assignee_account_id = assignees.account_id
left join organizations
    on
        tickets.source_name = organizations.source_name
        and tickets.organization_id = organizations.organization_id
left join resolved_organizations
    on
        tickets.source_name = resolved_organizations.source_name
        and tickets.organization_id = resolved_organizations.organization_id
left join history
    on
        tickets.source_name = history.source_name
        and tickets.ticket_id = history.ticket_id
