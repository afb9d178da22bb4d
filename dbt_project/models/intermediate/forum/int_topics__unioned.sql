with

topics as (

    select * from {{ ref('stg_discourse__topics') }}

),

threads as (

    select * from {{ ref('stg_discourse__threads') }}

),

posts as (

    select * from {{ ref('stg_discourse__posts') }}
    where created_at <= {{ as_of() }}

),

categories as (

    select * from {{ ref('stg_discourse__categories') }}

),

about_topics as (

    select distinct
        source_name,
        {{ topic_id_of_url('topic_url') }} as topic_id
    from categories
    where {{ topic_id_of_url('topic_url') }} is not null

),

-- The topic list does not name the opener for certain (its first poster may be another); the opening post does.
seen_in_posts as (

    select
        source_name,
        topic_id,
        max_by(category_id, (extracted_at, {{ id_order('post_id') }})) as category_id,
        max_by(topic_title, (extracted_at, {{ id_order('post_id') }})) as title,
        max(case when post_number = 1 then account_id end) as opener_account_id,
        max(case when post_number = 1 then created_at end) as opened_at,
        coalesce(
            bool_or(
                post_number = 1
                and (try_cast(account_id as bigint) < 0 or is_author_admin or is_author_moderator)
            ),
            false
        ) as is_opened_by_forum_staff
    from posts
    group by source_name, topic_id

),

joined as (

    select
        seen_in_posts.source_name,
        seen_in_posts.topic_id,
        coalesce(topics.category_id, threads.category_id, seen_in_posts.category_id) as category_id,
        coalesce(topics.title, threads.title, seen_in_posts.title) as title,
        coalesce(seen_in_posts.opener_account_id, threads.author_account_id) as opener_account_id,
        coalesce(seen_in_posts.opened_at, threads.created_at, topics.created_at) as opened_at,
        coalesce(topics.tags, threads.tags) as tags,
        topics.is_solved_enabled,
        coalesce(topics.archetype, threads.archetype, 'regular') = 'private_message' as is_private_message,
        coalesce(topics.is_deleted, false)
        or coalesce(threads.is_deleted, false)
        or coalesce(threads.deleted_at <= {{ as_of() }}, false) as is_deleted,
        about_topics.topic_id is not null as is_named_by_category,
        seen_in_posts.is_opened_by_forum_staff
    from seen_in_posts
    left join topics
        on
            seen_in_posts.source_name = topics.source_name
            and seen_in_posts.topic_id = topics.topic_id
    left join threads
        on
            seen_in_posts.source_name = threads.source_name
            and seen_in_posts.topic_id = threads.topic_id
    left join about_topics
        on
            seen_in_posts.source_name = about_topics.source_name
            and seen_in_posts.topic_id = about_topics.topic_id

)

select
    joined.source_name || ':' || joined.topic_id as topic_key,
    joined.source_name,
    joined.topic_id,
    joined.source_name || ':' || joined.category_id as space_key,
    joined.title,
    joined.tags,
    joined.opener_account_id,
    joined.opened_at,
    joined.is_private_message,
    -- A category's describing topic is made with the category, in the name of whoever made that.
    joined.is_named_by_category
    or coalesce(joined.is_opened_by_forum_staff and {{ is_about_title('joined.title') }}, false) as is_about,
    coalesce(joined.is_solved_enabled, categories.is_solved_enabled) as is_solved_enabled,
    joined.is_deleted
from joined
left join categories
    on
        joined.source_name = categories.source_name
        and joined.category_id = categories.category_id
