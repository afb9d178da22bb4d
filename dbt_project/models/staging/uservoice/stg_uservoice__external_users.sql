with source as (

    select * from {{ source('raw', 'uservoice__external_users') }}

),

renamed as (

    select
        _source as source_name,
        cast(id as string) as external_user_id,
        external_id as external_account_id,
        {{ json_text('links', 'user') }} as account_id,
        {{ json_text('links', 'external_account') }} as organization_id,

        type as kind,

        external_created_at,
        created_at,
        updated_at,
        last_seen_at,

        _deleted_at is not null as is_deleted,
        _extracted_at as extracted_at,
        _load_id as load_id
    from source

)

select * from renamed
