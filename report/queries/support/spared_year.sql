-- The same over the last twelve complete months; null unless each of them is known.
select
    case when count(avoided_direct_low) = count(*) then sum(avoided_direct_low) end as low,
    case when count(avoided_direct_base) = count(*) then sum(avoided_direct_base) end as base,
    case when count(avoided_direct_high) = count(*) then sum(avoided_direct_high) end as high,
    sum(direct_topics) as direct_topics,
    count(*) as months
from (
    select * from deflection_monthly where is_complete order by month desc limit 12
)
having count(*) > 0
