-- Each group's help in the twelve months to the last complete month.
select
    month,
    member_group,
    coalesce(program, '') as program,
    people_12_months,
    seat_months_12_months / 12 as seats_mean,
    ticket_equivalents_12_months,
    value_low_12_months_usd,
    value_12_months_usd,
    value_high_12_months_usd,
    value_per_person_year_usd,
    median_value_per_person_year_usd,
    value_per_seat_year_usd,
    months_observed
from contribution_value_by_group
where month = (select max(month) from contribution_value_by_group where is_complete)
order by value_12_months_usd desc nulls last, member_group
