with

member_months as (

    select * from {{ ref('int_member_months__grouped') }}

),

bounds as (

    select
        min(month) as first_month,
        greatest({{ local_month(last_instant()) }}, max(month)) as last_month
    from member_months

),

member_groups as (

    select
        standing,
        program,
        member_group,
        min(month) as first_month
    from member_months
    group by standing, program, member_group

),

-- Quiet months stay in the list: they are part of the year around them.
group_months as (

    select
        calendar.month,
        member_groups.standing,
        member_groups.program,
        member_groups.member_group,
        bounds.first_month,
        {{ is_month_complete('calendar.month') }} as is_complete,
        {{ is_month_settled('calendar.month') }} as is_settled
    from member_groups
    cross join bounds
    {{ months_from_to('member_groups.first_month', 'bounds.last_month', 'calendar') }}

),

in_month as (

    select
        month,
        standing,
        coalesce(program, '') as program_or_none,
        member_group,
        count(*) filter (where authored > 0) as people,
        sum(te_thirds) as te_thirds,
        sum(te_thirds_low) as te_thirds_low,
        sum(te_thirds_high) as te_thirds_high,
        sum(value_thirds_usd) as value_thirds_usd,
        sum(value_thirds_low_usd) as value_thirds_low_usd,
        sum(value_thirds_high_usd) as value_thirds_high_usd
    from member_months
    group by month, standing, program, member_group

),

-- A month counts in each of the twelve years that hold it, one ending with every month.
person_years as (

    select
        calendar.month,
        member_months.standing,
        coalesce(member_months.program, '') as program_or_none,
        member_months.member_group,
        member_months.member_key,
        count(*) filter (where member_months.authored > 0) as months,
        sum(member_months.te_thirds) as te_thirds,
        sum(member_months.value_thirds_usd) as value_thirds_usd,
        sum(member_months.value_thirds_low_usd) as value_thirds_low_usd,
        sum(member_months.value_thirds_high_usd) as value_thirds_high_usd
    from member_months
    cross join bounds
    {{ months_from_to(
        'member_months.month', 'least(' ~ add_months('member_months.month', 11) ~ ', bounds.last_month)', 'calendar'
    ) }}
    group by
        calendar.month, member_months.standing, member_months.program, member_months.member_group,
        member_months.member_key

),

group_years as (

    select
        month,
        standing,
        program_or_none,
        member_group,
        count(*) filter (where months > 0) as people,
        sum(months) as member_months,
        sum(te_thirds) as te_thirds,
        sum(value_thirds_usd) as value_thirds_usd,
        sum(value_thirds_low_usd) as value_thirds_low_usd,
        sum(value_thirds_high_usd) as value_thirds_high_usd,
        percentile_cont(0.5) within group (
            order by cast(value_thirds_usd as double) / 3 / (nullif(months, 0) / 12.0)
        ) as median_usd
    from person_years
    group by month, standing, program_or_none, member_group

)

select
    group_months.month,
    group_months.member_group,
    group_months.standing,
    group_months.program,
    coalesce(in_month.people, 0) as people,
    coalesce(in_month.te_thirds, 0) / 3.0 as ticket_equivalents,
    coalesce(in_month.te_thirds_low, 0) / 3.0 as ticket_equivalents_low,
    coalesce(in_month.te_thirds_high, 0) / 3.0 as ticket_equivalents_high,
    cast(coalesce(in_month.value_thirds_usd, 0) as double) / 3 as value_usd,
    cast(coalesce(in_month.value_thirds_low_usd, 0) as double) / 3 as value_low_usd,
    cast(coalesce(in_month.value_thirds_high_usd, 0) as double) / 3 as value_high_usd,
    case when group_months.is_complete then coalesce(group_years.people, 0) end as people_12_months,
    case when group_months.is_complete then cast(coalesce(group_years.member_months, 0) as bigint) end
        as member_months_12_months,
    case when group_months.is_complete then coalesce(group_years.te_thirds, 0) / 3.0 end
        as ticket_equivalents_12_months,
    case when group_months.is_complete then cast(coalesce(group_years.value_thirds_usd, 0) as double) / 3 end
        as value_12_months_usd,
    case when group_months.is_complete then cast(coalesce(group_years.value_thirds_low_usd, 0) as double) / 3 end
        as value_low_12_months_usd,
    case when group_months.is_complete then cast(coalesce(group_years.value_thirds_high_usd, 0) as double) / 3 end
        as value_high_12_months_usd,
    case
        when group_months.is_complete
            then cast(group_years.value_thirds_usd as double) / 3 / (nullif(group_years.member_months, 0) / 12.0)
    end as value_per_person_year_usd,
    case when group_months.is_complete then cast(group_years.median_usd as double) end
        as median_value_per_person_year_usd,
    cast(least({{ months_between('group_months.first_month', 'group_months.month') }} + 1, 12) as integer)
        as months_observed,
    group_months.is_complete,
    group_months.is_settled
from group_months
left join in_month
    on
        group_months.month = in_month.month
        and group_months.standing = in_month.standing
        and coalesce(group_months.program, '') = in_month.program_or_none
        and group_months.member_group = in_month.member_group
left join group_years
    on
        group_months.month = group_years.month
        and group_months.standing = group_years.standing
        and coalesce(group_months.program, '') = group_years.program_or_none
        and group_months.member_group = group_years.member_group
