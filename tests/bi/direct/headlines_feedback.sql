-- How a number is written is told apart from Superset's own expression.
with shown as (
    select metric_name, month, unnest([value, previous_value]) as number, unnest(['today', 'before']) as which
    from metric_values
    where is_latest and group_name in ('feedback')
),

written as (
    select
        shown.metric_name,
        which,
        if(number is null, null, if(
            unit in ('ratio', 'change'),
            printf(if(unit = 'change', '%+.1f %%', '%.1f %%'), 100 * number),
            concat(
                if(unit = 'usd', '$ ', ''),
                format(
                    case when unit in ('usd', 'count') then '{:,.0f}' when unit = 'quotient' then '{:,.2f}' else '{:,.1f}' end,
                    number
                ),
                if(unit in ('days', 'hours'), ' ' || unit, '')
            )
        )) as text
    from shown
    inner join metric_values using (metric_name, month)
)

select
    label,
    max(text) filter (which = 'today') as today,
    max(text) filter (which = 'before') as before,
    strftime(month, '%b %Y') as as_of_month
from written
inner join metric_values using (metric_name)
where is_latest
group by metric_name, label, month
order by label
