with

active_months as (

    select distinct
        member_key,
        {{ local_month('occurred_at') }} as month
    from {{ ref('int_contributions__unioned') }}
    where is_authored

),

first_months as (

    select
        member_key,
        min(month) as cohort_month
    from active_months
    group by member_key

),

cohort_members as (

    select
        first_months.member_key,
        first_months.cohort_month,
        profiles.segment
    from first_months
    inner join {{ ref('int_member_profiles__merged') }} as profiles on first_months.member_key = profiles.member_key
    union all
    select
        member_key,
        cohort_month,
        'all' as segment
    from first_months

),

cohorts as (

    select
        cohort_month,
        segment,
        count(*) as cohort_size
    from cohort_members
    group by cohort_month, segment

),

-- Only months that have begun are observed.
observed_cells as (

    select
        cohorts.cohort_month,
        cohorts.segment,
        cohorts.cohort_size,
        months.month as activity_month
    from cohorts
    {{ months_from_to('cohorts.cohort_month', local_month(as_of()), 'months') }}
    where {{ local_midnight('months.month') }} < {{ as_of() }}

),

activity as (

    select
        cohort_members.cohort_month,
        cohort_members.segment,
        active_months.month as activity_month,
        count(*) as active_members
    from cohort_members
    inner join active_months on cohort_members.member_key = active_months.member_key
    group by cohort_members.cohort_month, cohort_members.segment, active_months.month

)

select
    observed_cells.cohort_month,
    observed_cells.segment,
    cast({{ months_between('observed_cells.cohort_month', 'observed_cells.activity_month') }} as integer)
        as months_since,
    observed_cells.cohort_size,
    coalesce(activity.active_members, 0) as active_members,
    coalesce(activity.active_members, 0) / cast(observed_cells.cohort_size as double) as retained_ratio,
    observed_cells.activity_month,
    {{ is_month_complete('observed_cells.activity_month') }} as is_complete
from observed_cells
left join activity
    on
        observed_cells.cohort_month = activity.cohort_month
        and observed_cells.segment = activity.segment
        and observed_cells.activity_month = activity.activity_month
where activity.active_members > 0 or {{ is_month_begun('observed_cells.activity_month') }}
