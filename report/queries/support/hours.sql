-- Hours until half of a month's tickets had their first reply, and until half were solved for good.
select month, measure, hours
from (
    select
        month,
        unnest(['first reply', 'solved for good']) as measure,
        unnest([first_reply_median_hours, full_resolution_median_hours]) as hours
    from support_times_monthly
    where dimension = 'all' and is_complete
        and month >= (select max(month) from support_times_monthly where is_complete) - interval 23 month
)
where hours is not null
order by month, measure
