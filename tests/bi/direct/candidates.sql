select expertise_area, rank_in_area, display_name, score, people_helped, accepted_answers
from award_candidates
where cycle = 'current' and program = 'experts' and is_eligible and rank_in_area in (1, 2, 3)
order by expertise_area, rank_in_area, member_key
