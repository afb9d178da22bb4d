with source as (

    select * from {{ source('raw', 'zendesk__groups') }}

),

renamed as (

    select
        _source as source_name,
        cast(id as string) as group_id,

        name,
        description,

        "default" as is_default,
        is_public,
        coalesce(deleted, false) as is_vendor_deleted,

        created_at,
        updated_at,

        _deleted_at is not null as is_deleted,
        _extracted_at as extracted_at,
        _load_id as load_id
    from source

)

select * from renamed
