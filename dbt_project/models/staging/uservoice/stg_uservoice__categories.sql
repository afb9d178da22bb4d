with source as (

    select * from {{ source('raw', 'uservoice__categories') }}

),

renamed as (

    select
        _source as source_name,
        cast(id as string) as category_id,
        {{ json_text('links', 'forum') }} as forum_id,

        name,

        suggestions_count as suggestion_count,
        open_suggestions_count as open_suggestion_count,

        created_at,
        updated_at,

        _deleted_at is not null as is_deleted,
        _extracted_at as extracted_at,
        _load_id as load_id
    from source

)

select * from renamed
