-- Cohorts that are not whole in their first month, or have more active people than people.
select
    cohort_month,
    segment,
    months_since,
    cohort_size,
    active_members
from {{ ref('retention_cohorts') }}
where (months_since = 0 and active_members != cohort_size) or active_members > cohort_size
