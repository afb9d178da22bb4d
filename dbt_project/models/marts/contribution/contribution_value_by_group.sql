with

group_months as (

    select
        *,
        {{ is_month_complete('month') }} as is_complete,
        {{ is_month_settled('month') }} as is_settled
    from {{ ref('int_group_months__summed') }}

),

last_month as (

    select max(month) as month
    from group_months
    where is_complete

),

-- A month of a person counts in each of the twelve years that hold it, one ending with every month.
person_years as (

    select
        calendar.month,
        member_months.group_key,
        member_months.member_key,
        count(*) as months,
        sum(member_months.value_thirds_usd) as value_thirds_usd
    from {{ ref('int_member_months__grouped') }} as member_months
    cross join last_month
    {{ months_from_to(
        'member_months.month', 'least(' ~ add_months('member_months.month', 11) ~ ', last_month.month)', 'calendar'
    ) }}
    where member_months.authored > 0
    group by calendar.month, member_months.group_key, member_months.member_key

),

people_of_the_year as (

    select
        month,
        group_key,
        count(*) as people,
        percentile_cont(0.5) within group (
            order by cast(value_thirds_usd as double) / 3 / (months / 12.0)
        ) as median_usd
    from person_years
    group by month, group_key

),

-- Every group has a row for each month since its first, so twelve rows are twelve months.
years as (

    select
        group_months.*,
        people_of_the_year.people as people_12_months,
        people_of_the_year.median_usd,
        sum(group_months.people) over last_year as member_months,
        sum(group_months.seats) over last_year as seat_months,
        sum(group_months.te_thirds) over last_year as te_thirds_12_months,
        sum(group_months.value_thirds_usd) over last_year as value_thirds_12_months_usd,
        sum(group_months.value_thirds_low_usd) over last_year as value_thirds_low_12_months_usd,
        sum(group_months.value_thirds_high_usd) over last_year as value_thirds_high_12_months_usd
    from group_months
    left join people_of_the_year
        on
            group_months.group_key = people_of_the_year.group_key
            and group_months.month = people_of_the_year.month
    window last_year as (
        partition by group_months.group_key
        order by group_months.month
        rows between 11 preceding and current row
    )

)

select
    month,
    member_group,
    standing,
    program,
    people,
    seats,
    te_thirds / 3.0 as ticket_equivalents,
    te_thirds_low / 3.0 as ticket_equivalents_low,
    te_thirds_high / 3.0 as ticket_equivalents_high,
    cast(value_thirds_usd as double) / 3 as value_usd,
    cast(value_thirds_low_usd as double) / 3 as value_low_usd,
    cast(value_thirds_high_usd as double) / 3 as value_high_usd,
    case when is_complete then coalesce(people_12_months, 0) end as people_12_months,
    case when is_complete then cast(member_months as bigint) end as member_months_12_months,
    case when is_complete then cast(seat_months as bigint) end as seat_months_12_months,
    case when is_complete then te_thirds_12_months / 3.0 end as ticket_equivalents_12_months,
    case when is_complete then cast(value_thirds_12_months_usd as double) / 3 end as value_12_months_usd,
    case when is_complete then cast(value_thirds_low_12_months_usd as double) / 3 end as value_low_12_months_usd,
    case when is_complete then cast(value_thirds_high_12_months_usd as double) / 3 end as value_high_12_months_usd,
    case
        when is_complete then cast(value_thirds_12_months_usd as double) / 3 / (nullif(member_months, 0) / 12.0)
    end as value_per_person_year_usd,
    case when is_complete then median_usd end as median_value_per_person_year_usd,
    case
        when is_complete then cast(value_thirds_12_months_usd as double) / 3 / (nullif(seat_months, 0) / 12.0)
    end as value_per_seat_year_usd,
    months_observed,
    is_complete,
    is_settled
from years
