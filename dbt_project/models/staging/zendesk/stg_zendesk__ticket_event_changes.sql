with events as (

    select * from {{ source('raw', 'zendesk__ticket_events') }}

),

children as (

    select
        events._source as source_name,
        {{ json_text('child.item', 'id') }} as child_event_id,
        cast(events.id as string) as ticket_event_id,
        cast(events.ticket_id as string) as ticket_id,
        cast(events.updater_id as string) as updater_account_id,
        {{ json_text('child.item', 'event_type') }} as change_type,
        child.item as child,
        coalesce({{ from_epoch('events.timestamp') }}, events.created_at) as occurred_at,
        events._deleted_at is not null as is_deleted,
        events._extracted_at as extracted_at
    from events
    {{ unnest_json('events.child_events', 'child') }}
    where {{ json_text('child.item', 'event_type') }} in ('Create', 'Change')

),

-- A child event names what it changed by a key of its own, beside these fixed ones.
changes as (

    select
        children.source_name,
        children.child_event_id,
        children.ticket_event_id,
        children.ticket_id,
        children.updater_account_id,
        children.change_type,
        property.item as field,
        children.child,
        {{ json_text('children.child', 'previous_value') }} as previous_value,
        children.occurred_at,
        children.is_deleted,
        children.extracted_at
    from children
    {{ unnest_json_keys('children.child', 'property') }}
    where
        property.item not in (
            'id', 'via', 'via_reference_id', 'event_type', 'type', 'previous_value', 'metadata', 'audit_id',
            'added_tags', 'removed_tags'
        )

),

own_properties as (

    select
        source_name,
        child_event_id,
        ticket_event_id,
        ticket_id,
        updater_account_id,
        change_type,
        field,
        '' as custom_field_id,
        {{ json_text_at('child', 'field') }} as value,
        previous_value,
        occurred_at,
        is_deleted,
        extracted_at
    from changes
    where field != 'custom_ticket_fields'

),

custom_properties as (

    select
        changes.source_name,
        changes.child_event_id,
        changes.ticket_event_id,
        changes.ticket_id,
        changes.updater_account_id,
        changes.change_type,
        changes.field,
        custom_field.item as custom_field_id,
        {{ json_text_at(json_member('changes.child', 'custom_ticket_fields'), 'custom_field.item') }} as value,
        changes.previous_value,
        changes.occurred_at,
        changes.is_deleted,
        changes.extracted_at
    from changes
    {{ unnest_json_keys(json_member('changes.child', 'custom_ticket_fields'), 'custom_field') }}
    where changes.field = 'custom_ticket_fields'

)

select * from own_properties
union all
select * from custom_properties
