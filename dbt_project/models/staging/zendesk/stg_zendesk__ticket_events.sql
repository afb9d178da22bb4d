with source as (

    select * from {{ source('raw', 'zendesk__ticket_events') }}

),

renamed as (

    select
        _source as source_name,
        cast(id as string) as ticket_event_id,
        cast(ticket_id as string) as ticket_id,
        cast(updater_id as string) as updater_account_id,
        {{ json_names('merged_ticket_ids') }} as merged_ticket_ids,

        event_type,
        coalesce({{ json_text('via', 'channel') }}, {{ json_text_of('via') }}) as channel,

        created_at,
        coalesce({{ from_epoch('timestamp') }}, created_at) as occurred_at,

        _links as links,

        _deleted_at is not null as is_deleted,
        _extracted_at as extracted_at,
        _load_id as load_id
    from source

)

select * from renamed
