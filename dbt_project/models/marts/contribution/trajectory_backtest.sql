with

classes (trajectory) as (

    values ('new'), ('rising'), ('steady'), ('fading'), ('gone'), ('flare')

),

horizons (horizon_months) as (

    values (3), (6)

),

later as (

    select
        trajectory,
        is_staff,
        lead(authored, 3) over (partition by member_key order by month) as authored_at_3,
        lead(authored, 6) over (partition by member_key order by month) as authored_at_6,
        sum(authored) over (
            partition by member_key order by month rows between 1 following and 3 following
        ) as authored_to_3,
        sum(authored) over (
            partition by member_key order by month rows between 4 following and 6 following
        ) as authored_to_6
    from {{ ref('int_trajectories__classified') }}

),

-- Only what was seen: the month looked at is over.
observed as (

    select
        trajectory,
        is_staff,
        3 as horizon_months,
        authored_at_3 > 0 as is_active,
        authored_to_3 > 0 as is_not_gone
    from later
    where authored_at_3 is not null
    union all
    select
        trajectory,
        is_staff,
        6 as horizon_months,
        authored_at_6 > 0 as is_active,
        authored_to_6 > 0 as is_not_gone
    from later
    where authored_at_6 is not null

),

counted as (

    select
        trajectory,
        horizon_months,
        count(*) as member_months,
        count(*) filter (where is_active) as still_active,
        count(*) filter (where is_not_gone) as not_gone,
        count(*) filter (where not is_staff) as community_member_months,
        count(*) filter (where is_active and not is_staff) as community_still_active,
        count(*) filter (where is_not_gone and not is_staff) as community_not_gone
    from observed
    group by trajectory, horizon_months

),

everyone as (

    select
        horizon_months,
        count(*) filter (where is_active) / cast(count(*) as double) as everyone_active_ratio
    from observed
    group by horizon_months

),

onsets as (

    select
        'flare' as trajectory,
        count(*) as onsets_year_old,
        count(*) filter (where outcome = 'supernova') as onsets_supernova,
        count(*) filter (where not is_staff) as community_onsets_year_old,
        count(*) filter (where outcome = 'supernova' and not is_staff) as community_onsets_supernova
    from {{ ref('burst_outcome') }}
    where months_observed >= 12

)

select
    classes.trajectory,
    horizons.horizon_months,
    coalesce(counted.member_months, 0) as member_months,
    coalesce(counted.still_active, 0) as still_active,
    counted.still_active / cast(counted.member_months as double) as still_active_ratio,
    counted.not_gone / cast(counted.member_months as double) as not_gone_ratio,
    everyone.everyone_active_ratio,
    coalesce(counted.community_member_months, 0) as community_member_months,
    counted.community_still_active / cast(nullif(counted.community_member_months, 0) as double)
        as community_still_active_ratio,
    counted.community_not_gone / cast(nullif(counted.community_member_months, 0) as double)
        as community_not_gone_ratio,
    onsets.onsets_year_old,
    onsets.onsets_supernova,
    onsets.onsets_supernova / cast(nullif(onsets.onsets_year_old, 0) as double) as supernova_ratio,
    onsets.community_onsets_supernova / cast(nullif(onsets.community_onsets_year_old, 0) as double)
        as community_supernova_ratio
from classes
cross join horizons
inner join everyone on horizons.horizon_months = everyone.horizon_months
left join counted
    on classes.trajectory = counted.trajectory and horizons.horizon_months = counted.horizon_months
left join onsets on classes.trajectory = onsets.trajectory
