with source as (

    select * from {{ source('raw', '_loads') }}

),

renamed as (

    select
        _load_id as load_id,
        source as source_name,
        vendor,
        stream,
        lane,
        extract_id,

        records as record_count,
        inserted as inserted_count,
        updated as updated_count,
        unchanged as unchanged_count,
        deleted as deleted_count,
        rejected as rejected_count,
        seconds as duration_seconds,

        is_snapshot,

        started_at as extraction_started_at,
        extracted_until,
        loaded_at,

        notes
    from source

)

select * from renamed
