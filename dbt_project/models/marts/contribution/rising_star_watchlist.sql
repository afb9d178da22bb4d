with

people as (

    select
        people.*,
        trajectories.trajectory,
        trajectories.first_month,
        trajectories.recent_authored_mean,
        trajectories.earlier_authored_mean,
        trajectories.is_carried_over,
        thresholds.flare_threshold
    from {{ ref('int_outreach_people__measured') }} as people
    inner join {{ ref('int_trajectories__classified') }} as trajectories
        on people.member_key = trajectories.member_key and people.to_month = trajectories.month
    inner join {{ ref('int_flare_thresholds__measured') }} as thresholds on people.to_month = thresholds.month
    where people.list = 'rising'

)

select
    member_key,
    display_name,
    cast(row_number() over (order by answers_to_others desc, te_thirds desc, member_key asc) as integer) as watch_rank,
    trajectory,
    to_month as last_month,
    first_month,
    authored,
    active_days,
    answers_to_others,
    people_answered,
    accepted_answers,
    te_thirds / 3.0 as ticket_equivalents,
    recent_authored_mean,
    earlier_authored_mean,
    is_carried_over,
    flare_threshold,
    expertise_area,
    last_contribution_at,
    silent_days,
    case
        when trajectory = 'new' then 'Began in ' || {{ month_text('first_month') }}
        else
            {{ number_text('recent_authored_mean', 1) }} || ' contributions a month in the last three months, '
            || {{ number_text('earlier_authored_mean', 1) }} || ' before'
            || case when is_carried_over then ' (no clear change this month; rising before)' else '' end
    end
    || '; ' || {{ count_text('answers_to_others', 'reply', 'replies') }} || ' to '
    || {{ count_text('people_answered', 'person', 'people') }} || ' on '
    || {{ count_text('active_days', 'active day') }} || ', '
    || {{ count_text('accepted_answers', 'accepted answer') }}
    || coalesce(', mostly in ' || expertise_area, '') || '.' as reason
from people
