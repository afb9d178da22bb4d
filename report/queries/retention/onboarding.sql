-- How far the people of the last twelve months that can be judged came in their first 180 days.
with judged as (
    select *
    from onboarding_funnel
    where member_group = 'all' and is_observed
    order by join_month desc
    limit 12
),

sums as (
    select
        sum(joined) as joined, sum(posted) as posted, sum(acknowledged) as acknowledged,
        sum(second_week) as second_week, sum(regular) as regular, count(*) as months
    from judged
)

select step, people, people::double / nullif(joined, 0) as share_ratio
from (
    select unnest([
        {'place': 1, 'step': 'joined', 'people': joined},
        {'place': 2, 'step': 'contributed', 'people': posted},
        {'place': 3, 'step': 'got an echo in 14 days', 'people': acknowledged},
        {'place': 4, 'step': 'came back in a second week', 'people': second_week},
        {'place': 5, 'step': 'became regular', 'people': regular}
    ], recursive := true), joined
    from sums
    where months > 0
)
order by place
