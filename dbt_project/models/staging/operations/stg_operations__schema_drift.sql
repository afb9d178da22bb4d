with source as (

    select * from {{ source('raw', '_schema_drift') }}

),

renamed as (

    select
        source as source_name,
        stream,
        field,

        example_type,

        records as record_count,

        first_seen_at,
        last_seen_at
    from source

)

select * from renamed
