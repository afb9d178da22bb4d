-- The twelve months that a cycle or a calendar year values, and until when what others thought of them is known.
with

cycles as (

    select * from {{ ref('int_award_cycles__dated') }}

),

history as (

    select min({{ local_month('occurred_at') }}) as first_month
    from {{ ref('int_contributions__unioned') }}
    where is_authored

),

new_years as (

    select
        'year:' || cast(extract(year from new_year.month) - 1 as string) as window_key,
        new_year.month as ends_on,
        {{ add_days(local_midnight('new_year.month'), 30) }} as known_at
    from history
    {{ months_from_to('history.first_month', local_date(as_of()), 'new_year') }}
    where extract(month from new_year.month) = 1

),

windows as (

    select distinct
        window_key,
        cut_off_on as ends_on,
        cut_off_on as ruled_on,
        cut_off_at as ends_at,
        cut_off_at as known_at
    from cycles
    union all
    select
        window_key,
        ends_on,
        cast({{ add_days('ends_on', -1) }} as date) as ruled_on,
        {{ local_midnight('ends_on') }} as ends_at,
        known_at
    from new_years
    -- Likes and accepted answers of December have arrived by the end of January.
    where known_at <= {{ known_until() }}

)

select
    window_key,
    {{ add_months('ends_on', -12) }} as starts_on,
    ends_on,
    ruled_on,
    {{ local_midnight(add_months('ends_on', -12)) }} as starts_at,
    ends_at,
    known_at
from windows
