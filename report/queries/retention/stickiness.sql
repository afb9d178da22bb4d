-- How often those who contribute at all do: mean daily over monthly contributors, at the end of each month.
select
    date_trunc('month', day)::date as month,
    max_by(stickiness_ratio, day) as stickiness_ratio,
    max_by(monthly_contributors, day) as contributors
from stickiness_daily
where is_complete and stickiness_ratio is not null
    and day >= (select max(day) from stickiness_daily) - interval 24 month
group by 1
order by 1
