select
    month,
    dimension,
    voice_group,
    requests,
    requests_share,
    votes,
    votes_share,
    people,
    accounts,
    revenue_accounts,
    monthly_revenue_usd,
    completed_requests,
    declined_requests,
    completed_share,
    completed_votes,
    completed_votes_share,
    {{ is_month_complete('month') }} as is_complete,
    {{ is_month_settled('month') }} as is_settled
from {{ ref('int_feedback_voices__counted') }}
where period = 'month'
