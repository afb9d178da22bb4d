with source as (

    select * from {{ source('raw', 'discourse__categories') }}

),

renamed as (

    select
        _source as source_name,
        cast(id as string) as category_id,
        cast(parent_category_id as string) as parent_category_id,

        name,
        slug,
        description_text as description,
        topic_url,

        position,
        topic_count,
        post_count,

        read_restricted as is_read_restricted,
        is_uncategorized,
        cast({{ json_text('custom_fields', 'enable_accepted_answers') }} as boolean) as is_solved_enabled,

        _deleted_at is not null as is_deleted,
        _extracted_at as extracted_at,
        _load_id as load_id
    from source

)

select * from renamed
