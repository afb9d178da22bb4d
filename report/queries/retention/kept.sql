-- Of those who contributed in a month, who did so in the next; of those who drifted, who came back. Without staff.
select month, 'kept from the month before' as measure, retained_ratio as ratio
from activity_summary_monthly
where audience = 'members' and is_complete and retained_ratio is not null
    and month >= (select max(month) from activity_summary_monthly where is_complete) - interval 23 month
union all
select month, 'drifting, brought back', recovered_ratio
from activity_summary_monthly
where audience = 'members' and is_complete and recovered_ratio is not null
    and month >= (select max(month) from activity_summary_monthly where is_complete) - interval 23 month
order by month, measure
