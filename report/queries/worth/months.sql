-- The worth of a month's help by members: low counts accepted answers alone, high every like as well.
select
    month,
    sum(ticket_equivalents) as ticket_equivalents,
    sum(value_low_usd) as value_low_usd,
    sum(value_usd) as value_usd,
    sum(value_high_usd) as value_high_usd
from contribution_value_by_group
where is_complete and standing not in ('staff', 'evangelist')
    and month >= (select max(month) from contribution_value_by_group where is_complete) - interval 23 month
group by month
order by month
