-- Support groups and segments in the last complete month.
select
    case t.dimension when 'space' then 'group' else t.dimension end as told_apart_by,
    coalesce(s.name, t.dimension_value) as part,
    t.tickets,
    t.first_reply_median_hours,
    t.full_resolution_median_hours,
    t.full_resolution_p90_hours,
    t.reopened_ratio
from support_times_monthly as t
left join dim_space as s on t.dimension = 'space' and t.dimension_value = s.space_key
where t.dimension <> 'all'
    and t.month = (select max(month) from support_times_monthly where is_complete)
order by t.dimension, t.tickets desc, t.dimension_value
