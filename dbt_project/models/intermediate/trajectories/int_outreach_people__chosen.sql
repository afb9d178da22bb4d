with

member_months as (

    select * from {{ ref('int_member_months__measured') }}

),

latest as (

    select max(month) as month
    from member_months
    where is_complete

),

community_members as (

    select
        member_key,
        is_deleted
    from {{ ref('int_member_profiles__merged') }}
    where not is_staff

),

in_program as (

    select distinct member_key
    from {{ ref('int_program_terms__dated') }}
    where is_in_term

),

recent_help as (

    select
        member_months.member_key,
        sum(member_months.answers_to_others) as answers_to_others
    from member_months
    cross join latest
    where
        member_months.month <= latest.month
        and member_months.month > {{ add_months('latest.month', -3) }}
    group by member_months.member_key

),

flaring as (

    select
        flares.member_key,
        flares.onset_month as from_month,
        flares.last_flare_month as to_month
    from {{ ref('int_flares__detected') }} as flares
    inner join latest on flares.last_flare_month = latest.month
    inner join community_members on flares.member_key = community_members.member_key
    where not community_members.is_deleted

),

rising as (

    select
        trajectories.member_key,
        greatest({{ add_months('latest.month', -2) }}, trajectories.first_month) as from_month,
        latest.month as to_month
    from {{ ref('int_trajectories__classified') }} as trajectories
    inner join latest on trajectories.month = latest.month
    inner join community_members on trajectories.member_key = community_members.member_key
    inner join recent_help on trajectories.member_key = recent_help.member_key
    left join in_program on trajectories.member_key = in_program.member_key
    where
        (
            trajectories.trajectory = 'new'
            -- A signal of before may stand while they do less again.
            or (
                trajectories.trajectory = 'rising'
                and trajectories.earlier_months * trajectories.recent_authored >= 3 * trajectories.earlier_authored
            )
        )
        and recent_help.answers_to_others >= 6
        and in_program.member_key is null
        and not community_members.is_deleted

),

-- Months in which they worked here make nobody an expert of the community.
active_months as (

    select
        member_months.member_key,
        max(member_months.month) as last_month
    from member_months
    inner join community_members on member_months.member_key = community_members.member_key
    where member_months.authored > 0 and not member_months.is_staff
    group by member_months.member_key
    having count(*) >= 6

),

last_contributions as (

    select
        member_key,
        max(occurred_at) as last_contribution_at
    from {{ ref('int_contributions__unioned') }}
    where is_authored
    group by member_key

),

lost as (

    select
        active_months.member_key,
        {{ add_months('active_months.last_month', -11) }} as from_month,
        active_months.last_month as to_month
    from active_months
    inner join last_contributions on active_months.member_key = last_contributions.member_key
    where {{ add_days('last_contributions.last_contribution_at', 45) }} <= {{ as_of() }}

),

drifting as (

    select
        member_key,
        {{ add_months('last_month', -11) }} as from_month,
        last_month as to_month
    from {{ ref('int_drifting_members__found') }}

),

chosen as (

    select
        'flaring' as list,
        *
    from flaring
    union all
    select
        'rising' as list,
        *
    from rising
    union all
    select
        'lost' as list,
        *
    from lost
    union all
    select
        'drifting' as list,
        *
    from drifting

)

select
    chosen.list,
    chosen.member_key,
    chosen.from_month,
    chosen.to_month,
    last_contributions.last_contribution_at,
    {{ whole_days('last_contributions.last_contribution_at', as_of()) }} as silent_days,
    in_program.member_key is not null as is_in_program
from chosen
inner join last_contributions on chosen.member_key = last_contributions.member_key
left join in_program on chosen.member_key = in_program.member_key
