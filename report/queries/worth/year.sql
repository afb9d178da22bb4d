-- What members' help of the twelve months to the last complete month was worth; all help, staff's too; the time before.
with

months as (
    select
        month,
        sum(ticket_equivalents) filter (where standing not in ('staff', 'evangelist')) as ticket_equivalents,
        sum(value_usd) filter (where standing not in ('staff', 'evangelist')) as value_usd,
        sum(value_low_usd) filter (where standing not in ('staff', 'evangelist')) as value_low_usd,
        sum(value_high_usd) filter (where standing not in ('staff', 'evangelist')) as value_high_usd,
        sum(value_usd) as everyone_usd
    from contribution_value_by_group
    where is_complete
    group by month
),

latest as (select max(month) as month from months),

parted as (
    select
        months.*,
        latest.month as last_month,
        months.month > latest.month - interval 12 month as is_this_year,
        months.month > latest.month - interval 24 month and months.month <= latest.month - interval 12 month as is_before
    from months
    cross join latest
)

select
    last_month as month,
    count(*) filter (where is_this_year) as months_counted,
    sum(ticket_equivalents) filter (where is_this_year) as ticket_equivalents,
    sum(value_usd) filter (where is_this_year) as value_usd,
    sum(value_low_usd) filter (where is_this_year) as value_low_usd,
    sum(value_high_usd) filter (where is_this_year) as value_high_usd,
    sum(everyone_usd) filter (where is_this_year) as everyone_usd,
    sum(value_usd) filter (where is_this_year) / nullif(sum(everyone_usd) filter (where is_this_year), 0) as member_ratio,
    sum(value_usd) filter (where is_before) as value_before_usd,
    count(*) filter (where is_before) as months_before
from parted
group by last_month
