-- Learners and new certificates, month by month.
select month, measure, people
from (
    select
        month,
        unnest(['learners', 'newly certified']) as measure,
        unnest([monthly_learners, newly_certified]) as people
    from learning_funnel
    where course = 'all' and is_complete
        and month >= (select max(month) from learning_funnel where is_complete) - interval 23 month
)
order by month, measure
