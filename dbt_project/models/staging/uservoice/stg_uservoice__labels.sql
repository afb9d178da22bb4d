with source as (

    select * from {{ source('raw', 'uservoice__labels') }}

),

renamed as (

    select
        _source as source_name,
        cast(id as string) as label_id,
        {{ json_text('links', 'parent') }} as parent_label_id,

        name,
        full_name,

        level,
        open_suggestions_count as open_suggestion_count,

        created_at,
        updated_at,

        _deleted_at is not null as is_deleted,
        _extracted_at as extracted_at,
        _load_id as load_id
    from source

)

select * from renamed
