-- Requests stuck at the end of each month, by where they stood.
select month, stage, standing, stuck, stuck_share, median_age_days
from stuck_requests_monthly
where segment = 'all' and is_complete
    and month >= (select max(month) from stuck_requests_monthly where is_complete) - interval 23 month
order by month, list_position(['submitted', 'responded', 'planned', 'started'], stage)
