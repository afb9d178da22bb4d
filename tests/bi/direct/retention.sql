select months_since, strftime(cohort_month, '%Y-%m') as cohort, retained_ratio as retained_share
from retention_cohorts
where segment = 'all' and is_complete and months_since between 1 and 12
