select
    customer_votes_rank, title, stage, expertise_area, customer_votes, votes, accounts, monthly_revenue_usd,
    votes_90d, days_open
from feature_request_demand
where is_open and customer_votes > 0
order by customer_votes_rank
limit 25
