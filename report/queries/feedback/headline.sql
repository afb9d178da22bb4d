-- All requests of all time; merged ones count with the request they were merged into.
select
    requests, open_requests, completed_requests, completed_share, responded_share, first_response_median_days,
    first_response_p90_days, completed_within_1y_ratio, completed_within_2y_ratio, completed_median_days, declined_share
from feedback_headline
where period = 'all' and segment = 'all' and requests > 0
