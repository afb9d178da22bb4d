with source as (

    select * from {{ source('raw', '_sources') }}

),

renamed as (

    select
        source as source_name,
        vendor,

        stale_after_hours,

        retired_at is not null as is_retired,

        configured_at,
        retired_at
    from source

)

select * from renamed
