-- Requests that shipped: were their voters told, and did they stay, against voters of others at the time.
select
    told_group, shipped_requests, told_share, telling_median_days, voters_active_before, voters_stayed_ratio,
    others_stayed_ratio, stayed_difference
from feedback_loop_summary
where period = 'all'
order by list_position(['all', 'told', 'not told', 'unknown'], told_group)
