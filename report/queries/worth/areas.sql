-- In which areas the tickets' worth of help was given, in the twelve months to the last complete month.
with

latest as (select max(month) as month from member_contribution_monthly where is_complete),

given as (
    select
        coalesce(contributions.expertise_area, 'no area') as expertise_area,
        sum(contributions.te_thirds) / 3 as ticket_equivalents,
        count(distinct contributions.member_key) filter (where contributions.te_thirds > 0) as helpers
    from fct_contribution as contributions
    inner join dim_member as people on people.member_key = contributions.member_key
    cross join latest
    where people.role is distinct from 'bot'
        and contributions.occurred_at >= latest.month - interval 11 month
        and contributions.occurred_at < latest.month + interval 1 month
    group by 1
)

select *
from given
where ticket_equivalents > 0
order by ticket_equivalents desc, expertise_area
limit 15
