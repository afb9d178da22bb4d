-- How much of the members' help of twelve months the 25 who helped most gave.
with

ranked as (
    select
        value_12_months_usd as value_usd,
        row_number() over (order by ticket_equivalents_12_months desc, points_12_months desc, member_key) as place
    from member_scorecard
    where not is_staff and points_12_months > 0
)

select
    count(*) as people,
    least(25, count(*)) as top_people,
    sum(value_usd) as value_usd,
    sum(value_usd) filter (where place <= 25) / nullif(sum(value_usd), 0) as top_ratio
from ranked
having count(*) > 0
