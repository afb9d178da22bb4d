-- How far requests came, all of them; a later stage implies the earlier ones.
select step, requests, requests::double / nullif(all_requests, 0) as share_ratio
from (
    select unnest([
        {'place': 1, 'step': 'submitted', 'requests': requests},
        {'place': 2, 'step': 'answered', 'requests': responded_requests},
        {'place': 3, 'step': 'planned', 'requests': planned_requests},
        {'place': 4, 'step': 'started', 'requests': started_requests},
        {'place': 5, 'step': 'implemented', 'requests': completed_requests}
    ], recursive := true), requests as all_requests
    from feedback_headline
    where period = 'all' and segment = 'all' and requests > 0
)
order by place
