with

statuses as (

    select
        *,
        authored > 0 as is_contributing,
        coalesce(previous_status in ('new', 'active', 'returning'), false) as was_contributing
    from {{ ref('member_activity_status') }}
    where {{ is_month_begun('month') }}

),

audiences as (

    select
        'all' as audience,
        *
    from statuses
    union all
    select
        case when is_staff then 'staff' else 'members' end as audience,
        *
    from statuses

),

counted as (

    select
        month,
        audience,
        count(*) as population,
        count(*) filter (where is_contributing) as contributors,
        count(*) filter (where activity_status = 'new') as new_members,
        count(*) filter (where activity_status = 'active') as active_members,
        count(*) filter (where activity_status = 'returning') as returning_members,
        count(*) filter (where activity_status = 'drifting') as drifting_members,
        count(*) filter (where activity_status = 'inactive') as inactive_members,
        count(*) filter (where was_contributing) as contributors_before,
        count(*) filter (where was_contributing and is_contributing) as retained_members,
        count(*) filter (where was_contributing and not is_contributing) as fallen_silent_members,
        count(*) filter (where previous_status = 'drifting') as drifting_before,
        count(*) filter (where previous_status = 'drifting' and is_contributing) as recovered_members,
        count(*) filter (where previous_status = 'inactive') as inactive_before,
        count(*) filter (where previous_status = 'inactive' and is_contributing) as reactivated_members,
        bool_and(is_complete) as is_complete
    from audiences
    group by month, audience

)

select
    month,
    audience,
    population,
    contributors,
    new_members,
    active_members,
    returning_members,
    drifting_members,
    inactive_members,
    contributors_before,
    retained_members,
    fallen_silent_members,
    drifting_before,
    recovered_members,
    inactive_before,
    reactivated_members,
    retained_members / nullif(cast(contributors_before as double), 0) as retained_ratio,
    recovered_members / nullif(cast(drifting_before as double), 0) as recovered_ratio,
    reactivated_members / nullif(cast(inactive_before as double), 0) as reactivated_ratio,
    (contributors - retained_members) / nullif(cast(fallen_silent_members as double), 0) as gained_to_lost_ratio,
    is_complete,
    {{ is_month_settled('month') }} as is_settled
from counted
