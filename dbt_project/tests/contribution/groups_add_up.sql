-- Months in which the groups together hold other ticket equivalents or money than the contributions of everyone but bots.
with

in_groups as (

    select
        month,
        sum(te_thirds) as te_thirds,
        sum(value_thirds_usd) as value_thirds_usd
    from {{ ref('int_group_months__summed') }}
    group by month

),

single as (

    select
        month,
        sum(te_thirds) as te_thirds,
        sum(value_thirds_usd) as value_thirds_usd
    from {{ ref('int_contributions__valued') }}
    where standing != 'bot'
    group by month

)

select
    single.month,
    single.te_thirds,
    in_groups.te_thirds as te_thirds_in_groups
from single
left join in_groups on single.month = in_groups.month
where
    single.te_thirds != coalesce(in_groups.te_thirds, 0)
    or single.value_thirds_usd != coalesce(in_groups.value_thirds_usd, 0)
