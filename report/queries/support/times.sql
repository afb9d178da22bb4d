-- The desk, month by month; tickets that wait count as waiting.
select
    month, tickets, first_reply_median_hours, first_reply_p90_hours, full_resolution_median_hours,
    full_resolution_p90_hours, one_touch_ratio, reopened_ratio, sla_met_ratio
from support_times_monthly
where dimension = 'all' and is_complete
    and month >= (select max(month) from support_times_monthly where is_complete) - interval 23 month
order by month desc
