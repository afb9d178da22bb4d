-- Months told otherwise than in the release before, the largest changes first.
select label, month, unit, last_value, value, change_ratio, last_release
from metric_restatements
order by abs(change_ratio) desc nulls last, label, month
limit 30
