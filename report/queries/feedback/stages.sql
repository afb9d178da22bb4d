-- Days requests stay in each stage, by the year they came there; who still waits counts as waiting.
select
    stage, period, spells, waiting_spells, median_days, p90_days, left_within_90d_ratio, left_within_1y_ratio
from feedback_stage_times
where segment = 'all'
order by list_position(['submitted', 'responded', 'planned', 'started'], stage), period
