with

posts as (

    select * from {{ ref('int_space_member_months__counted') }}

),

launches as (

    select * from {{ ref('int_space_launches__dated') }}

),

counted as (

    select
        space_key,
        month,
        sum(posts) as posts,
        sum(topics) as topics,
        sum(replies) as replies,
        sum(feature_requests) as feature_requests,
        sum(comments) as comments,
        sum(staff_posts) as staff_posts,
        sum(case when is_bot then posts else 0 end) as bot_posts,
        count(distinct case when not is_bot then member_key end) as people
    from posts
    group by space_key, month

),

calendar as (

    select
        launches.space_key,
        months.month
    from launches
    {{ months_from_to('launches.launch_month', local_month(as_of()), 'months') }}
    where {{ local_midnight('months.month') }} < {{ as_of() }}

),

monthly as (

    select
        calendar.space_key,
        spaces.source_name,
        calendar.month,
        coalesce(counted.posts, 0) as posts,
        coalesce(counted.topics, 0) as topics,
        coalesce(counted.replies, 0) as replies,
        coalesce(counted.feature_requests, 0) as feature_requests,
        coalesce(counted.comments, 0) as comments,
        coalesce(counted.staff_posts, 0) as staff_posts,
        coalesce(counted.bot_posts, 0) as bot_posts,
        coalesce(counted.people, 0) as people
    from calendar
    inner join {{ ref('int_spaces__unioned') }} as spaces on calendar.space_key = spaces.space_key
    left join counted
        on
            calendar.space_key = counted.space_key
            and calendar.month = counted.month
    where counted.space_key is not null or {{ is_month_begun('calendar.month') }}

),

shares as (

    select
        *,
        posts / nullif(cast(sum(posts) over (partition by month) as double), 0) as share_ratio,
        posts / nullif(cast(sum(posts) over (partition by source_name, month) as double), 0) as source_share_ratio
    from monthly

),

compared as (

    select
        *,
        {{ is_month_complete('month') }} as is_complete,
        lag(posts) over (partition by space_key order by month) as previous_posts,
        lag(share_ratio) over (partition by space_key order by month) as previous_share_ratio
    from shares

)

select
    space_key,
    month,
    source_name,
    cast(posts as bigint) as posts,
    cast(topics as bigint) as topics,
    cast(replies as bigint) as replies,
    cast(feature_requests as bigint) as feature_requests,
    cast(comments as bigint) as comments,
    cast(staff_posts as bigint) as staff_posts,
    cast(bot_posts as bigint) as bot_posts,
    people,
    share_ratio,
    source_share_ratio,
    cast(previous_posts as bigint) as previous_posts,
    case when is_complete then cast(posts - previous_posts as bigint) end as posts_change,
    case when is_complete then posts / nullif(cast(previous_posts as double), 0) - 1 end as posts_change_ratio,
    case when is_complete then share_ratio - previous_share_ratio end as share_change,
    is_complete
from compared
