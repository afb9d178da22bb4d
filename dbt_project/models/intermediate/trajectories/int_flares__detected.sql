-- A flare keeps later onsets away: they are found one after the other, but only among the few months that could be one.
with recursive

member_months as (

    select
        member_months.member_key,
        member_months.month,
        member_months.months_since_first,
        member_months.answers_to_others,
        member_months.active_days,
        member_months.is_staff,
        member_months.is_bot,
        thresholds.flare_threshold,
        sum(member_months.answers_to_others) over baseline as baseline_sum,
        count(*) over baseline as baseline_months
    from {{ ref('int_member_months__measured') }} as member_months
    inner join {{ ref('int_flare_thresholds__measured') }} as thresholds on member_months.month = thresholds.month
    where member_months.is_complete
    window baseline as (
        partition by member_months.member_key order by member_months.month
        rows between 8 preceding and 3 preceding
    )

),

candidates as (

    select
        *,
        months_since_first <= 2 as is_newcomer,
        baseline_sum / cast(nullif(baseline_months, 0) as double) as baseline_mean
    from member_months
    where
        {{ reaches('answers_to_others', 'flare_threshold') }}
        and active_days >= 5
        and (months_since_first <= 2 or {{ reaches('flare_threshold * baseline_months', '4 * baseline_sum') }})

),

-- Up to six months from the onset, each with whether the flare could still be burning.
following as (

    select
        candidates.member_key,
        candidates.month as onset_month,
        member_months.month,
        {{ reaches('3 * member_months.answers_to_others', 'candidates.flare_threshold') }} as is_burning
    from candidates
    inner join member_months
        on
            candidates.member_key = member_months.member_key
            and candidates.month <= member_months.month
            and {{ add_months('candidates.month', 6) }} > member_months.month

),

lengths as (

    select
        member_key,
        onset_month,
        count(*) as months_seen,
        min(case when not is_burning then month end) as first_low_month
    from following
    group by member_key, onset_month

),

flares as (

    select
        candidates.*,
        cast(coalesce(
            {{ months_between('candidates.month', 'lengths.first_low_month') }},
            lengths.months_seen
        ) as integer) as flare_months,
        lengths.first_low_month is not null or lengths.months_seen = 6 as is_over
    from candidates
    inner join lengths on candidates.member_key = lengths.member_key and candidates.month = lengths.onset_month

),

-- The first candidate more than six months after the flare's last month.
successors as (

    select
        flares.member_key,
        flares.month,
        min(later.month) as next_month
    from flares
    left join candidates as later
        on
            flares.member_key = later.member_key
            and {{ add_months('flares.month', 'flares.flare_months + 5') }} < later.month
    group by flares.member_key, flares.month

),

onsets as (

    select
        member_key,
        min(month) as month
    from candidates
    group by member_key
    union all
    select
        successors.member_key,
        successors.next_month as month
    from onsets
    inner join successors on onsets.member_key = successors.member_key and onsets.month = successors.month
    where successors.next_month is not null

)

select
    flares.member_key,
    flares.month as onset_month,
    flares.flare_threshold,
    flares.answers_to_others as onset_answers,
    flares.active_days as onset_active_days,
    flares.is_newcomer,
    flares.baseline_mean as baseline_answers_mean,
    flares.flare_months,
    {{ add_months('flares.month', 'flares.flare_months - 1') }} as last_flare_month,
    flares.is_over,
    flares.is_staff,
    flares.is_bot
from flares
inner join onsets on flares.member_key = onsets.member_key and flares.month = onsets.month
