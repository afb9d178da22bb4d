with source as (

    select * from {{ source('raw', 'discourse__directory_items') }}

),

renamed as (

    select
        _source as source_name,
        cast(id as string) as account_id,

        {{ json_text('"user"', 'username') }} as username,
        {{ json_text('"user"', 'name') }} as display_name,
        {{ json_text('"user"', 'title') }} as title,

        likes_received as likes_received_count,
        likes_given as likes_given_count,
        topic_count,
        post_count,
        solutions as solution_count,
        topics_entered as topics_entered_count,
        posts_read as posts_read_count,
        days_visited as days_visited_count,
        time_read as read_seconds,

        cast({{ json_text('"user"', 'admin') }} as boolean) as is_admin,
        cast({{ json_text('"user"', 'moderator') }} as boolean) as is_moderator,

        _deleted_at is not null as is_deleted,
        _extracted_at as extracted_at,
        _load_id as load_id
    from source

)

select * from renamed
