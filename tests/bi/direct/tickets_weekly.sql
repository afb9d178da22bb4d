select
    date_trunc('week', day) as day,
    sum(opened) as opened,
    sum(solved) as solved,
    sum(reopened) as reopened
from support_daily
where is_complete
group by all
