with source as (

    select * from {{ source('raw', 'discourse__group_members') }}

),

renamed as (

    select
        _source as source_name,
        cast(_group_id as string) as group_id,
        cast(id as string) as account_id,

        username,
        name as display_name,
        title,

        trust_level,

        _is_owner as is_owner,

        added_at as joined_at,
        last_posted_at,
        last_seen_at,

        _deleted_at is not null as is_deleted,
        _extracted_at as extracted_at,
        _load_id as load_id
    from source

)

select * from renamed
