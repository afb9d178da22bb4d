-- What the events of a ticket tell of its replies and solutions; tickets without events have no row.
with

events as (

    select * from {{ ref('int_ticket_events__unioned') }}

),

tickets as (

    select * from {{ ref('int_tickets__unioned') }}

),

agents as (

    select
        source_name,
        account_id
    from {{ ref('int_zendesk_accounts__merged') }}
    where is_employee

),

members as (

    select * from {{ ref('int_members__resolved') }}

),

comments as (

    select
        events.ticket_key,
        events.ticket_change_key,
        events.is_creation,
        events.is_public,
        events.occurred_at,
        events.account_id = tickets.requester_account_id as is_by_requester,
        agents.account_id is not null as is_by_agent,
        members.member_key
    from events
    inner join tickets on events.ticket_key = tickets.ticket_key
    left join agents
        on
            events.source_name = agents.source_name
            and events.account_id = agents.account_id
    left join members
        on
            events.source_name = members.source_name
            and events.account_id = members.account_id
    where events.kind = 'comment'

),

-- An agent who has left the company was one when writing.
by_staff as (

    select distinct comments.ticket_change_key
    from comments
    inner join {{ ref('int_staff_periods__unioned') }} as staff_periods
        on
            comments.member_key = staff_periods.member_key
            and comments.occurred_at >= staff_periods.starts_at
            and comments.occurred_at < staff_periods.ends_at

),

replies as (

    select
        comments.ticket_key,
        -- Every ticket begins with a comment, so a ticket with any comment has all of them.
        true as has_comments,
        min(comments.occurred_at) filter (
            where comments.is_public and not comments.is_creation and not comments.is_by_requester
            and (comments.is_by_agent or by_staff.ticket_change_key is not null)
        ) as first_reply_at,
        count(*) filter (
            where comments.is_public and not comments.is_creation and not comments.is_by_requester
            and (comments.is_by_agent or by_staff.ticket_change_key is not null)
        ) as reply_count
    from comments
    left join by_staff on comments.ticket_change_key = by_staff.ticket_change_key
    group by comments.ticket_key

),

status_changes as (

    select
        ticket_key,
        bool_or(is_creation) as has_status_path,
        min(occurred_at) filter (
            where new_value in ('solved', 'closed') and coalesce(old_value, 'new') not in ('solved', 'closed')
        ) as first_solved_at,
        max(occurred_at) filter (
            where new_value in ('solved', 'closed') and coalesce(old_value, 'new') not in ('solved', 'closed')
        ) as last_solved_at,
        count(*) filter (
            where old_value in ('solved', 'closed') and new_value not in ('solved', 'closed', 'deleted')
        ) as reopen_count,
        max_by(new_value, (occurred_at, {{ id_order('ticket_event_id') }}, ticket_change_key)) as last_status
    from events
    where kind = 'status'
    group by ticket_key

)

select
    coalesce(status_changes.ticket_key, replies.ticket_key) as ticket_key,
    coalesce(status_changes.has_status_path, false) as has_status_path,
    status_changes.first_solved_at,
    status_changes.last_solved_at,
    status_changes.reopen_count,
    status_changes.last_status,
    coalesce(replies.has_comments, false) as has_comments,
    replies.first_reply_at,
    replies.reply_count
from status_changes
full outer join replies on status_changes.ticket_key = replies.ticket_key
