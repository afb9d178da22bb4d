with source as (

    select * from {{ source('raw', 'discourse__threads') }}

),

renamed as (

    select
        _source as source_name,
        cast(id as string) as topic_id,
        cast(category_id as string) as category_id,
        cast(user_id as string) as author_account_id,

        title,
        archetype,
        {{ json_names('tags') }} as tags,

        cast({{ json_text('accepted_answer', 'post_number') }} as bigint) as accepted_post_number,
        posts_count as post_count,
        reply_count,
        views as view_count,
        like_count,
        word_count,
        participant_count,
        highest_post_number,

        visible as is_visible,
        closed as is_closed,
        archived as is_archived,

        created_at,
        last_posted_at,
        deleted_at,

        _deleted_at is not null as is_deleted,
        _extracted_at as extracted_at,
        _load_id as load_id
    from source

)

select * from renamed
