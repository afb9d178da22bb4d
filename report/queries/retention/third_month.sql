-- Of the newcomers of the last two years whose third month is over: how many contributed in it.
select
    sum(active_members)::double / sum(cohort_size) as retained_ratio,
    sum(cohort_size) as newcomers
from retention_cohorts
where segment = 'all' and months_since = 3 and is_complete
    and cohort_month >= (select max(cohort_month) from retention_cohorts where is_complete) - interval 23 month
having sum(cohort_size) > 0
