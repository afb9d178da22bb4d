with events as (

    select
        _source as source_name,
        cast(id as string) as ticket_event_id,
        cast(ticket_id as string) as ticket_id,
        cast(updater_id as string) as updater_account_id,
        coalesce({{ from_epoch('timestamp') }}, created_at) as created_at,
        _deleted_at is not null as is_deleted,
        _extracted_at as extracted_at,
        {{ each_of(json_list('child_events')) }} as child
    from {{ source('raw', 'zendesk__ticket_events') }}

),

comments as (

    select
        source_name,
        {{ json_text('child', 'id') }} as comment_id,
        ticket_event_id,
        ticket_id,
        coalesce({{ json_text('child', 'author_id') }}, updater_account_id) as author_account_id,

        coalesce(
            cast({{ json_text('child', 'public') }} as boolean),
            cast({{ json_text('child', 'comment_public') }} as boolean)
        ) as is_public,

        created_at,

        is_deleted,
        extracted_at
    from events
    where {{ json_text('child', 'event_type') }} = 'Comment'

)

select * from comments
