with source as (

    select * from {{ source('raw', 'zendesk__organizations') }}

),

renamed as (

    select
        _source as source_name,
        cast(id as string) as organization_id,
        external_id as external_organization_id,
        cast(group_id as string) as group_id,

        name,
        {{ json_names('tags') }} as tags,

        created_at,
        updated_at,
        deleted_at,

        organization_fields,

        _deleted_at is not null as is_deleted,
        _extracted_at as extracted_at,
        _load_id as load_id
    from source

)

select * from renamed
