-- Spaces by how they stand, and questions that wait.
select
    count(*) as spaces,
    count(*) filter (where is_starved) as starved,
    count(*) filter (where is_thriving) as thriving,
    count(*) filter (where is_quiet) as quiet,
    count(*) filter (where is_staff_dependent) as staff_dependent,
    (select count(*) from waiting_questions) as waiting_questions,
    (select count(distinct asker_member_key) from waiting_questions) as askers
from space_health
