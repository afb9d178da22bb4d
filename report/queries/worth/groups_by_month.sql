-- The worth of a month's help, base, by who gave it.
select
    month,
    case standing when 'program' then program when 'other' then 'other members' when 'evangelist' then 'evangelists' else standing end
        as giver,
    sum(value_usd) as value_usd
from contribution_value_by_group
where is_complete
    and month >= (select max(month) from contribution_value_by_group where is_complete) - interval 23 month
group by month, giver
order by month, giver
