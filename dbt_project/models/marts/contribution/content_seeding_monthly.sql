with

measured as (

    select * from {{ ref('int_space_seeding__measured') }}

),

spaces as (

    select * from {{ ref('int_spaces__unioned') }}

),

launches as (

    select * from {{ ref('int_space_launches__dated') }}

),

-- Every month has a row, so three rows in a row are three months in a row.
streaks as (

    select
        *,
        count(*) filter (where is_self_sustaining) over three_months = 3 as has_three_sustaining,
        count(*) filter (where is_below_lost_share) over three_months = 3 as has_three_below
    from measured
    window three_months as (
        partition by space_key order by month
        rows between 2 preceding and current row
    )

),

previous_turns as (

    select
        *,
        max(case when has_three_sustaining then month end) over earlier as last_sustaining_month,
        max(case when has_three_below then month end) over earlier as last_below_month
    from streaks
    window earlier as (
        partition by space_key order by month
        rows between unbounded preceding and 1 preceding
    )

),

-- A space turns self-sustaining with its third such month unless it is already; it is lost only after that.
turns as (

    select
        *,
        has_three_sustaining
        and (
            last_sustaining_month is null
            or coalesce(last_below_month > last_sustaining_month, false)
        ) as is_confirmed_now,
        has_three_below
        and last_sustaining_month is not null
        and not coalesce(last_below_month > last_sustaining_month, false) as is_lost_now
    from previous_turns

),

states as (

    select
        *,
        max(case when is_confirmed_now then month end) over so_far as last_confirmed_month,
        max(case when is_lost_now then month end) over so_far as last_lost_month
    from turns
    window so_far as (
        partition by space_key order by month
        rows between unbounded preceding and current row
    )

)

select
    states.space_key,
    states.month,
    spaces.source_name,
    states.topics,
    states.staff_topics,
    states.staff_topics_ratio,
    states.replies_to_others,
    states.staff_replies_to_others,
    states.staff_replies_ratio,
    states.member_replies_ratio,
    states.observed_topics,
    states.answered_topics,
    states.answered_ratio,
    states.is_self_sustaining,
    case
        when states.last_confirmed_month is null then 'not yet'
        when states.last_lost_month > states.last_confirmed_month then 'lost'
        else 'self-sustaining'
    end as status,
    {{ add_months('states.last_confirmed_month', -2) }} as self_sustaining_since_month,
    states.last_confirmed_month as self_sustaining_confirmed_month,
    case when states.last_lost_month > states.last_confirmed_month then states.last_lost_month end as lost_month,
    launches.launched_at,
    launches.launch_is_observed,
    cast({{ months_between('launches.launch_month', 'states.month') }} as integer) as months_since_launch,
    {{ is_month_complete('states.month') }} as is_complete
from states
inner join spaces on states.space_key = spaces.space_key
inner join launches on states.space_key = launches.space_key
