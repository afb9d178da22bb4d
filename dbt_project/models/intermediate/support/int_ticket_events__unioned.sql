with

changes as (

    select * from {{ ref('stg_zendesk__ticket_event_changes') }}
    where occurred_at <= {{ as_of() }} and not is_deleted

),

comments as (

    select * from {{ ref('stg_zendesk__ticket_comments') }}
    where created_at <= {{ as_of() }} and not is_deleted

),

creations as (

    select distinct
        source_name,
        ticket_event_id
    from changes
    where change_type = 'Create'

),

events as (

    select
        changes.source_name,
        changes.ticket_id,
        changes.ticket_event_id,
        changes.child_event_id,
        changes.field as kind,
        changes.updater_account_id as account_id,
        changes.previous_value as old_value,
        changes.value as new_value,
        cast(null as boolean) as is_public,
        changes.occurred_at
    from changes
    where changes.field in ('status', 'group_id', 'assignee_id', 'priority')
    union all
    select
        source_name,
        ticket_id,
        ticket_event_id,
        comment_id as child_event_id,
        'comment' as kind,
        author_account_id as account_id,
        cast(null as string) as old_value,
        cast(null as string) as new_value,
        coalesce(is_public, false) as is_public,
        created_at as occurred_at
    from comments

)

select
    events.source_name || ':' || events.ticket_event_id || ':' || events.child_event_id || ':' || events.kind
        as ticket_change_key,
    events.source_name || ':' || events.ticket_id as ticket_key,
    events.source_name,
    events.ticket_event_id,
    events.kind,
    creations.ticket_event_id is not null as is_creation,
    events.account_id,
    events.old_value,
    events.new_value,
    events.is_public,
    events.occurred_at
from events
left join creations
    on
        events.source_name = creations.source_name
        and events.ticket_event_id = creations.ticket_event_id
