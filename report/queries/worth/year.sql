-- What the help of the twelve months to the last complete month was worth, and of the twelve before.
with

months as (
    select
        month,
        sum(ticket_equivalents) as ticket_equivalents,
        sum(value_usd) as value_usd,
        sum(value_low_usd) as value_low_usd,
        sum(value_high_usd) as value_high_usd,
        sum(value_usd) filter (where standing not in ('staff', 'evangelist')) as member_value_usd
    from contribution_value_by_group
    where is_complete
    group by month
),

latest as (select max(month) as month from months)

select
    latest.month,
    count(*) filter (where months.month > latest.month - interval 12 month) as months_counted,
    sum(months.ticket_equivalents) filter (where months.month > latest.month - interval 12 month) as ticket_equivalents,
    sum(months.value_usd) filter (where months.month > latest.month - interval 12 month) as value_usd,
    sum(months.value_low_usd) filter (where months.month > latest.month - interval 12 month) as value_low_usd,
    sum(months.value_high_usd) filter (where months.month > latest.month - interval 12 month) as value_high_usd,
    sum(months.member_value_usd) filter (where months.month > latest.month - interval 12 month)
    / nullif(sum(months.value_usd) filter (where months.month > latest.month - interval 12 month), 0) as member_ratio,
    sum(months.value_usd) filter (
        where months.month > latest.month - interval 24 month and months.month <= latest.month - interval 12 month
    ) as value_before_usd,
    count(*) filter (
        where months.month > latest.month - interval 24 month and months.month <= latest.month - interval 12 month
    ) as months_before
from months
cross join latest
group by latest.month
