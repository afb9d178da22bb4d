select month, member_group, sum(value_usd) as value_usd
from contribution_value_by_group
where is_complete
group by all
