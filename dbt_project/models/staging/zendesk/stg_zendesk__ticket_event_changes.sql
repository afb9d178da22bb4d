with events as (

    select
        _source as source_name,
        cast(id as string) as ticket_event_id,
        cast(ticket_id as string) as ticket_id,
        cast(updater_id as string) as updater_account_id,
        coalesce({{ from_epoch('timestamp') }}, created_at) as occurred_at,
        _deleted_at is not null as is_deleted,
        _extracted_at as extracted_at,
        {{ each_of(json_list('child_events')) }} as child
    from {{ source('raw', 'zendesk__ticket_events') }}

),

children as (

    select
        *,
        {{ json_text('child', 'id') }} as child_event_id,
        {{ json_text('child', 'event_type') }} as change_type,
        {{ json_text('child', 'previous_value') }} as previous_value,
        {{ each_of(json_keys('child')) }} as property
    from events
    where {{ json_text('child', 'event_type') }} in ('Create', 'Change')

),

-- A child event names what it changed by a key of its own beside these fixed ones, or as an audit does by `field_name`.
properties as (

    select
        *,
        case when property = 'field_name' then {{ json_text('child', 'field_name') }} else property end as named_field,
        case
            when property = 'field_name' then {{ json_text('child', 'value') }}
            else {{ json_text_at('child', 'property') }}
        end as named_value
    from children
    where
        property not in (
            'id', 'via', 'via_reference_id', 'event_type', 'author_id', 'created_at', 'public', 'metadata', 'audit_id',
            'trusted', 'comment_present', 'comment_public', 'previous_value', 'value',
            'added_tags', 'removed_tags', 'current_tags'
        )
        and not (property = 'type' and {{ json_text('child', 'type') }} = change_type)

),

-- Custom fields come by their number: alone, or several in one object.
fields as (

    select
        *,
        {{ each_of(
            "case when named_field = 'custom_ticket_fields' then "
            ~ json_keys(json_member('child', 'custom_ticket_fields'))
            ~ " else " ~ list_of("case when try_cast(named_field as bigint) is null then '' else named_field end")
            ~ " end"
        ) }} as custom_field_id
    from properties
    where named_field is not null

)

select
    source_name,
    child_event_id,
    ticket_event_id,
    ticket_id,
    updater_account_id,
    change_type,
    case when try_cast(named_field as bigint) is null then named_field else 'custom_ticket_fields' end as field,
    custom_field_id,
    case
        when named_field = 'custom_ticket_fields'
            then {{ json_text_at(json_member('child', 'custom_ticket_fields'), 'custom_field_id') }}
        else named_value
    end as value,
    previous_value,
    occurred_at,
    is_deleted,
    extracted_at
from fields
