-- Spaces by whether they live without staff, at the end of each month.
select month, status, count(*) as spaces
from content_seeding_monthly
where is_complete
    and month >= (select max(month) from content_seeding_monthly where is_complete) - interval 23 month
group by month, status
order by month, list_position(['self-sustaining', 'not yet', 'lost'], status)
