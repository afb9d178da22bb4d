select month, 'Tickets solved with one reply' as label, one_touch_ratio as value
from support_times_monthly where dimension = 'all' and is_complete
union all
select month, 'Tickets reopened', reopened_ratio
from support_times_monthly where dimension = 'all' and is_complete
