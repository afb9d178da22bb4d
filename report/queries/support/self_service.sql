-- People who asked the community for each one who asked support.
select month, self_service_score, askers, ticket_requesters, missed_tickets, missed_share
from self_service_monthly
where is_complete
    and month >= (select max(month) from self_service_monthly where is_complete) - interval 23 month
order by month
