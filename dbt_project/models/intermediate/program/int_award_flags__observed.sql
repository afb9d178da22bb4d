-- Posts that were deleted, hidden or shown again after a window was known, and whether they counted then.
with

windows as (

    select * from {{ ref('int_award_windows__dated') }}

),

posts as (

    select * from {{ ref('int_posts__classified') }}

),

flags as (

    select
        source_name || ':' || post_id as post_key,
        field,
        coalesce(value not in ('', 'false'), false) as is_up,
        observed_at,
        load_id
    from {{ ref('stg_discourse__post_history') }}
    where field in ('is_hidden', 'is_user_deleted', 'deleted_at', 'is_deleted')
    union all
    select
        posts.post_key,
        'topic ' || topic_flags.stream as field,
        topic_flags.is_up,
        topic_flags.observed_at,
        topic_flags.load_id
    from (
        select
            source_name || ':' || topic_id as topic_key,
            'listed' as stream,
            coalesce(value = 'true', false) as is_up,
            observed_at,
            load_id
        from {{ ref('stg_discourse__topic_history') }}
        where field = 'is_deleted'
        union all
        select
            source_name || ':' || topic_id as topic_key,
            'thread' as stream,
            coalesce(value = 'true', false) as is_up,
            observed_at,
            load_id
        from {{ ref('stg_discourse__thread_history') }}
        where field = 'is_deleted'
    ) as topic_flags
    inner join posts on topic_flags.topic_key = posts.topic_key

),

last_changes as (

    select
        post_key,
        max(observed_at) as observed_at
    from flags
    group by post_key

),

changed_later as (

    select
        windows.window_key,
        windows.known_at,
        posts.post_key,
        posts.member_key is not null
        and coalesce(posts.not_counted_reason, 'deleted') in ('deleted', 'deleted by its author', 'hidden')
        and not (topics.is_about and posts.post_number = 1) as could_count,
        posts.is_counted as is_counted_today
    from last_changes
    inner join windows on last_changes.observed_at > windows.known_at
    inner join posts
        on
            last_changes.post_key = posts.post_key
            and windows.known_at >= posts.observed_at
    inner join {{ ref('int_topics__unioned') }} as topics on posts.topic_key = topics.topic_key

),

flags_then as (

    select
        changed_later.window_key,
        changed_later.post_key,
        flags.field,
        max_by(flags.is_up, (flags.observed_at, flags.load_id)) as is_up
    from changed_later
    inner join flags on changed_later.post_key = flags.post_key
    where flags.observed_at <= changed_later.known_at
    group by changed_later.window_key, changed_later.post_key, flags.field

),

states as (

    select
        changed_later.window_key,
        changed_later.post_key,
        -- Flags that were never up have no history.
        changed_later.could_count and not coalesce(bool_or(flags_then.is_up), false) as is_counted,
        changed_later.is_counted_today
    from changed_later
    left join flags_then
        on
            changed_later.window_key = flags_then.window_key
            and changed_later.post_key = flags_then.post_key
    group by
        changed_later.window_key, changed_later.post_key, changed_later.could_count, changed_later.is_counted_today

)

select
    window_key,
    post_key,
    is_counted
from states
where is_counted != is_counted_today
