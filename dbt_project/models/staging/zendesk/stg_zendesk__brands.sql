with source as (

    select * from {{ source('raw', 'zendesk__brands') }}

),

renamed as (

    select
        _source as source_name,
        cast(id as string) as brand_id,

        name,
        subdomain,
        help_center_state,

        active as is_active,
        "default" as is_default,
        coalesce(is_deleted, false) as is_vendor_deleted,
        has_help_center,

        created_at,
        updated_at,

        _deleted_at is not null as is_deleted,
        _extracted_at as extracted_at,
        _load_id as load_id
    from source

)

select * from renamed
