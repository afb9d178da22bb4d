-- Whoever has a page: program members first, then whom a list or shortlist names, then those who help most.
with

named as (
    select member_key, 1 as priority from program_membership where is_in_term or stage in ('nominated', 'applied')
    union all
    select member_key, 1 from program_renewals
    union all
    select member_key, 2 from open_flares
    union all
    select member_key, 2 from rising_star_watchlist
    union all
    select member_key, 3 from award_candidates where cycle = 'current' and rank_in_area <= 3
    union all
    select member_key, 4 from drifting_members where act_rank <= 30
    union all
    select member_key, 4 from lost_experts where loss_rank <= 60
    union all
    select member_key, 4 from newcomer_list where not is_answered
    union all
    select member_key, 4 from thank_you_list
    union all
    select member_key, 5 from member_scorecard where points_12_months > 0
    union all
    select member_key, 6 from expert_of_the_year
),

first_named as (
    select member_key, min(priority) as priority
    from named
    group by member_key
)

select
    people.member_key,
    people.display_name
from first_named
inner join dim_member as people on people.member_key = first_named.member_key
left join member_scorecard as cards on cards.member_key = first_named.member_key
where not people.is_staff and people.role is distinct from 'bot' and not people.is_deleted
order by
    first_named.priority,
    cards.ticket_equivalents_12_months desc nulls last,
    cards.points_12_months desc nulls last,
    people.member_key
limit 350
