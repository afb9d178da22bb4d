-- The backlog of the last day of each ISO week that has a complete day.
select
    date_trunc('week', day) as day,
    source_name,
    backlog
from support_daily
where is_complete
qualify row_number() over (partition by source_name, date_trunc('week', day) order by support_daily.day desc) = 1
