-- The share of people still there, by group; at most 60 steps a group are drawn.
with steps as (
    select *, ntile(60) over (partition by group_name order by days) as part
    from retention_survival
    where group_kind = 'answered_within'
)

select group_name, days, at_risk, survival_ratio, survival_lower, survival_upper
from steps
qualify row_number() over (partition by group_name, part order by days desc) = 1
order by group_name, days
