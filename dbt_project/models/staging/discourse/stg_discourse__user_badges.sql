with source as (

    select * from {{ source('raw', 'discourse__user_badges') }}

),

renamed as (

    select
        _source as source_name,
        cast(id as string) as user_badge_id,
        cast(badge_id as string) as badge_id,
        cast(user_id as string) as account_id,
        cast(granted_by_id as string) as granted_by_account_id,
        cast(post_id as string) as post_id,
        cast(topic_id as string) as topic_id,

        granted_at,

        _deleted_at is not null as is_deleted,
        _extracted_at as extracted_at,
        _load_id as load_id
    from source

)

select * from renamed
