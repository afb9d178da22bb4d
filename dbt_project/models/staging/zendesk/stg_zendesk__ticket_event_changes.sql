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

-- A child event names what it changed by a key of its own beside these fixed ones, or as an audit does by `field_name`.
properties as (

    select
        children.*,
        {{ json_text('children.child', 'previous_value') }} as previous_value,
        case
            when property.item = 'field_name' then {{ json_text('children.child', 'field_name') }}
            else property.item
        end as field,
        case
            when property.item = 'field_name' then {{ json_text('children.child', 'value') }}
            else {{ json_text_at('children.child', 'property.item') }}
        end as value
    from children
    {{ unnest_json_keys('children.child', 'property') }}
    where
        property.item not in (
            'id', 'via', 'via_reference_id', 'event_type', 'author_id', 'created_at', 'public', 'metadata', 'audit_id',
            'trusted', 'comment_present', 'comment_public', 'previous_value', 'value',
            'added_tags', 'removed_tags', 'current_tags'
        )
        and not (property.item = 'type' and {{ json_text('children.child', 'type') }} = children.change_type)

),

own_properties as (

    select
        source_name,
        child_event_id,
        ticket_event_id,
        ticket_id,
        updater_account_id,
        change_type,
        case when try_cast(field as bigint) is null then field else 'custom_ticket_fields' end as field,
        case when try_cast(field as bigint) is null then '' else field end as custom_field_id,
        value,
        previous_value,
        occurred_at,
        is_deleted,
        extracted_at
    from properties
    where field != 'custom_ticket_fields'

),

custom_properties as (

    select
        properties.source_name,
        properties.child_event_id,
        properties.ticket_event_id,
        properties.ticket_id,
        properties.updater_account_id,
        properties.change_type,
        properties.field,
        custom_field.item as custom_field_id,
        {{ json_text_at(json_member('properties.child', 'custom_ticket_fields'), 'custom_field.item') }} as value,
        properties.previous_value,
        properties.occurred_at,
        properties.is_deleted,
        properties.extracted_at
    from properties
    {{ unnest_json_keys(json_member('properties.child', 'custom_ticket_fields'), 'custom_field') }}
    where properties.field = 'custom_ticket_fields'

)

select * from own_properties
union all
select * from custom_properties
