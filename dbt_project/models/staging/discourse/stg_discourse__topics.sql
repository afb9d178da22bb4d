with source as (

    select * from {{ source('raw', 'discourse__topics') }}

),

renamed as (

    select
        _source as source_name,
        cast(id as string) as topic_id,
        cast(category_id as string) as category_id,
        coalesce(cast(user_id as string), {{ json_text('posters', '[0].user_id') }}) as author_account_id,

        title,
        slug,
        archetype,
        last_poster_username,
        {{ json_names('tags') }} as tags,
        featured_link,

        posts_count as post_count,
        reply_count,
        highest_post_number,
        views as view_count,
        like_count,
        op_like_count as opening_like_count,
        vote_count,

        visible as is_visible,
        closed as is_closed,
        archived as is_archived,
        coalesce(pinned_globally, pinned) as is_pinned,
        has_accepted_answer,
        can_have_answer as is_solved_enabled,

        created_at,
        last_posted_at,
        bumped_at,

        _deleted_at is not null as is_deleted,
        _extracted_at as extracted_at,
        _load_id as load_id
    from source

)

select * from renamed
