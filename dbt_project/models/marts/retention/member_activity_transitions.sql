with

moves as (

    select
        month,
        coalesce(previous_status, 'none') as from_status,
        activity_status as to_status,
        count(*) as members,
        count(*) filter (where not is_staff) as non_staff_members
    from {{ ref('member_activity_status') }}
    where {{ is_month_begun('month') }}
    group by month, coalesce(previous_status, 'none'), activity_status

),

months as (

    select distinct
        month,
        is_complete
    from {{ ref('member_activity_status') }}
    where {{ is_month_begun('month') }}

),

-- Every step the definitions allow; a step nobody took is a row with 0.
steps (from_status, to_status) as (

    values
    ('none', 'new'),
    ('new', 'active'),
    ('new', 'drifting'),
    ('active', 'active'),
    ('active', 'drifting'),
    ('returning', 'active'),
    ('returning', 'drifting'),
    ('drifting', 'active'),
    ('drifting', 'returning'),
    ('drifting', 'drifting'),
    ('drifting', 'inactive'),
    ('inactive', 'returning'),
    ('inactive', 'inactive')

),

counted as (

    select
        months.month,
        steps.from_status,
        steps.to_status,
        coalesce(moves.members, 0) as members,
        coalesce(moves.non_staff_members, 0) as non_staff_members,
        months.is_complete
    from months
    cross join steps
    left join moves
        on
            months.month = moves.month
            and steps.from_status = moves.from_status
            and steps.to_status = moves.to_status

),

summed as (

    select
        *,
        cast(sum(members) over (partition by month, from_status) as bigint) as from_members
    from counted

)

select
    month,
    from_status,
    to_status,
    members,
    non_staff_members,
    case when from_status != 'none' then from_members end as from_members,
    case when from_status != 'none' then members / nullif(cast(from_members as double), 0) end as share_ratio,
    is_complete
from summed
