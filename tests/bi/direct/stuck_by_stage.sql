select stage, segment, count(*) as stuck
from stuck_requests
group by all
