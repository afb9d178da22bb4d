-- How much is known of what the numbers rest on.
with facts as (
    select 1 as place, 'Members whose segment is known' as fact,
        count(*) filter (where segment <> 'unknown') as known, count(*) as everyone
    from dim_member where not is_staff
    union all
    select 2, 'Members whose organization is known', count(organization_key), count(*)
    from dim_member where not is_staff
    union all
    select 3, 'Members found in more than one place', count(*) filter (where account_count > 1), count(*)
    from dim_member where not is_staff
    union all
    select 4, 'Contributions in an area of expertise', count(expertise_area), count(*)
    from fct_contribution
    union all
    select 5, 'Requests whose author is known', count(member_key), count(*)
    from fct_feature_request
    union all
    select 6, 'Tickets whose requester is a known member', count(member_key), count(*)
    from fct_ticket
)

select fact, known, everyone, known::double / nullif(everyone, 0) as share_ratio
from facts
order by place
