with

newcomers as (

    select
        newcomers.*,
        {{ add_days('newcomers.starts_at', 180) }} as watched_until,
        echoes.acknowledged_at,
        echoes.liked_or_accepted_at,
        echoes.first_reply_at
    from {{ ref('int_newcomers__dated') }} as newcomers
    left join {{ ref('int_newcomers__acknowledged') }} as echoes on newcomers.member_key = echoes.member_key

),

-- Each step counts only after the one before it.
posted as (

    select
        *,
        coalesce(first_contribution_at <= watched_until, false) as has_posted
    from newcomers

),

acknowledged as (

    select
        *,
        has_posted and coalesce(acknowledged_at <= watched_until, false) as has_been_acknowledged
    from posted

),

returned as (

    select
        *,
        has_been_acknowledged and coalesce(second_week_at <= watched_until, false) as has_come_back
    from acknowledged

),

stepped as (

    select
        *,
        has_come_back and coalesce(third_month_at <= watched_until, false) as has_become_regular,
        has_posted and first_kind = 'topic' as is_topic_starter,
        coalesce(first_reply_at <= {{ add_days('first_contribution_at', 1) }}, false) as is_answered_in_a_day
    from returned

),

grouped as (

    select
        'all' as member_group,
        *
    from stepped
    union all
    select
        case when is_staff then 'staff' else segment end as member_group,
        *
    from stepped

),

counted as (

    select
        join_month,
        member_group,
        {{ is_month_complete(add_months('join_month', 6)) }} as is_observed,
        count(*) as joined,
        count(*) filter (where start_basis = 'account') as joined_by_account,
        count(*) filter (where has_posted) as posted,
        count(*) filter (where has_been_acknowledged) as acknowledged,
        count(*) filter (where has_come_back) as second_week,
        count(*) filter (where has_become_regular) as regular,
        count(*) filter (where is_topic_starter) as topic_starters,
        count(*) filter (where is_topic_starter and is_answered_in_a_day) as answered_in_a_day,
        count(*) filter (where has_posted and liked_or_accepted_at <= watched_until) as liked_or_accepted
    from grouped
    group by join_month, member_group

)

select
    join_month,
    member_group,
    joined,
    joined_by_account,
    case when is_observed then posted end as posted,
    case when is_observed then acknowledged end as acknowledged,
    case when is_observed then second_week end as second_week,
    case when is_observed then regular end as regular,
    case when is_observed then posted / cast(joined as double) end as posted_ratio,
    case when is_observed then acknowledged / nullif(cast(posted as double), 0) end as acknowledged_ratio,
    case when is_observed then second_week / nullif(cast(acknowledged as double), 0) end as second_week_ratio,
    case when is_observed then regular / nullif(cast(second_week as double), 0) end as regular_ratio,
    case when is_observed then regular / cast(joined as double) end as joined_to_regular_ratio,
    case when is_observed then topic_starters end as topic_starters,
    case when is_observed then answered_in_a_day end as answered_in_a_day,
    case when is_observed then answered_in_a_day / nullif(cast(topic_starters as double), 0) end
        as answered_in_a_day_ratio,
    case when is_observed then liked_or_accepted end as liked_or_accepted,
    case when is_observed then liked_or_accepted / nullif(cast(posted as double), 0) end as liked_or_accepted_ratio,
    is_observed,
    {{ is_month_complete('join_month') }} as is_complete
from counted
