-- Tickets waiting at the end of each whole week, all desks together; opened and solved within it.
with weeks as (
    select
        date_trunc('week', day)::date as week,
        source_name,
        sum(opened) as opened,
        sum(reopened) as reopened,
        sum(solved) as solved,
        max_by(backlog, day) as backlog
    from support_daily
    where is_complete
    group by date_trunc('week', day)::date, source_name
    having max(day) = date_trunc('week', day)::date + 6
)

select week, sum(opened) as opened, sum(reopened) as reopened, sum(solved) as solved, sum(backlog) as backlog
from weeks
where week >= (select max(week) from weeks) - interval 103 week
group by week
order by week
