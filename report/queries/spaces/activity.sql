-- Posts by month in the six largest spaces of the last twelve months, and in all others together.
with latest as (
    select max(month) as month from space_activity_monthly where is_complete
),

ranked as (
    select space_key, row_number() over (order by sum(posts) desc, space_key) as place
    from space_activity_monthly
    where is_complete and month >= (select month - interval 11 month from latest)
    group by space_key
)

select
    a.month,
    case when r.place <= 5 then s.name else 'all others' end as space,
    min(case when r.place <= 5 then r.place else 6 end) as place,
    sum(a.posts) as posts
from space_activity_monthly as a
inner join dim_space as s using (space_key)
left join ranked as r using (space_key)
where a.is_complete and a.month >= (select month - interval 23 month from latest)
group by a.month, case when r.place <= 5 then s.name else 'all others' end
order by a.month, place, space
