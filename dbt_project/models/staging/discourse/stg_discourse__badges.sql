with source as (

    select * from {{ source('raw', 'discourse__badges') }}

),

renamed as (

    select
        _source as source_name,
        cast(id as string) as badge_id,
        cast(badge_type_id as string) as badge_type_id,
        cast(badge_grouping_id as string) as badge_grouping_id,

        name,
        slug,
        description,

        grant_count,

        enabled as is_enabled,
        listable as is_listable,
        system as is_system,
        multiple_grant as is_multiple,

        _deleted_at is not null as is_deleted,
        _extracted_at as extracted_at,
        _load_id as load_id
    from source

)

select * from renamed
