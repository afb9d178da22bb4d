-- Who asked and voted in the last twelve months.
select
    dimension, voice_group, people, requests, requests_share, votes, votes_share, accounts, monthly_revenue_usd,
    completed_votes_share
from feedback_voice
where period = '12 months'
order by list_position(['segment', 'program', 'persona', 'organization'], dimension), votes desc, voice_group
