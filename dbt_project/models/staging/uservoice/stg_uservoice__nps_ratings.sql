with source as (

    select * from {{ source('raw', 'uservoice__nps_ratings') }}

),

renamed as (

    select
        _source as source_name,
        cast(id as string) as nps_rating_id,
        {{ json_text('links', 'user') }} as account_id,

        "group" as rating_group,

        rating,
        previous_rating,
        rating_delta,

        created_at,
        updated_at,

        _deleted_at is not null as is_deleted,
        _extracted_at as extracted_at,
        _load_id as load_id
    from source

)

select * from renamed
