with source as (

    select * from {{ source('raw', '_watermarks') }}

),

renamed as (

    select
        source as source_name,
        stream,
        lane,
        _load_id as load_id,

        watermark,

        moved_at
    from source

)

select * from renamed
