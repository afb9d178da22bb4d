-- How long people stay, everybody together.
select members, events, median_days, retained_90d_ratio, retained_365d_ratio
from retention_survival_groups
where group_kind = 'all'
