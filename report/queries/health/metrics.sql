-- Each metric of the semantic layer: its newest value that counts, and the one before.
select
    metric_name, label, group_name, month, value, previous_value, unit, direction, kind,
    case
        when previous_value is null or direction = 'none' or value = previous_value then ''
        when (value > previous_value) = (direction = 'up') then 'better'
        else 'worse'
    end as turn
from metric_values
where is_latest
order by
    list_position(['retention', 'contribution', 'spaces', 'feedback', 'support', 'program', 'learning'], group_name),
    metric_name
