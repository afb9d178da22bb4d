select call_rank, display_name, expertise_area, people_answered, is_in_program, last_contribution_at, reason
from open_flares
order by call_rank
