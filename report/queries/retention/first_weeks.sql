-- Newcomers in their first weeks, all years together.
select weeks_since, newcomers, active_ratio, returned_ratio
from newcomer_first_weeks
where first_year = 'all' and weeks_since > 0
order by weeks_since
