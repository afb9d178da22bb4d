-- What the programs cost and what their members' help is worth, the twelve months to the last complete one.
select
    program,
    count(*) as months_counted,
    avg(members) as members_mean,
    sum(cost_usd) as cost_usd,
    sum(value_low_usd) as value_low_usd,
    sum(value_usd) as value_usd,
    sum(value_high_usd) as value_high_usd,
    sum(value_usd) / nullif(sum(cost_usd), 0) as value_per_cost_ratio
from program_benefits
where tier = 'all' and is_complete
    and month > (select max(month) from program_benefits where is_complete) - interval 12 month
group by program
order by value_usd desc, program
