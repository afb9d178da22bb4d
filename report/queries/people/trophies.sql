-- Every trophy somebody has earned: how many hold it, how many earned it in the last 30 days, who was last.
with

latest as (select max(earned_on) as day from member_trophies)

select
    trophies.name,
    trophies.description,
    count(*) as holders,
    count(*) filter (where trophies.earned_on >= latest.day - 29) as lately,
    max(trophies.earned_on) as last_on,
    arg_max(trophies.member_key, (trophies.earned_on, trophies.member_key)) as last_member_key,
    arg_max(people.display_name, (trophies.earned_on, trophies.member_key)) as last_name
from member_trophies as trophies
inner join dim_member as people on people.member_key = trophies.member_key
cross join latest
where not trophies.is_staff
group by trophies.trophy, trophies.name, trophies.description
order by holders, trophies.name
