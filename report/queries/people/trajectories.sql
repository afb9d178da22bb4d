-- Members by the way they move, month by month; whoever is gone is left out.
select month, trajectory, count(*) as members
from member_trajectory
where not is_staff and not is_bot and trajectory <> 'gone'
    and month >= (select max(month) from member_trajectory) - interval 23 month
group by month, trajectory
order by month, trajectory
