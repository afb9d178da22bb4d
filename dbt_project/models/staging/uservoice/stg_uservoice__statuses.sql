with source as (

    select * from {{ source('raw', 'uservoice__statuses') }}

),

renamed as (

    select
        _source as source_name,
        cast(id as string) as status_id,

        name,

        position,

        is_open,
        allow_comments as allows_comments,

        created_at,
        updated_at,

        _deleted_at is not null as is_deleted,
        _extracted_at as extracted_at,
        _load_id as load_id
    from source

)

select * from renamed
