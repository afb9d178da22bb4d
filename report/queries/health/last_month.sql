-- The last complete month in which somebody contributed.
select
    month,
    count(*) as contributors,
    count(*) filter (where activity_status = 'new') as newcomers
from member_activity_status
where is_complete and activity_status in ('new', 'active', 'returning')
group by month
order by month desc
limit 1
