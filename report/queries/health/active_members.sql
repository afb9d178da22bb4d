-- People who contributed, by what they were before; complete months of the last two years.
select month, activity_status as status, count(*) as members
from member_activity_status
where is_complete and activity_status in ('new', 'active', 'returning')
    and month >= (select max(month) from member_activity_status where is_complete) - interval 23 month
group by month, activity_status
order by month, activity_status
