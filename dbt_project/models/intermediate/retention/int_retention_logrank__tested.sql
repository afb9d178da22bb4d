{#- Do the groups of a kind differ in how long people stay? The log-rank test (Mantel 1966, Peto and Peto 1972). -#}
with recursive

curves as (

    select * from {{ ref('int_retention_curves__estimated') }}

),

-- Of people nobody of whom was there at any ending, the test says nothing.
groups as (

    select
        group_kind,
        subject,
        group_name,
        max(at_risk) as members,
        sum(events) as events,
        row_number() over (partition by group_kind, subject order by group_name) as place,
        count(*) over (partition by group_kind, subject) as groups
    from curves
    group by group_kind, subject, group_name

),

days as (

    select
        group_kind,
        subject,
        duration_days,
        sum(events) as events
    from curves
    group by group_kind, subject, duration_days

),

-- How many of each group were there on each day on which anybody's time ended.
grid as (

    select
        groups.group_kind,
        groups.subject,
        groups.place,
        days.duration_days,
        days.events as all_events,
        coalesce(curves.events, 0) as events,
        sum(coalesce(curves.events + curves.censored, 0)) over (
            partition by groups.group_kind, groups.subject, groups.place
            order by days.duration_days desc
            rows between unbounded preceding and current row
        ) as at_risk
    from groups
    inner join days on groups.group_kind = days.group_kind and groups.subject = days.subject
    left join curves
        on
            groups.group_kind = curves.group_kind
            and groups.subject = curves.subject
            and groups.group_name = curves.group_name
            and days.duration_days = curves.duration_days
    where groups.groups > 1

),

ending_days as (

    select
        *,
        cast(sum(at_risk) over (partition by group_kind, subject, duration_days) as double) as all_at_risk
    from grid
    where all_events > 0

),

expected as (

    select
        group_kind,
        subject,
        place,
        {{ ordered_sum('events - all_events * at_risk / all_at_risk', 'duration_days') }} as excess
    from ending_days
    group by group_kind, subject, place

),

covariances as (

    select
        one.group_kind,
        one.subject,
        one.place,
        other.place as other_place,
        {{ ordered_sum(
            'one.all_events * (one.all_at_risk - one.all_events) / (one.all_at_risk - 1) * one.at_risk / one.all_at_risk'
            ~ ' * (case when one.place = other.place then 1 else 0 end - other.at_risk / one.all_at_risk)',
            'one.duration_days'
        ) }} as covariance
    from ending_days as one
    inner join ending_days as other
        on
            one.group_kind = other.group_kind
            and one.subject = other.subject
            and one.duration_days = other.duration_days
    where one.all_at_risk > 1
    group by one.group_kind, one.subject, one.place, other.place

),

-- The covariances bordered by the excesses. Eliminating all places leaves −(excess' covariance⁻¹ excess) in the corner,
-- place 0. The last group's excess is minus the sum of the others'.
bordered as (

    select
        group_kind,
        subject,
        place,
        other_place,
        covariance as value
    from covariances
    union all
    select
        group_kind,
        subject,
        place,
        0 as other_place,
        excess as value
    from expected
    union all
    select
        group_kind,
        subject,
        0 as place,
        place as other_place,
        excess as value
    from expected
    union all
    select distinct
        group_kind,
        subject,
        0 as place,
        0 as other_place,
        cast(0 as double) as value
    from expected

),

solvable as (

    select
        bordered.group_kind,
        bordered.subject,
        bordered.place,
        bordered.other_place,
        bordered.value,
        sizes.groups
    from bordered
    inner join groups as sizes
        on
            bordered.group_kind = sizes.group_kind
            and bordered.subject = sizes.subject
            and sizes.place = 1
    where bordered.place < sizes.groups and bordered.other_place < sizes.groups

),

eliminated (group_kind, subject, groups, step, degrees, place, other_place, value) as (

    select
        group_kind,
        subject,
        groups,
        0 as step,
        0 as degrees,
        place,
        other_place,
        value
    from solvable
    union all
    select
        group_kind,
        subject,
        groups,
        step + 1 as step,
        degrees + case when pivot_value > 1e-12 then 1 else 0 end as degrees,
        place,
        other_place,
        case when pivot_value > 1e-12 then value - left_value * upper_value / pivot_value else value end as value
    from (
        select
            *,
            max(case when place = step + 1 and other_place = step + 1 then value end)
                over (partition by group_kind, subject) as pivot_value,
            max(case when other_place = step + 1 then value end) over (partition by group_kind, subject, place)
                as left_value,
            max(case when place = step + 1 then value end) over (partition by group_kind, subject, other_place)
                as upper_value
        from eliminated
        where step < groups - 1
    ) as steps
    where place = 0 or place > step + 1

)

select
    group_kind,
    subject,
    cast(groups as bigint) as groups,
    greatest(0 - value, 0) as logrank_statistic,
    degrees as logrank_degrees,
    case when degrees > 0 then {{ chi_square_tail('greatest(0 - value, 0)', 'degrees') }} end as logrank_p_value
from eliminated
where place = 0 and other_place = 0 and step = groups - 1
