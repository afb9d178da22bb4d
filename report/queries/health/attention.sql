-- What got worse by a tenth or more against the mean of the twelve months before.
with compared as (
    select
        metric_name, label, month, value, unit, direction, kind, group_name, is_latest,
        avg(value) over w as usual,
        count(value) over w as months
    from metric_values
    window w as (partition by metric_name order by month rows between 12 preceding and 1 preceding)
)

select metric_name, label, month, value, usual, unit, value / usual - 1 as change_ratio
from compared
where is_latest and months >= 6 and usual > 0 and direction <> 'none'
    and (value / usual - 1) * (case direction when 'up' then -1 else 1 end) >= 0.1
order by abs(value / usual - 1) desc, metric_name
limit 12
