-- The posts of each window as they counted when the window was known.
with

windows as (

    select * from {{ ref('int_award_windows__dated') }}

),

posts as (

    select * from {{ ref('int_posts__classified') }}
    where member_key is not null and not is_bot

),

valued as (

    select
        windows.window_key,
        posts.post_key,
        posts.topic_key,
        posts.topic_title,
        posts.kind,
        posts.member_key,
        posts.opener_member_key,
        posts.expertise_area,
        posts.created_at,
        posts.is_in_question and posts.kind = 'reply' and not posts.is_in_own_topic as is_answer,
        posts.kind = 'reply' and not posts.is_in_own_topic as is_reply_to_others,
        coalesce(flags.is_counted, posts.is_counted) as is_counted,
        coalesce(likes.likes, posts.likes) as likes,
        coalesce(accepts.is_accepted, posts.is_accepted) as is_accepted,
        posts.observed_at <= windows.known_at as is_observed
    from posts
    inner join windows
        on
            posts.created_at >= windows.starts_at
            and posts.created_at < windows.ends_at
    left join {{ ref('int_award_flags__observed') }} as flags
        on
            windows.window_key = flags.window_key
            and posts.post_key = flags.post_key
    left join {{ ref('int_award_likes__observed') }} as likes
        on
            windows.window_key = likes.window_key
            and posts.post_key = likes.post_key
    left join {{ ref('int_award_accepts__observed') }} as accepts
        on
            windows.window_key = accepts.window_key
            and posts.post_key = accepts.post_key

)

select
    window_key,
    post_key,
    topic_key,
    topic_title,
    kind,
    member_key,
    opener_member_key,
    expertise_area,
    created_at,
    {{ local_date('created_at') }} as created_on,
    is_answer,
    likes,
    is_accepted and is_reply_to_others as is_credited_accept,
    case when not is_reply_to_others then 0 when is_accepted then 3 else likes end as te_thirds,
    is_observed
from valued
where is_counted
