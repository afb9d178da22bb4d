with source as (

    select * from {{ source('raw', 'uservoice__forums') }}

),

renamed as (

    select
        _source as source_name,
        cast(id as string) as forum_id,

        name,
        portal_url,

        suggestions_count as suggestion_count,
        open_suggestions_count as open_suggestion_count,

        is_public,
        is_private,
        category_required as is_category_required,
        classic_voting as is_classic_voting,

        created_at,
        updated_at,

        _deleted_at is not null as is_deleted,
        _extracted_at as extracted_at,
        _load_id as load_id
    from source

)

select * from renamed
