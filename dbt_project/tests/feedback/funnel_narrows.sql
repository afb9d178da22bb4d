-- Months in which more requests reached a later stage than an earlier one, or the parts do not make the whole.
select
    submission_month,
    segment,
    requests,
    responded_requests,
    planned_requests,
    started_requests,
    completed_requests
from {{ ref('feedback_funnel') }}
where
    responded_requests > requests
    or planned_requests > responded_requests
    or started_requests > planned_requests
    or completed_requests > started_requests
    or open_requests + declined_requests > requests
