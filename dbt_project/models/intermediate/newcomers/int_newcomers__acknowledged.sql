with

newcomers as (

    select
        *,
        {{ add_days('first_contribution_at', 14) }} as watched_until
    from {{ ref('int_newcomers__dated') }}
    where first_contribution_at is not null

),

posts as (

    select * from {{ ref('int_posts__classified') }}
    where is_counted

),

-- What newcomers wrote in their first two weeks.
early_posts as (

    select
        newcomers.member_key,
        newcomers.watched_until,
        posts.topic_key,
        posts.post_number,
        posts.kind
    from newcomers
    inner join posts
        on
            newcomers.member_key = posts.member_key
            and newcomers.watched_until >= posts.created_at

),

directed_replies as (

    select
        posts.topic_key,
        addressed.reply_to_post_number,
        posts.member_key,
        posts.created_at
    from posts
    inner join {{ ref('stg_discourse__posts') }} as addressed
        on
            posts.source_name = addressed.source_name
            and posts.post_id = addressed.post_id
    where addressed.reply_to_post_number is not null and posts.kind = 'reply' and not posts.is_bot

),

requests as (

    select
        request_key,
        source_name,
        source_record_id,
        member_key
    from {{ ref('int_requests__staged') }}

),

bots as (

    select distinct member_key
    from {{ ref('int_staff_periods__unioned') }}
    where role = 'bot'

),

comments as (

    select
        requests.source_name,
        requests.source_record_id,
        requests.member_key,
        comments.member_key as commenter_member_key,
        comments.is_by_staff,
        comments.commented_at,
        comments.comment_key
    from {{ ref('int_request_comments__unioned') }} as comments
    inner join requests on comments.request_key = requests.request_key
    left join bots on comments.member_key = bots.member_key
    where bots.member_key is null and comments.member_key is distinct from requests.member_key

),

echoes as (

    select
        early_posts.member_key,
        'reply' as kind,
        posts.created_at as echoed_at
    from early_posts
    inner join posts
        on
            early_posts.topic_key = posts.topic_key
            and early_posts.watched_until >= posts.created_at
    where early_posts.kind = 'topic' and posts.kind = 'reply' and not posts.is_in_own_topic and not posts.is_bot
    union all
    select
        early_posts.member_key,
        'reply' as kind,
        directed_replies.created_at as echoed_at
    from early_posts
    inner join directed_replies
        on
            early_posts.topic_key = directed_replies.topic_key
            and early_posts.post_number = directed_replies.reply_to_post_number
            and early_posts.member_key != directed_replies.member_key
            and early_posts.watched_until >= directed_replies.created_at
    union all
    select
        newcomers.member_key,
        'reply' as kind,
        comments.commented_at as echoed_at
    from newcomers
    inner join comments
        on
            newcomers.member_key = comments.member_key
            and newcomers.watched_until >= comments.commented_at
    union all
    select
        newcomers.member_key,
        contributions.kind,
        contributions.occurred_at as echoed_at
    from newcomers
    inner join {{ ref('int_contributions__unioned') }} as contributions
        on newcomers.member_key = contributions.member_key
    where contributions.kind in ('like_received', 'accepted_answer')

),

heard as (

    select
        newcomers.member_key,
        min(case when echoes.echoed_at <= newcomers.watched_until then echoes.echoed_at end) as acknowledged_at,
        min(case when echoes.kind != 'reply' then echoes.echoed_at end) as liked_or_accepted_at
    from newcomers
    left join echoes on newcomers.member_key = echoes.member_key
    group by newcomers.member_key

),

first_comments as (

    select
        source_name,
        source_record_id,
        min(commented_at) as first_reply_at,
        min_by(commenter_member_key, (commented_at, comment_key)) as first_reply_member_key,
        min_by(is_by_staff, (commented_at, comment_key)) as is_first_reply_by_staff
    from comments
    group by source_name, source_record_id

)

select
    newcomers.member_key,
    heard.acknowledged_at,
    heard.liked_or_accepted_at,
    coalesce(topics.first_reply_at, first_comments.first_reply_at) as first_reply_at,
    coalesce(topics.first_reply_member_key, first_comments.first_reply_member_key) as first_reply_member_key,
    coalesce(topics.is_first_reply_by_staff, first_comments.is_first_reply_by_staff) as is_first_reply_by_staff
from newcomers
inner join heard on newcomers.member_key = heard.member_key
left join {{ ref('int_topics__answered') }} as topics
    on newcomers.first_topic_key = topics.topic_key and newcomers.first_kind = 'topic'
left join first_comments
    on
        newcomers.first_source_name = first_comments.source_name
        and newcomers.first_source_record_id = first_comments.source_record_id
        and newcomers.first_kind = 'feature_request'
