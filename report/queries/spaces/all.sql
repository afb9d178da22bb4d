-- Every space with anything in it, as it stands today.
select
    name, source_name, state, recent_posts, recent_people, recent_questions, recent_unanswered_ratio,
    recent_first_response_median_hours, recent_resolution_ratio, recent_staff_ratio, seeding_status,
    self_sustaining_since_month
from space_health
order by recent_posts desc, space_key
limit 100
