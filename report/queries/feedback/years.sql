-- Requests by the year they were submitted in.
select
    period, requests, responded_share, completed_share, declined_share, open_share,
    first_response_median_days, completed_within_1y_ratio, completed_within_2y_ratio
from feedback_headline
where segment = 'all' and period <> 'all'
order by period
