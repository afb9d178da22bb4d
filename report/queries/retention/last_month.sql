-- The last complete month, without staff.
select month, contributors, retained_ratio, drifting_members, recovered_members, gained_to_lost_ratio
from activity_summary_monthly
where audience = 'members' and is_complete
order by month desc
limit 1
