with events as (

    select * from {{ source('raw', 'zendesk__ticket_events') }}

),

comments as (

    select
        events._source as source_name,
        {{ json_text('child.item', 'id') }} as comment_id,
        cast(events.id as string) as ticket_event_id,
        cast(events.ticket_id as string) as ticket_id,
        coalesce({{ json_text('child.item', 'author_id') }}, cast(events.updater_id as string)) as author_account_id,

        coalesce(
            cast({{ json_text('child.item', 'public') }} as boolean),
            cast({{ json_text('child.item', 'comment_public') }} as boolean)
        ) as is_public,

        coalesce({{ from_epoch('events.timestamp') }}, events.created_at) as created_at,

        events._deleted_at is not null as is_deleted,
        events._extracted_at as extracted_at
    from events
    {{ unnest_json('events.child_events', 'child') }}
    where {{ json_text('child.item', 'event_type') }} = 'Comment'

)

select * from comments
