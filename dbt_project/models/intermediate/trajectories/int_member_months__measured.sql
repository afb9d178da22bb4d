with

authored as (

    select
        member_key,
        {{ local_date('occurred_at') }} as local_date,
        count(*) as authored
    from {{ ref('int_contributions__unioned') }}
    where is_authored
    group by member_key, {{ local_date('occurred_at') }}

),

activity as (

    select
        member_key,
        cast(date_trunc('month', local_date) as date) as month,
        cast(sum(authored) as bigint) as authored,
        count(*) as active_days
    from authored
    group by member_key, cast(date_trunc('month', local_date) as date)

),

answers as (

    select
        member_key,
        {{ local_month('created_at') }} as month,
        count(*) as answers_to_others
    from {{ ref('int_posts__classified') }}
    where is_counted and kind = 'reply' and not is_in_own_topic
    group by member_key, {{ local_month('created_at') }}

),

first_months as (

    select
        member_key,
        min(month) as first_month
    from activity
    group by member_key

),

community as (

    select min(first_month) as first_month
    from first_months

),

-- Time zones are looked up once a month, not once a row.
calendar as (

    select
        months.month,
        {{ local_midnight('months.month') }} as starts_at,
        {{ local_midnight(add_months('months.month', 1)) }} as ends_at,
        {{ is_month_complete('months.month') }} as is_complete
    from community
    {{ months_from_to('community.first_month', local_month(as_of()), 'months') }}
    where {{ local_midnight('months.month') }} < {{ as_of() }}

),

staff_months as (

    select
        staff_periods.member_key,
        calendar.month,
        bool_or(staff_periods.role = 'bot') as is_bot
    from {{ ref('int_staff_periods__unioned') }} as staff_periods
    inner join calendar
        on staff_periods.starts_at < calendar.ends_at and staff_periods.ends_at > calendar.starts_at
    group by staff_periods.member_key, calendar.month

)

select
    first_months.member_key,
    calendar.month,
    first_months.first_month,
    cast({{ months_between('first_months.first_month', 'calendar.month') }} as integer) as months_since_first,
    coalesce(activity.authored, 0) as authored,
    coalesce(answers.answers_to_others, 0) as answers_to_others,
    coalesce(activity.active_days, 0) as active_days,
    staff_months.member_key is not null as is_staff,
    coalesce(staff_months.is_bot, false) as is_bot,
    calendar.is_complete
from first_months
inner join calendar on first_months.first_month <= calendar.month
left join activity
    on first_months.member_key = activity.member_key and calendar.month = activity.month
left join answers
    on first_months.member_key = answers.member_key and calendar.month = answers.month
left join staff_months
    on first_months.member_key = staff_months.member_key and calendar.month = staff_months.month
