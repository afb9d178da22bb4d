-- Awarded and certified people and their peers, from the day on which somebody was told apart.
with

turning_points as (

    select
        turning_key,
        kind,
        subject,
        member_key,
        is_first_of_kind,
        turned_at
    from {{ ref('int_turning_points__dated') }}
    where
        not is_placebo
        and turned_at <= {{ add_days(as_of(), '-' ~ var('silence_days')) }}

),

tiers as (

    select
        program,
        member_key,
        awarded_at,
        min(tier) as tier
    from {{ ref('int_program_terms__dated') }}
    where awarded_at is not null
    group by program, member_key, awarded_at

),

turned_subjects as (

    select
        turning_key,
        kind as group_kind,
        'all' as subject,
        turned_at
    from turning_points
    where is_first_of_kind
    union all
    select
        turning_key,
        'course' as group_kind,
        subject,
        turned_at
    from turning_points
    where kind = 'certification'
    union all
    select
        turning_points.turning_key,
        'tier' as group_kind,
        tiers.tier as subject,
        turning_points.turned_at
    from turning_points
    inner join tiers
        on
            turning_points.subject = tiers.program
            and turning_points.member_key = tiers.member_key
            and turning_points.turned_at = tiers.awarded_at
    where turning_points.kind = 'award' and turning_points.is_first_of_kind and tiers.tier is not null

),

turned_people as (

    select distinct
        turning_key,
        case kind when 'award' then 'awarded' else 'certified' end as group_name,
        member_key
    from {{ ref('int_peers__matched') }}
    union all
    select
        turning_key,
        'peers' as group_name,
        peer_member_key as member_key
    from {{ ref('int_peers__matched') }}

)

select
    turned_subjects.group_kind,
    turned_subjects.subject,
    turned_people.group_name,
    turned_people.member_key,
    turned_subjects.turning_key,
    turned_subjects.turned_at as starts_at
from turned_subjects
inner join turned_people on turned_subjects.turning_key = turned_people.turning_key
