-- Where each person stands in today's cycle: the two best areas of each program.
select
    member_key,
    program,
    expertise_area,
    is_eligible,
    ineligible_reason,
    rank_in_area,
    score,
    help_part,
    reach_part,
    quality_part,
    consistency_part,
    sharing_part,
    summary
from award_candidates
where cycle = 'current'
qualify row_number() over (partition by member_key, program order by is_eligible desc, score desc, expertise_area) <= 2
order by member_key, program, is_eligible desc, score desc, expertise_area
