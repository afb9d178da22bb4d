-- The best candidates of today's cycle, a person once a program: in the area where the score is highest.
with

best as (
    select *
    from award_candidates
    where cycle = 'current' and is_eligible
    qualify row_number() over (partition by program, member_key order by rank_in_area, score desc, expertise_area) = 1
)

select
    candidate_key,
    program,
    row_number() over (partition by program order by rank_in_area, te_thirds desc, member_key) as place,
    member_key,
    display_name,
    expertise_area,
    rank_in_area,
    score,
    ticket_equivalents,
    people_helped,
    answers,
    accepted_answers,
    accepted_ratio,
    active_months,
    sharing_points,
    summary
from best
qualify place <= 14
order by program, place
