with

flares as (

    select * from {{ ref('int_flares__detected') }}

),

member_months as (

    select
        member_key,
        month,
        answers_to_others
    from {{ ref('int_member_months__measured') }}
    where is_complete

),

-- Three silent months begin eight months after the onset at the latest, and so end ten months after it.
following as (

    select
        flares.member_key,
        flares.onset_month,
        member_months.month,
        member_months.answers_to_others,
        {{ months_between('flares.onset_month', 'member_months.month') }} as months_since_onset
    from flares
    inner join member_months
        on
            flares.member_key = member_months.member_key
            and flares.onset_month <= member_months.month
            and {{ add_months('flares.onset_month', 11) }} > member_months.month

),

peaks as (

    select
        *,
        max(case when months_since_onset <= 2 then answers_to_others end)
            over (partition by member_key, onset_month) as peak_answers
    from following

),

quiet as (

    select
        *,
        count(*) over next_months as next_months_seen,
        max(answers_to_others) over next_months as most_answers
    from peaks
    window next_months as (
        partition by member_key, onset_month order by month rows between current row and 2 following
    )

),

measured as (

    select
        member_key,
        onset_month,
        max(peak_answers) as peak_answers,
        min(case when months_since_onset <= 2 and answers_to_others = peak_answers then month end) as peak_month,
        min(case
            when
                months_since_onset between 1 and 8
                and next_months_seen = 3
                and most_answers * 10 <= peak_answers
                then month
        end) as silent_from_month
    from quiet
    group by member_key, onset_month

),

latest as (

    select max(month) as month
    from member_months

),

judged as (

    select
        flares.*,
        measured.peak_answers,
        measured.peak_month,
        measured.silent_from_month,
        cast({{ months_between('flares.onset_month', 'latest.month') }} as integer) as months_observed,
        case
            when
                {{ reaches('4 * measured.peak_answers', '5 * flares.flare_threshold') }}
                and measured.silent_from_month is not null
                then 'supernova'
            when {{ months_between('flares.onset_month', 'latest.month') }} >= 12 then 'lasting'
            else 'open'
        end as outcome
    from flares
    inner join measured
        on flares.member_key = measured.member_key and flares.onset_month = measured.onset_month
    cross join latest

)

select
    judged.member_key,
    judged.onset_month,
    profiles.display_name,
    judged.outcome,
    judged.flare_threshold,
    judged.onset_answers,
    judged.onset_active_days,
    judged.is_newcomer,
    judged.baseline_answers_mean,
    judged.peak_answers,
    judged.peak_month,
    judged.flare_months,
    judged.last_flare_month,
    case when judged.is_over then {{ local_midnight(add_months('judged.last_flare_month', 1)) }} end as ended_at,
    judged.silent_from_month,
    judged.months_observed,
    case judged.outcome
        when 'supernova' then {{ local_midnight(add_months('judged.silent_from_month', 3)) }}
        when 'lasting' then {{ local_midnight(add_months('judged.onset_month', 13)) }}
    end as decided_at,
    judged.is_staff,
    judged.is_bot,
    'Answered others ' || {{ count_text('judged.onset_answers', 'time') }} || ' in '
    || {{ month_text('judged.onset_month') }} || ' on ' || {{ count_text('judged.onset_active_days', 'day') }}
    || ' (a flare begins at ' || {{ number_text('judged.flare_threshold', 1) }} || '), '
    || case
        when judged.is_newcomer then 'as a newcomer'
        else 'after ' || {{ number_text('judged.baseline_answers_mean', 1) }} || ' a month before'
    end
    || '; at most ' || {{ number_text('judged.peak_answers') }} || ' a month by the third month. '
    || case judged.outcome
        when 'supernova'
            then
                'Then silent from ' || {{ month_text('judged.silent_from_month') }}
                || ': three months at a tenth of that or less.'
        when 'lasting' then 'It was not followed by a fall into silence.'
        else
            {{ count_text('judged.months_observed', 'month') }} || ' seen since: too early to tell.'
    end as reason
from judged
inner join {{ ref('int_member_profiles__merged') }} as profiles on judged.member_key = profiles.member_key
