with source as (

    select * from {{ source('raw', 'zendesk__counts') }}

),

renamed as (

    select
        _source as source_name,

        stream,

        vendor_count,

        _deleted_at is not null as is_deleted,
        _extracted_at as extracted_at,
        _load_id as load_id
    from source

)

select * from renamed
