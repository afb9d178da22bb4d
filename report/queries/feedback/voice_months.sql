-- Votes by month and segment of who gave them.
select month, voice_group, votes, votes_share
from feedback_voice_monthly
where dimension = 'segment' and is_complete
    and month >= (select max(month) from feedback_voice_monthly where is_complete) - interval 23 month
order by month, list_position(['customer', 'pipeline', 'prospect', 'unknown', 'staff'], voice_group)
