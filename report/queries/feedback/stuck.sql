-- Open requests beyond nine tenths of the stays in their stage, the most wanted first.
select
    demand_rank, title, stage, days_in_stage, limit_days, votes, customer_votes, accounts, monthly_revenue_usd,
    votes_90d
from stuck_requests
order by demand_rank, request_key
limit 40
