with source as (

    select * from {{ source('raw', 'zendesk__deleted_tickets') }}

),

renamed as (

    select
        _source as source_name,
        cast(id as string) as ticket_id,
        {{ json_text('actor', 'id') }} as deleted_by_account_id,

        previous_state as previous_status,

        deleted_at,

        _deleted_at is not null as is_deleted,
        _extracted_at as extracted_at,
        _load_id as load_id
    from source

)

select * from renamed
