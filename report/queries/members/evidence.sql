-- The contributions behind the best candidacy of each person for which they are kept, in their own program first.
with

candidacies as (
    select candidate_key
    from award_candidates
    where cycle = 'current'
        and candidate_key in (select candidate_key from award_candidate_evidence where cycle = 'current' and is_summary)
    qualify row_number() over (
        partition by member_key
        order by
            (member_key, program) in (select (member_key, program) from program_membership where is_in_term) desc,
            is_eligible desc,
            score desc,
            program,
            expertise_area
    ) = 1
)

select
    evidence.member_key,
    evidence.program,
    evidence.expertise_area,
    evidence.part,
    evidence.is_summary,
    evidence.sentence
from award_candidate_evidence as evidence
inner join candidacies on candidacies.candidate_key = evidence.candidate_key
where evidence.is_summary or (evidence.part <> 'consistency' and evidence.item_position <= 4)
order by
    evidence.member_key,
    case evidence.part
        when 'help' then 1 when 'reach' then 2 when 'quality' then 3 when 'consistency' then 4 else 5
    end,
    evidence.item_position
