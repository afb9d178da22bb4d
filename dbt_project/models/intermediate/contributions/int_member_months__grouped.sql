-- Who changes standing within a month has a row for each.
with

grouped as (

    select
        member_key,
        month,
        standing,
        program,
        case when standing = 'program' then tier else standing end as member_group,
        count(*) filter (where is_authored) as authored,
        sum(te_thirds) as te_thirds,
        sum(te_thirds_low) as te_thirds_low,
        sum(te_thirds_high) as te_thirds_high,
        sum(value_thirds_usd) as value_thirds_usd,
        sum(value_thirds_low_usd) as value_thirds_low_usd,
        sum(value_thirds_high_usd) as value_thirds_high_usd
    from {{ ref('int_contributions__valued') }}
    where standing != 'bot'
    group by member_key, month, standing, program, tier

)

select
    {{ group_key('standing', 'program', 'member_group') }} as group_key,
    member_key,
    month,
    standing,
    program,
    member_group,
    authored,
    cast(te_thirds as bigint) as te_thirds,
    cast(te_thirds_low as bigint) as te_thirds_low,
    cast(te_thirds_high as bigint) as te_thirds_high,
    cast(value_thirds_usd as decimal(18, 2)) as value_thirds_usd,
    cast(value_thirds_low_usd as decimal(18, 2)) as value_thirds_low_usd,
    cast(value_thirds_high_usd as decimal(18, 2)) as value_thirds_high_usd
from grouped
