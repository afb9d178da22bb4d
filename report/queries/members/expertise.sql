-- What each person knows: the six areas with the most help.
select
    member_key,
    expertise_area,
    rank_in_area,
    is_expert,
    answers,
    accepted_answers,
    people_helped,
    ticket_equivalents,
    area_accepts_ratio,
    z_score,
    cast(last_answer_at as date) as last_on
from member_expertise
where not is_staff and answers > 0
qualify row_number() over (partition by member_key order by te_thirds desc, answers desc, expertise_area) <= 6
order by member_key, te_thirds desc, answers desc, expertise_area
