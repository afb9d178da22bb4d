-- Every metric's months.
select metric_name, label, month, value, previous_value, is_complete, is_latest, unit, group_name
from metric_values
order by metric_name, month
