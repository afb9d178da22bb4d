with source as (

    select * from {{ source('raw', '_rejected') }}

),

renamed as (

    select
        source as source_name,
        stream,
        record_key,
        field,
        expected,
        found,
        file,
        line,
        rejected_at,
        _load_id as load_id
    from source

)

select * from renamed
