-- The last complete month of the desk.
select
    month, tickets, first_reply_median_hours, first_reply_p90_hours, full_resolution_median_hours,
    one_touch_ratio, reopened_ratio
from support_times_monthly
where dimension = 'all' and is_complete
order by month desc
limit 1
