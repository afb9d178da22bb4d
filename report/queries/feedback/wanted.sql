-- Open requests, the most wanted first.
select
    d.votes_rank, d.title, d.stage, d.votes, d.customer_votes, d.accounts, d.monthly_revenue_usd, d.votes_90d
from feature_request_demand as d
where d.is_open and d.votes_rank is not null
order by d.votes_rank, d.request_key
limit 20
