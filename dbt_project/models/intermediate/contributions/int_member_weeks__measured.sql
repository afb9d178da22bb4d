-- Consecutive weeks minus 7 days for each before them give one and the same Monday: the streak's first, minus 7 days.
with

weeks as (

    select
        member_key,
        cast(date_trunc('week', local_date) as date) as week,
        min(local_date) as first_active_date
    from {{ ref('int_contributions__valued') }}
    where is_authored
    group by member_key, cast(date_trunc('week', local_date) as date)

),

anchored as (

    select
        *,
        {{ add_days('week', '-7 * row_number() over (partition by member_key order by week)') }} as anchor
    from weeks

)

select
    member_key,
    week,
    first_active_date,
    row_number() over (partition by member_key, anchor order by week) as streak_weeks
from anchored
