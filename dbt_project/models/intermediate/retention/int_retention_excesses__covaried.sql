-- How far the groups of a kind are from leaving alike, and how far chance would take them.
with

curves as (

    select * from {{ ref('int_retention_curves__estimated') }}

),

groups as (

    select
        group_kind,
        subject,
        group_name,
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

)

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
    place,
    other_place,
    covariance as value
from covariances
