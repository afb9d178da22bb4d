with

newcomers as (

    select
        member_key,
        {{ local_year('first_contribution_at') }} as first_year,
        {{ local_date('first_contribution_at') }} as first_day,
        {{ days_between(local_date('first_contribution_at'), local_date(known_until())) }} as days_seen
    from {{ ref('int_newcomers__dated') }}
    where first_contribution_at is not null and not is_staff

),

weeks (weeks_since) as (

    values (0), (1), (2), (3), (4), (5), (6), (7), (8), (9), (10), (11), (12)

),

active_weeks as (

    select distinct
        contributions.member_key,
        cast(floor({{ days_between('newcomers.first_day', 'contributions.local_date') }} / 7.0) as integer)
            as weeks_since
    from {{ ref('int_contributions__valued') }} as contributions
    inner join newcomers
        on
            contributions.member_key = newcomers.member_key
            and contributions.local_date < {{ add_days('newcomers.first_day', 91) }}
    where contributions.is_authored

),

returns as (

    select
        member_key,
        min(weeks_since) as first_week_back
    from active_weeks
    where weeks_since > 0
    group by member_key

),

-- A week counts for whom it is over.
seen as (

    select
        newcomers.member_key,
        newcomers.first_year,
        weeks.weeks_since,
        active_weeks.member_key is not null as is_active,
        coalesce(returns.first_week_back <= weeks.weeks_since, false) as has_come_back
    from newcomers
    inner join weeks on newcomers.days_seen >= 7 * (weeks.weeks_since + 1)
    left join active_weeks
        on newcomers.member_key = active_weeks.member_key and weeks.weeks_since = active_weeks.weeks_since
    left join returns on newcomers.member_key = returns.member_key

),

cohorts as (

    select
        'all' as cohort,
        *
    from seen
    union all
    select
        first_year as cohort,
        *
    from seen

)

select
    cohort as first_year,
    weeks_since,
    count(*) as newcomers,
    count(*) filter (where is_active) as active_members,
    count(*) filter (where has_come_back) as returned_members,
    count(*) filter (where is_active) / cast(count(*) as double) as active_ratio,
    case when weeks_since > 0 then count(*) filter (where has_come_back) / cast(count(*) as double) end
        as returned_ratio
from cohorts
group by cohort, weeks_since
