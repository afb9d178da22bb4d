select
    month,
    first_reply_median_hours as first_reply_median,
    first_reply_p90_hours as first_reply_p90,
    full_resolution_median_hours as full_resolution_median
from support_times_monthly
where dimension = 'all' and is_complete
