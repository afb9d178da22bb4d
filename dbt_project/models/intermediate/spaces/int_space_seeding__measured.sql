with

posts as (

    select
        *,
        {{ local_month('created_at') }} as month,
        kind = 'reply' and not is_in_own_topic as is_reply_to_other
    from {{ ref('int_posts__classified') }}
    where is_counted and space_key is not null

),

topics as (

    select
        *,
        {{ local_month('opened_at') }} as month
    from {{ ref('int_topics__answered') }}
    where space_key is not null

),

launches as (

    select launches.*
    from {{ ref('int_space_launches__dated') }} as launches
    inner join {{ ref('int_spaces__unioned') }} as spaces on launches.space_key = spaces.space_key
    where spaces.kind = 'forum category'

),

calendar as (

    select
        launches.space_key,
        months.month
    from launches
    {{ months_from_to('launches.launch_month', local_month(as_of()), 'months') }}
    where {{ local_midnight('months.month') }} < {{ as_of() }}

),

months as (

    select distinct month as day
    from calendar

),

thresholds as (

    {{ space_thresholds_on('months', [
        'sustaining_replies', 'sustaining_member_ratio', 'sustaining_answered_ratio', 'sustaining_answered_days',
        'lost_member_ratio',
    ]) }}

),

written as (

    select
        space_key,
        month,
        count(*) filter (where kind = 'topic') as topics,
        count(*) filter (where kind = 'topic' and is_staff_at_time) as staff_topics,
        count(*) filter (where is_reply_to_other) as replies_to_others,
        count(*) filter (where is_reply_to_other and is_staff_at_time) as staff_replies_to_others
    from posts
    group by space_key, month

),

answered as (

    select
        topics.space_key,
        topics.month,
        count(*) as observed_topics,
        count(*) filter (
            where topics.first_reply_at <= {{ add_days('topics.opened_at', 'thresholds.sustaining_answered_days') }}
        ) as answered_topics
    from topics
    inner join thresholds on topics.month = thresholds.day
    where {{ add_days('topics.opened_at', 'thresholds.sustaining_answered_days') }} <= {{ known_until() }}
    group by topics.space_key, topics.month

),

measured as (

    select
        calendar.space_key,
        calendar.month,
        coalesce(written.topics, 0) as topics,
        coalesce(written.staff_topics, 0) as staff_topics,
        coalesce(written.replies_to_others, 0) as replies_to_others,
        coalesce(written.staff_replies_to_others, 0) as staff_replies_to_others,
        coalesce(answered.observed_topics, 0) as observed_topics,
        coalesce(answered.answered_topics, 0) as answered_topics
    from calendar
    left join written
        on
            calendar.space_key = written.space_key
            and calendar.month = written.month
    left join answered
        on
            calendar.space_key = answered.space_key
            and calendar.month = answered.month
    where written.space_key is not null or {{ is_month_begun('calendar.month') }}

),

shares as (

    select
        *,
        staff_topics / nullif(cast(topics as double), 0) as staff_topics_ratio,
        staff_replies_to_others / nullif(cast(replies_to_others as double), 0) as staff_replies_ratio,
        (replies_to_others - staff_replies_to_others) / nullif(cast(replies_to_others as double), 0)
            as member_replies_ratio,
        answered_topics / nullif(cast(observed_topics as double), 0) as answered_ratio
    from measured

)

select
    shares.space_key,
    shares.month,
    shares.topics,
    shares.staff_topics,
    shares.staff_topics_ratio,
    shares.replies_to_others,
    shares.staff_replies_to_others,
    shares.staff_replies_ratio,
    shares.member_replies_ratio,
    shares.observed_topics,
    shares.answered_topics,
    shares.answered_ratio,
    -- Not judged before the last topic of the month had its days to be answered; without topics nothing shows it.
    case
        when
            {{ add_days(local_midnight(add_months('shares.month', 1)), 'thresholds.sustaining_answered_days') }}
            <= {{ known_until() }}
            then
                shares.replies_to_others >= thresholds.sustaining_replies
                and shares.member_replies_ratio >= thresholds.sustaining_member_ratio
                and coalesce(shares.answered_ratio >= thresholds.sustaining_answered_ratio, false)
    end as is_self_sustaining,
    case
        when {{ is_month_complete('shares.month') }}
            then coalesce(shares.member_replies_ratio < thresholds.lost_member_ratio, false)
    end as is_below_lost_share
from shares
inner join thresholds on shares.month = thresholds.day
