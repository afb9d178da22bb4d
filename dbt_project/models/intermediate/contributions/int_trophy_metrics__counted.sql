-- Only what a trophy asks for is counted; sums run over days, not over single events.
with

contributions as (

    select * from {{ ref('int_contributions__valued') }}

),

by_kind as (

    select
        member_key,
        local_date,
        kind,
        sum(quantity) as quantity,
        count(*) filter (where is_answer) as answers,
        sum(te_thirds) as te_thirds
    from contributions
    group by member_key, local_date, kind

),

years as (

    select
        member_key,
        min(local_date) as local_date
    from contributions
    where is_authored
    group by member_key, extract(year from local_date)

),

-- A streak's week counts when it makes the streak longer than any before.
weeks as (

    select
        member_key,
        first_active_date as local_date,
        streak_weeks,
        max(streak_weeks) over (
            partition by member_key
            order by week
            rows between unbounded preceding and 1 preceding
        ) as longest_before
    from {{ ref('int_member_weeks__measured') }}

),

added as (

    select
        member_key,
        local_date,
        case kind
            when 'reply' then 'replies'
            when 'activity' then 'activities'
            when 'like_received' then 'likes_received'
            else kind || 's'
        end as metric,
        quantity
    from by_kind
    union all
    select
        member_key,
        local_date,
        'answers' as metric,
        answers as quantity
    from by_kind
    where answers > 0
    union all
    select
        member_key,
        local_date,
        'ticket_equivalents' as metric,
        te_thirds as quantity
    from by_kind
    where te_thirds > 0
    union all
    select
        first_reply_member_key as member_key,
        {{ local_date('first_reply_at') }} as local_date,
        'first_answers' as metric,
        1 as quantity
    from {{ ref('int_topics__answered') }}
    where is_question and first_reply_at is not null
    union all
    select
        member_key,
        {{ local_date('first_helped_at') }} as local_date,
        'people_helped' as metric,
        1 as quantity
    from {{ ref('int_members_helped__dated') }}
    union all
    select
        member_key,
        local_date,
        'streak_weeks' as metric,
        1 as quantity
    from weeks
    where streak_weeks > coalesce(longest_before, 0)
    union all
    select
        member_key,
        local_date,
        'years' as metric,
        1 as quantity
    from years
    union all
    -- A board that does not say when it shipped something tells at least what it did before.
    select
        member_key,
        {{ local_date(
            'coalesce(reached_completed_at, closed_at, greatest(submitted_at, first_response_at, reached_planned_at, '
            ~ 'reached_started_at))'
        ) }} as local_date,
        'completed_requests' as metric,
        1 as quantity
    from {{ ref('int_requests__staged') }}
    where has_been_completed and not is_merged and member_key is not null
    union all
    select
        member_key,
        {{ local_date('reported_at') }} as local_date,
        'confirmed_bug_reports' as metric,
        1 as quantity
    from {{ ref('int_bug_reports__mapped') }}
    where is_confirmed and member_key is not null

),

daily as (

    select
        member_key,
        metric,
        local_date,
        sum(quantity) as quantity
    from added
    where metric in (select trophies.metric from {{ ref('trophies') }} as trophies)
    group by member_key, metric, local_date

),

running as (

    select
        *,
        sum(quantity) over (
            partition by member_key, metric
            order by local_date
            rows between unbounded preceding and current row
        ) as total
    from daily

)

select
    member_key,
    metric,
    local_date,
    case when metric = 'ticket_equivalents' then total / 3.0 else cast(total as double) end as total,
    case when metric = 'ticket_equivalents' then (total - quantity) / 3.0 else cast(total - quantity as double) end
        as total_before
from running
