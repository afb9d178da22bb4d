-- Counted from the requests themselves.
select
    date_trunc('month', submitted_at) as submission_month,
    count(*) filter (has_been_completed and not is_open) as completed,
    count(*) filter (stage = 'declined') as declined,
    count(*) filter (is_open) as still_open
from fct_feature_request
where merged_into_request_key is null
group by all
