-- Who changes standing within a month has a row for each.
select
    member_key,
    month,
    standing,
    program,
    case when standing = 'program' then tier else standing end as member_group,
    count(*) filter (where is_authored) as authored,
    cast(sum(te_thirds) as bigint) as te_thirds,
    cast(sum(te_thirds_low) as bigint) as te_thirds_low,
    cast(sum(te_thirds_high) as bigint) as te_thirds_high,
    cast(sum(value_thirds_usd) as decimal(18, 2)) as value_thirds_usd,
    cast(sum(value_thirds_low_usd) as decimal(18, 2)) as value_thirds_low_usd,
    cast(sum(value_thirds_high_usd) as decimal(18, 2)) as value_thirds_high_usd
from {{ ref('int_contributions__valued') }}
where standing != 'bot'
group by member_key, month, standing, program, tier
