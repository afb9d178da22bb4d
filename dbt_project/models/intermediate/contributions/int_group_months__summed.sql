with

member_months as (

    select * from {{ ref('int_member_months__grouped') }}

),

seats as (

    select * from {{ ref('int_member_seats__dated') }}

),

seen as (

    select
        group_key,
        standing,
        program,
        member_group,
        month
    from member_months
    union
    select
        group_key,
        standing,
        program,
        member_group,
        month
    from seats

),

bounds as (

    select
        min(month) as first_month,
        greatest({{ local_month(last_instant()) }}, max(month)) as last_month
    from seen

),

member_groups as (

    select
        group_key,
        standing,
        program,
        member_group,
        min(month) as first_month
    from seen
    group by group_key, standing, program, member_group

),

-- Quiet months stay in the list: they are part of the year around them.
group_months as (

    select
        member_groups.group_key,
        calendar.month,
        member_groups.standing,
        member_groups.program,
        member_groups.member_group,
        least({{ months_between('bounds.first_month', 'calendar.month') }} + 1, 12) as months_observed
    from member_groups
    cross join bounds
    {{ months_from_to('member_groups.first_month', 'bounds.last_month', 'calendar') }}

),

sums as (

    select
        group_key,
        month,
        count(*) filter (where authored > 0) as people,
        sum(te_thirds) as te_thirds,
        sum(te_thirds_low) as te_thirds_low,
        sum(te_thirds_high) as te_thirds_high,
        sum(value_thirds_usd) as value_thirds_usd,
        sum(value_thirds_low_usd) as value_thirds_low_usd,
        sum(value_thirds_high_usd) as value_thirds_high_usd
    from member_months
    group by group_key, month

),

seat_counts as (

    select
        group_key,
        month,
        count(*) as seats
    from seats
    group by group_key, month

)

select
    group_months.group_key,
    group_months.month,
    group_months.standing,
    group_months.program,
    group_months.member_group,
    cast(group_months.months_observed as integer) as months_observed,
    case when group_months.standing != 'other' then coalesce(seat_counts.seats, 0) end as seats,
    coalesce(sums.people, 0) as people,
    cast(coalesce(sums.te_thirds, 0) as bigint) as te_thirds,
    cast(coalesce(sums.te_thirds_low, 0) as bigint) as te_thirds_low,
    cast(coalesce(sums.te_thirds_high, 0) as bigint) as te_thirds_high,
    cast(coalesce(sums.value_thirds_usd, 0) as decimal(18, 2)) as value_thirds_usd,
    cast(coalesce(sums.value_thirds_low_usd, 0) as decimal(18, 2)) as value_thirds_low_usd,
    cast(coalesce(sums.value_thirds_high_usd, 0) as decimal(18, 2)) as value_thirds_high_usd
from group_months
left join sums
    on
        group_months.group_key = sums.group_key
        and group_months.month = sums.month
left join seat_counts
    on
        group_months.group_key = seat_counts.group_key
        and group_months.month = seat_counts.month
