-- Months are summed once for everybody; only months in which somebody's turning point lies are kept.
with

turning_months as (

    select distinct month
    from {{ ref('int_turning_points__dated') }}
    where is_complete

),

monthly as (

    select
        member_key,
        {{ local_month('occurred_at') }} as month,
        expertise_area,
        sum(case when is_authored then quantity else 0 end) as authored,
        sum(te_thirds) as te_thirds
    from {{ ref('int_contributions__unioned') }}
    group by member_key, {{ local_month('occurred_at') }}, expertise_area

),

help as (

    select
        member_key,
        month,
        sum(te_thirds) as te_thirds
    from monthly
    group by member_key, month

),

windows as (

    select
        months.member_key,
        months.month,
        months.months_since_first as tenure_months,
        sum(months.authored) over half_year_before_last as authored_12_to_7,
        sum(months.authored) over last_half_year as authored_6_to_1,
        sum(months.authored) over next_half_year as authored_after,
        sum(help.te_thirds) over last_half_year as te_thirds_before,
        sum(help.te_thirds) over next_half_year as te_thirds_after,
        bool_or(months.is_staff or months.is_bot) over all_of_them as is_staff
    from {{ ref('int_member_months__measured') }} as months
    left join help
        on
            months.member_key = help.member_key
            and months.month = help.month
    -- Every month since the first has a row, so rows are months.
    window
        half_year_before_last as (
            partition by months.member_key order by months.month rows between 12 preceding and 7 preceding
        ),
        last_half_year as (
            partition by months.member_key order by months.month rows between 6 preceding and 1 preceding
        ),
        next_half_year as (
            partition by months.member_key order by months.month rows between 1 following and 6 following
        ),
        all_of_them as (
            partition by months.member_key order by months.month rows between 12 preceding and 6 following
        )

),

kept as (

    select windows.*
    from windows
    inner join turning_months on windows.month = turning_months.month
    where windows.tenure_months > 0

),

areas as (

    select
        monthly.member_key,
        turning_months.month,
        monthly.expertise_area,
        sum(monthly.authored) as authored
    from monthly
    inner join turning_months
        on
            monthly.month < turning_months.month
            and monthly.month >= {{ add_months('turning_months.month', -12) }}
    where monthly.expertise_area is not null and monthly.authored > 0
    group by monthly.member_key, turning_months.month, monthly.expertise_area

),

main_areas as (

    select
        member_key,
        month,
        min_by(expertise_area, (-authored, expertise_area)) as expertise_area
    from areas
    group by member_key, month

)

select
    kept.member_key,
    kept.month,
    main_areas.expertise_area,
    kept.tenure_months,
    case
        when kept.tenure_months < 12 then 'under 1 year'
        when kept.tenure_months < 36 then '1 to 3 years'
        else '3 years and more'
    end as tenure_band,
    cast(coalesce(kept.authored_12_to_7, 0) as bigint) as authored_12_to_7,
    cast(coalesce(kept.authored_6_to_1, 0) as bigint) as authored_6_to_1,
    cast(kept.authored_after as bigint) as authored_after,
    cast(coalesce(kept.te_thirds_before, 0) as bigint) as te_thirds_before,
    cast(coalesce(kept.te_thirds_after, 0) as bigint) as te_thirds_after,
    kept.is_staff
from kept
left join main_areas on kept.member_key = main_areas.member_key and kept.month = main_areas.month
