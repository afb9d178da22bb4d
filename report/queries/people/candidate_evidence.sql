-- What stands behind the best candidates' scores: each part, then the latest three contributions to it.
with

best as (
    select candidate_key, program, rank_in_area, te_thirds, member_key
    from award_candidates
    where cycle = 'current' and is_eligible
    qualify row_number() over (partition by program, member_key order by rank_in_area, score desc, expertise_area) = 1
),

listed as (
    select candidate_key
    from best
    qualify row_number() over (partition by program order by rank_in_area, te_thirds desc, member_key) <= 14
)

select
    candidate_key,
    part,
    is_summary,
    sentence
from award_candidate_evidence
where candidate_key in (select candidate_key from listed)
    and (is_summary or (item_position <= 3 and part <> 'consistency'))
order by
    candidate_key,
    case part when 'help' then 1 when 'reach' then 2 when 'quality' then 3 when 'consistency' then 4 else 5 end,
    item_position
