-- The vendors' records alone, without accounts, spaces and posts put together by other intermediate models.
with

posts as (

    select * from {{ ref('stg_discourse__posts') }}
    where created_at <= {{ as_of() }}

),

topics as (

    select
        source_name,
        topic_id,
        title,
        archetype,
        is_deleted
    from {{ ref('stg_discourse__topics') }}

),

threads as (

    select
        source_name,
        topic_id,
        title,
        archetype,
        is_deleted or deleted_at is not null as is_deleted
    from {{ ref('stg_discourse__threads') }}

),

about_topics as (

    select distinct
        source_name,
        {{ topic_id_of_url('topic_url') }} as topic_id
    from {{ ref('stg_discourse__categories') }}
    where topic_url is not null

),

counted_posts as (

    select posts.*
    from posts
    left join topics on posts.source_name = topics.source_name and posts.topic_id = topics.topic_id
    left join threads on posts.source_name = threads.source_name and posts.topic_id = threads.topic_id
    left join about_topics on posts.source_name = about_topics.source_name and posts.topic_id = about_topics.topic_id
    where
        posts.post_type = 1
        and not posts.is_deleted
        and not posts.is_vendor_deleted
        and not posts.is_user_deleted
        and not posts.is_hidden
        and posts.account_id is not null
        and coalesce(topics.archetype, threads.archetype, 'regular') != 'private_message'
        and not coalesce(topics.is_deleted, false)
        and not coalesce(threads.is_deleted, false)
        and not (
            posts.post_number = 1
            and (
                about_topics.topic_id is not null
                or (
                    {{ is_about_title('coalesce(topics.title, threads.title, posts.topic_title)') }}
                    and (
                        try_cast(posts.account_id as bigint) < 0
                        or coalesce(posts.is_author_admin, false)
                        or coalesce(posts.is_author_moderator, false)
                    )
                )
            )
        )

),

accepted_answers as (

    select
        counted_posts.source_name,
        count(*) as raw_value
    from counted_posts
    inner join {{ ref('stg_discourse__accepted_answers') }} as accepted
        on
            counted_posts.source_name = accepted.source_name
            and counted_posts.post_id = accepted.post_id
    group by counted_posts.source_name

),

totals as (

    select
        source_name,
        'posts_counted' as measure,
        count(*) as raw_value
    from counted_posts
    group by source_name
    union all
    select
        source_name,
        'topics_counted' as measure,
        count(*) as raw_value
    from counted_posts
    where post_number = 1
    group by source_name
    union all
    select
        source_name,
        'likes' as measure,
        sum(like_count) as raw_value
    from counted_posts
    group by source_name
    union all
    select
        source_name,
        'accepted_answers_flagged' as measure,
        raw_value
    from accepted_answers

)

select
    source_name,
    measure,
    cast(raw_value as bigint) as raw_value
from totals
