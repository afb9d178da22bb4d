-- Members of each complete month of the last two years by status: who contributed, and who drifted. Without staff.
select month, status, members
from (
    unpivot activity_summary_monthly
    on active_members as active, new_members as new, returning_members as returning, drifting_members as drifting
    into name status value members
)
where audience = 'members' and is_complete
    and month >= (select max(month) from activity_summary_monthly where is_complete) - interval 23 month
order by month, list_position(['active', 'new', 'returning', 'drifting'], status)
