-- Award candidates who are staff or bots at the cut-off, whose score is out of range, or whose places have a gap.
select candidates.candidate_key
from {{ ref('award_candidates') }} as candidates
inner join {{ ref('int_staff_periods__unioned') }} as staff_periods
    on
        candidates.member_key = staff_periods.member_key
        and candidates.cut_off_at > staff_periods.starts_at
        and candidates.cut_off_at <= staff_periods.ends_at
union all
select candidate_key
from {{ ref('award_candidates') }}
where
    score < 0 or score > 100.000001
    or is_eligible != (rank_in_area is not null)
    or is_eligible != (ineligible_reason is null)
union all
select max(candidate_key) as candidate_key
from {{ ref('award_candidates') }}
where is_eligible
group by program, cycle, expertise_area
having max(rank_in_area) != count(*)
