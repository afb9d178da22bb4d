-- Of the people who first contributed in a month, the share who contributed so many calendar months later.
-- A month that is not over has no share yet.
select
    cohort_month,
    any_value(cohort_size) as newcomers,
    max(retained_ratio) filter (where months_since = 1) as "1",
    max(retained_ratio) filter (where months_since = 2) as "2",
    max(retained_ratio) filter (where months_since = 3) as "3",
    max(retained_ratio) filter (where months_since = 4) as "4",
    max(retained_ratio) filter (where months_since = 5) as "5",
    max(retained_ratio) filter (where months_since = 6) as "6",
    max(retained_ratio) filter (where months_since = 7) as "7",
    max(retained_ratio) filter (where months_since = 8) as "8",
    max(retained_ratio) filter (where months_since = 9) as "9",
    max(retained_ratio) filter (where months_since = 10) as "10",
    max(retained_ratio) filter (where months_since = 11) as "11",
    max(retained_ratio) filter (where months_since = 12) as "12"
from retention_cohorts
where segment = 'all' and is_complete
    and cohort_month >= (select max(cohort_month) from retention_cohorts where is_complete) - interval 23 month
group by cohort_month
having max(months_since) > 0
order by cohort_month
