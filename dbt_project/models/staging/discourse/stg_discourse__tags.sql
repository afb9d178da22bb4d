with source as (

    select * from {{ source('raw', 'discourse__tags') }}

),

renamed as (

    select
        _source as source_name,
        name as tag_name,
        {{ json_text_of('id') }} as tag_id,

        text as label,
        slug,
        description,

        count as topic_count,

        pm_only as is_private_only,

        _deleted_at is not null as is_deleted,
        _extracted_at as extracted_at,
        _load_id as load_id
    from source

)

select * from renamed
