-- Help of the twelve months to each month: the programs' members, and staff.
with

latest as (select max(month) as month from expert_club_worth where is_complete),

clubs as (
    select month, program as giver, value_12_months_usd as value_usd
    from expert_club_worth
    where is_complete
),

staff as (
    select distinct month, 'staff' as giver, staff_value_12_months_usd as value_usd
    from expert_club_worth
    where is_complete
)

select everyone.month, everyone.giver, everyone.value_usd
from (select * from clubs union all select * from staff) as everyone
cross join latest
where everyone.month > latest.month - interval 24 month and everyone.value_usd is not null
order by everyone.month, everyone.giver
