-- From the mart itself: the metric must say the same.
select month, 'Active contributors' as label, cast(contributors as double) as value
from activity_summary_monthly where audience = 'members' and is_complete
union all
select month, 'New contributors', cast(new_members as double)
from activity_summary_monthly where audience = 'members' and is_complete
union all
select month, 'Drifting members', cast(drifting_members as double)
from activity_summary_monthly where audience = 'members' and is_complete
