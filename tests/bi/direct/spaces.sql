select
    effort_rank, name, state, recent_questions, recent_unanswered_ratio, recent_first_response_median_hours,
    recent_staff_ratio
from space_health
where effort_rank between 1 and 15
order by effort_rank
