-- From the mart itself: the metric must say the same, from the first month in which there is any.
select month, label, cast(value as double) as value
from (
    unpivot activity_summary_monthly
    on
        contributors as "Active contributors", new_members as "New contributors",
        drifting_members as "Drifting members"
    into name label value value
)
where audience = 'members' and is_complete
qualify sum(value) over (partition by label order by month) > 0
