{#- Do the groups of a kind differ in how long people stay? The log-rank test (Mantel 1966, Peto and Peto 1972). -#}
with recursive

excesses as (

    select * from {{ ref('int_retention_excesses__covaried') }}

),

sizes as (

    select
        group_kind,
        subject,
        max(place) as groups
    from excesses
    group by group_kind, subject

),

-- The covariances bordered by the excesses. Eliminating all places leaves −(excess' covariance⁻¹ excess) in the corner,
-- place 0. The last group's excess is minus the sum of the others'.
bordered as (

    select * from excesses
    union all
    select
        group_kind,
        subject,
        0 as place,
        place as other_place,
        value
    from excesses
    where other_place = 0
    union all
    select distinct
        group_kind,
        subject,
        0 as place,
        0 as other_place,
        cast(0 as double) as value
    from excesses

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
    inner join sizes
        on
            bordered.group_kind = sizes.group_kind
            and bordered.subject = sizes.subject
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
