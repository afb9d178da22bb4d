-- The share of people still there, by days since their first contribution; at most 120 steps are drawn.
with steps as (
    select *, ntile(120) over (order by days) as part
    from retention_survival
    where group_kind = 'all'
)

select days, at_risk, survival_ratio, survival_lower, survival_upper
from steps
qualify row_number() over (partition by part order by days desc) = 1
order by days
