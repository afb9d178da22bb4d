-- The last two years of each metric.
select v.metric_name, v.month, v.value
from metric_values as v
inner join (select metric_name, month, kind from metric_values where is_latest) as newest
    on v.metric_name = newest.metric_name and v.month <= newest.month
        and v.month > newest.month - interval 24 month
where v.value is not null
order by v.metric_name, v.month
