-- Each program's members against staff, at the last complete month.
select
    program,
    month,
    seats,
    people,
    value_low_12_months_usd,
    value_12_months_usd,
    value_high_12_months_usd,
    value_per_person_year_usd,
    value_per_seat_year_usd,
    staff_people,
    staff_value_12_months_usd,
    club_to_staff_ratio,
    evangelists,
    evangelist_value_per_person_year_usd,
    evangelist_to_member_ratio
from expert_club_worth
where month = (select max(month) from expert_club_worth where is_complete)
order by value_12_months_usd desc nulls last, program
