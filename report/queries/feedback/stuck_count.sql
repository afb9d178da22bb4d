-- What is stuck, in one line.
select
    count(*) as requests,
    sum(votes) as votes,
    sum(customer_votes) as customer_votes
from stuck_requests
