with

people as (

    select * from {{ ref('int_outreach_people__measured') }}
    where list = 'flaring'

),

flares as (

    select * from {{ ref('int_flares__detected') }}

),

member_months as (

    select * from {{ ref('int_member_months__measured') }}

),

this_month as (

    select
        member_key,
        answers_to_others
    from member_months
    where not is_complete

),

-- What became of the community's flares that are a year old or more.
history as (

    select
        count(*) as earlier_onsets,
        count(*) filter (where outcome = 'supernova') as earlier_supernovas
    from {{ ref('burst_outcome') }}
    where months_observed >= 12 and not is_staff

),

joined as (

    select
        people.*,
        flares.onset_month,
        flares.flare_months,
        flares.flare_threshold,
        flares.onset_answers,
        flares.onset_active_days,
        flares.is_newcomer,
        flares.baseline_answers_mean,
        last_months.answers_to_others as last_month_answers,
        this_month.answers_to_others as this_month_answers,
        history.earlier_onsets,
        history.earlier_supernovas,
        history.earlier_supernovas / cast(nullif(history.earlier_onsets, 0) as double) as earlier_supernova_ratio
    from people
    inner join flares
        on people.member_key = flares.member_key and people.from_month = flares.onset_month
    inner join member_months as last_months
        on people.member_key = last_months.member_key and people.to_month = last_months.month
    left join this_month on people.member_key = this_month.member_key
    cross join history

)

select
    member_key,
    display_name,
    cast(row_number() over (order by last_month_answers desc, te_thirds desc, member_key asc) as integer) as call_rank,
    onset_month,
    flare_months,
    flare_threshold,
    onset_answers,
    onset_active_days,
    is_newcomer,
    baseline_answers_mean,
    to_month as last_month,
    last_month_answers,
    this_month_answers,
    answers_to_others as flare_answers,
    people_answered,
    accepted_answers,
    te_thirds / 3.0 as ticket_equivalents,
    expertise_area,
    is_in_program,
    last_contribution_at,
    silent_days,
    earlier_onsets,
    earlier_supernovas,
    earlier_supernova_ratio,
    'Flaring since ' || {{ month_text('onset_month') }} || ': answered others '
    || {{ count_text('onset_answers', 'time') }} || ' that month on ' || {{ count_text('onset_active_days', 'day') }}
    || ' (a flare begins at ' || {{ number_text('flare_threshold', 1) }} || '), '
    || case
        when is_newcomer then 'as a newcomer'
        else 'after ' || {{ number_text('baseline_answers_mean', 1) }} || ' a month before'
    end
    || case
        when flare_months > 1
            then ', and ' || {{ count_text('last_month_answers', 'time') }} || ' in ' || {{ month_text('to_month') }}
        else ''
    end
    || '; ' || {{ count_text('people_answered', 'person', 'people') }} || ' answered so far'
    || coalesce(', mostly in ' || expertise_area, '') || '. '
    || case
        when earlier_onsets > 0
            then
                'Of ' || {{ count_text('earlier_onsets', 'earlier flare') }} || ', '
                || {{ percent_text('earlier_supernova_ratio') }} || ' ended in silence. '
        else ''
    end
    || case
        when silent_days >= 14 then 'Already silent for ' || {{ count_text('silent_days', 'day') }} || '. '
        else ''
    end
    || 'Call now.' as reason
from joined
