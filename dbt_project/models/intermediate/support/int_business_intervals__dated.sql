with

span as (

    select
        {{ add_days(local_date('min(created_at)'), -2) }} as first_day,
        {{ add_days(local_date(as_of()), 2) }} as last_day
    from {{ ref('int_tickets__unioned') }}

),

days as (

    select days.day
    from span
    {{ days_from_to('span.first_day', 'span.last_day', 'days') }}

),

hours as (

    select
        schedule,
        case weekday
            when 'monday' then 1
            when 'tuesday' then 2
            when 'wednesday' then 3
            when 'thursday' then 4
            when 'friday' then 5
            when 'saturday' then 6
            when 'sunday' then 7
        end as weekday,
        {{ minutes_of_day('opens') }} as opens,
        {{ minutes_of_day('closes') }} as closes,
        timezone,
        valid_from,
        valid_to
    from {{ ref('business_hours') }}

),

stretches as (

    select
        hours.schedule,
        hours.timezone,
        {{ time_of_day('days.day', 'hours.opens') }} as opens_locally,
        {{ time_of_day('days.day', 'hours.closes') }} as closes_locally
    from days
    inner join hours
        on
            {{ weekday_number('days.day') }} = hours.weekday
            and {{ holds_on('days.day', 'hours.valid_from', 'hours.valid_to') }}
    left join {{ ref('business_holidays') }} as holidays
        on
            days.day = holidays.holiday_on
            and holidays.schedule in (hours.schedule, '*')
    where holidays.holiday_on is null

),

guessed as (

    select
        *,
        {{ instant_by_offset('timezone', 'opens_locally', -1) }} as opens_before,
        {{ instant_by_offset('timezone', 'opens_locally', 1) }} as opens_after,
        {{ instant_by_offset('timezone', 'closes_locally', -1) }} as closes_before,
        {{ instant_by_offset('timezone', 'closes_locally', 1) }} as closes_after
    from stretches

),

placed as (

    select
        schedule,
        {{ instant_of_guesses('timezone', 'opens_locally', 'opens_before', 'opens_after', 'least') }} as opens_at,
        {{ instant_of_guesses('timezone', 'closes_locally', 'closes_before', 'closes_after', 'greatest') }} as closes_at
    from guessed

),

-- Stretches that touch or overlap are one.
bordered as (

    select
        *,
        coalesce(
            opens_at > max(closes_at) over (
                partition by schedule
                order by opens_at, closes_at
                rows between unbounded preceding and 1 preceding
            ),
            true
        ) as is_apart
    from placed
    where opens_at < closes_at

),

numbered as (

    select
        *,
        count(*) filter (where is_apart) over (
            partition by schedule
            order by opens_at, closes_at
            rows between unbounded preceding and current row
        ) as interval_number
    from bordered

),

merged as (

    select
        schedule,
        min(opens_at) as opens_at,
        max(closes_at) as closes_at
    from numbered
    group by schedule, interval_number

)

select
    schedule,
    opens_at,
    closes_at,
    cast(
        coalesce(
            sum({{ microseconds_between('opens_at', 'closes_at') }}) over (
                partition by schedule
                order by opens_at
                rows between unbounded preceding and 1 preceding
            ),
            0
        ) as bigint
    ) as open_microseconds_before
from merged
