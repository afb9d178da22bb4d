with

member_days as (

    select
        member_key,
        local_date as day,
        bool_or(standing not in ('bot', 'evangelist', 'staff')) as is_non_staff
    from {{ ref('int_contributions__valued') }}
    where is_authored
    group by member_key, local_date

),

audience_days as (

    select
        false as is_of_members,
        member_key,
        day
    from member_days
    union all
    select
        true as is_of_members,
        member_key,
        day
    from member_days
    where is_non_staff

),

next_days as (

    select
        *,
        lead(day) over (partition by is_of_members, member_key order by day) as next_day
    from audience_days

),

-- A contribution keeps its author in the window for so many days, or until the next one does.
steps as (

    select
        is_of_members,
        day,
        1 as daily,
        1 as weekly,
        1 as monthly
    from next_days
    union all
    select
        is_of_members,
        {{ add_days('day', 1) }} as day,
        -1 as daily,
        0 as weekly,
        0 as monthly
    from next_days
    union all
    select
        is_of_members,
        least({{ add_days('day', 7) }}, next_day) as day,
        0 as daily,
        -1 as weekly,
        0 as monthly
    from next_days
    union all
    select
        is_of_members,
        least({{ add_days('day', 28) }}, next_day) as day,
        0 as daily,
        0 as weekly,
        -1 as monthly
    from next_days

),

daily_steps as (

    select
        is_of_members,
        cast(day as date) as day,
        sum(daily) as daily,
        sum(weekly) as weekly,
        sum(monthly) as monthly
    from steps
    group by is_of_members, cast(day as date)

),

community as (

    select min(day) as first_day
    from member_days

),

calendar as (

    select
        days.day,
        community.first_day,
        audiences.is_of_members,
        {{ local_midnight(add_days('days.day', 1)) }} <= {{ known_until() }} as is_complete
    from community
    {{ days_from_to('community.first_day', last_day(), 'days') }}
    cross join (values (false), (true)) as audiences (is_of_members)

),

summed as (

    select
        calendar.*,
        sum(coalesce(daily_steps.daily, 0)) over so_far as daily_contributors,
        sum(coalesce(daily_steps.weekly, 0)) over so_far as weekly_contributors,
        sum(coalesce(daily_steps.monthly, 0)) over so_far as monthly_contributors
    from calendar
    left join daily_steps
        on calendar.is_of_members = daily_steps.is_of_members and calendar.day = daily_steps.day
    window so_far as (partition by calendar.is_of_members order by calendar.day)

),

windows as (

    select
        *,
        {{ days_between('first_day', 'day') }} >= 27 as is_window_full,
        sum(daily_contributors) over (
            partition by is_of_members order by day rows between 27 preceding and current row
        ) as contributor_days
    from summed

),

measured as (

    select
        *,
        case
            when is_window_full then contributor_days / (28 * nullif(cast(monthly_contributors as double), 0))
        end as stickiness_ratio
    from windows

)

select
    day,
    cast(max(case when not is_of_members then daily_contributors end) as bigint) as daily_contributors,
    cast(max(case when not is_of_members then weekly_contributors end) as bigint) as weekly_contributors,
    cast(max(case when not is_of_members then monthly_contributors end) as bigint) as monthly_contributors,
    max(case when not is_of_members then stickiness_ratio end) as stickiness_ratio,
    cast(max(case when is_of_members then daily_contributors end) as bigint) as non_staff_daily_contributors,
    cast(max(case when is_of_members then weekly_contributors end) as bigint) as non_staff_weekly_contributors,
    cast(max(case when is_of_members then monthly_contributors end) as bigint) as non_staff_monthly_contributors,
    max(case when is_of_members then stickiness_ratio end) as non_staff_stickiness_ratio,
    bool_and(is_window_full) as is_window_full,
    bool_and(is_complete) as is_complete
from measured
group by day
