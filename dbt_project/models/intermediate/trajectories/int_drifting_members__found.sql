with

community_members as (

    select member_key
    from {{ ref('int_member_profiles__merged') }}
    where not is_staff and not is_deleted

),

-- Days on which they worked here show no rhythm of a member.
active_days as (

    select
        contributions.member_key,
        contributions.local_date as day
    from {{ ref('int_contributions__valued') }} as contributions
    inner join community_members on contributions.member_key = community_members.member_key
    where contributions.is_authored and contributions.standing not in ('bot', 'evangelist', 'staff')
    group by contributions.member_key, contributions.local_date

),

last_contributions as (

    select
        member_key,
        max(occurred_at) as last_contribution_at
    from {{ ref('int_contributions__valued') }}
    where is_authored
    group by member_key

),

silences as (

    select
        member_key,
        cast(date_trunc('month', {{ local_date('last_contribution_at') }}) as date) as last_month,
        {{ whole_days('last_contribution_at', as_of()) }} as silent_days,
        last_contribution_at < {{ local_midnight(last_complete_month()) }} as has_missed_a_month
    from last_contributions

),

-- The twelve months to the last active one.
gaps as (

    select
        active_days.member_key,
        active_days.day,
        {{ days_between(
            'lag(active_days.day) over (partition by active_days.member_key order by active_days.day)', 'active_days.day'
        ) }} as gap_days
    from active_days
    inner join silences on active_days.member_key = silences.member_key
    where
        active_days.day >= {{ add_months('silences.last_month', -11) }}
        and silences.silent_days < 90

),

rhythms as (

    select
        member_key,
        count(*) as active_days,
        count(distinct date_trunc('month', day)) as active_months,
        percentile_cont(0.5) within group (order by gap_days) as gap_median_days,
        percentile_cont(0.9) within group (order by gap_days) as gap_p90_days
    from gaps
    group by member_key

),

measured as (

    select
        rhythms.member_key,
        silences.last_month,
        silences.silent_days,
        rhythms.active_days,
        rhythms.active_months,
        cast(rhythms.gap_median_days as double) as gap_median_days,
        cast(rhythms.gap_p90_days as double) as gap_p90_days,
        silences.silent_days >= 14 and silences.silent_days > rhythms.gap_p90_days as is_beyond_rhythm,
        silences.has_missed_a_month
    from rhythms
    inner join silences on rhythms.member_key = silences.member_key
    where rhythms.active_months >= 3

)

select *
from measured
where is_beyond_rhythm or has_missed_a_month
