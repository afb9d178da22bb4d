-- What people write where: topics and replies in a forum, requests and comments on a board. Votes and likes are none.
with

posts as (

    select
        *,
        {{ local_month('occurred_at') }} as month
    from {{ ref('int_contributions__unioned') }}
    where kind in ('topic', 'reply', 'feature_request', 'comment') and space_key is not null

),

bots as (

    select distinct member_key
    from {{ ref('int_staff_periods__unioned') }}
    where role = 'bot'

),

counted as (

    select
        space_key,
        source_name,
        month,
        member_key,
        count(*) as posts,
        count(*) filter (where kind = 'topic') as topics,
        count(*) filter (where kind = 'reply') as replies,
        count(*) filter (where kind = 'feature_request') as feature_requests,
        count(*) filter (where kind = 'comment') as comments,
        count(*) filter (where is_staff_at_time) as staff_posts,
        min(occurred_at) as first_post_at,
        max(occurred_at) as last_post_at
    from posts
    group by space_key, source_name, month, member_key

)

select
    counted.space_key,
    counted.source_name,
    counted.month,
    counted.member_key,
    bots.member_key is not null as is_bot,
    counted.posts,
    counted.topics,
    counted.replies,
    counted.feature_requests,
    counted.comments,
    case when bots.member_key is null then counted.staff_posts else 0 end as staff_posts,
    counted.first_post_at,
    counted.last_post_at
from counted
left join bots on counted.member_key = bots.member_key
