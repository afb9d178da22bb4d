with source as (

    select * from {{ source('raw', 'discourse__groups') }}

),

renamed as (

    select
        _source as source_name,
        cast(id as string) as group_id,

        name,
        coalesce(full_name, display_name, name) as display_name,
        title,

        user_count as member_count,

        automatic as is_automatic,
        public_admission as is_open_to_join,

        _deleted_at is not null as is_deleted,
        _extracted_at as extracted_at,
        _load_id as load_id
    from source

)

select * from renamed
