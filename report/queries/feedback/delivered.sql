-- Of the votes given by the end of a month for requests that were open or implemented then: the share implemented.
select month, votes_delivered_ratio, completed_votes, open_votes
from votes_delivered
where is_complete and votes_delivered_ratio is not null
    and month >= (select max(month) from votes_delivered where is_complete) - interval 23 month
order by month
