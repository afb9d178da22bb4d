-- Months count back from the cut-off's day of the month; after a first of a month they are the calendar's.
with

windows as (

    select * from {{ ref('int_award_windows__dated') }}

),

months as (

    select
        windows.window_key,
        {{ months_between('month_before.month', local_month('windows.ends_at')) }} as months_ago,
        windows.ends_on
    from windows
    {{ months_from_to(
        add_months(local_month('windows.ends_at'), -12), add_months(local_month('windows.ends_at'), -1), 'month_before'
    ) }}

),

bounds as (

    select
        window_key,
        months_ago,
        {{ add_months('ends_on', '-months_ago') }} as starts_on,
        {{ add_months('ends_on', '1 - months_ago') }} as ends_on
    from months

),

elsewhere as (

    select
        member_key,
        occurred_at,
        {{ local_date('occurred_at') }} as occurred_on
    from {{ ref('int_contributions__unioned') }}
    where is_authored and kind not in ('topic', 'reply')

),

days as (

    select
        window_key,
        member_key,
        created_on as occurred_on,
        count(*) as contributions
    from {{ ref('int_award_posts__dated') }}
    group by window_key, member_key, created_on
    union all
    select
        windows.window_key,
        elsewhere.member_key,
        elsewhere.occurred_on,
        count(*) as contributions
    from elsewhere
    inner join windows
        on
            elsewhere.occurred_at >= windows.starts_at
            and elsewhere.occurred_at < windows.ends_at
    group by windows.window_key, elsewhere.member_key, elsewhere.occurred_on

)

select
    days.window_key,
    days.member_key,
    bounds.months_ago,
    bounds.starts_on,
    cast(sum(days.contributions) as bigint) as contributions
from days
inner join bounds
    on
        days.window_key = bounds.window_key
        and days.occurred_on >= bounds.starts_on
        -- A build in the middle of a day counts that day to the month before.
        and (days.occurred_on < bounds.ends_on or bounds.months_ago = 1)
group by days.window_key, days.member_key, bounds.months_ago, bounds.starts_on
