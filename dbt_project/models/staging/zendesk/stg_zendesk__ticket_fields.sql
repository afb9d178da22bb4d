with source as (

    select * from {{ source('raw', 'zendesk__ticket_fields') }}

),

renamed as (

    select
        _source as source_name,
        cast(id as string) as ticket_field_id,

        title,
        description,
        type,
        tag,

        position,

        active as is_active,
        required as is_required,
        visible_in_portal as is_visible_in_portal,
        removable as is_removable,

        created_at,
        updated_at,

        custom_field_options,

        _deleted_at is not null as is_deleted,
        _extracted_at as extracted_at,
        _load_id as load_id
    from source

)

select * from renamed
