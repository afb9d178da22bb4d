-- Where another answer helps most.
select
    effort_rank, name, state, recent_questions, recent_unanswered_questions, recent_unanswered_ratio,
    usual_unanswered_ratio, recent_first_response_median_hours, experts
from space_health
where effort_rank is not null
order by effort_rank, space_key
limit 15
