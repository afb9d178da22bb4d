with

people as (

    select * from {{ ref('int_outreach_people__measured') }}
    where list = 'drifting'

),

worth as (

    select
        contributions.member_key,
        cast(sum(contributions.value_thirds_usd) as double) / 3 as value_usd
    from {{ ref('int_contributions__valued') }} as contributions
    inner join people
        on
            contributions.member_key = people.member_key
            and contributions.month >= people.from_month
            and contributions.month <= people.to_month
    group by contributions.member_key

),

last_signals as (

    select
        trajectories.member_key,
        max_by(trajectories.trajectory, trajectories.month) as trajectory
    from {{ ref('int_trajectories__classified') }} as trajectories
    inner join people on trajectories.member_key = people.member_key
    group by trajectories.member_key

),

-- Whoever waits for an answer has a reason to stay away.
unanswered as (

    select
        topics.opener_member_key as member_key,
        count(*) as unanswered_questions
    from {{ ref('int_topics__answered') }} as topics
    inner join people on topics.opener_member_key = people.member_key
    where
        topics.is_question
        and topics.first_reply_at is null
        and not topics.is_solved
        and topics.opened_at >= {{ add_days(as_of(), -180) }}
    group by topics.opener_member_key

),

joined as (

    select
        people.*,
        rhythms.active_months,
        rhythms.active_days as rhythm_days,
        rhythms.gap_median_days,
        rhythms.gap_p90_days,
        rhythms.is_beyond_rhythm,
        rhythms.has_missed_a_month,
        members.segment,
        members.organization,
        members.tier,
        coalesce(worth.value_usd, 0) as value_usd,
        last_signals.trajectory,
        coalesce(unanswered.unanswered_questions, 0) as unanswered_questions
    from people
    inner join {{ ref('int_drifting_members__found') }} as rhythms on people.member_key = rhythms.member_key
    inner join {{ ref('dim_member') }} as members on people.member_key = members.member_key
    left join worth on people.member_key = worth.member_key
    left join last_signals on people.member_key = last_signals.member_key
    left join unanswered on people.member_key = unanswered.member_key

)

select
    member_key,
    display_name,
    cast(row_number() over (order by te_thirds desc, answers_to_others desc, member_key asc) as integer) as act_rank,
    last_contribution_at,
    silent_days,
    90 - silent_days as days_left,
    gap_median_days as usual_gap_days,
    gap_p90_days as long_gap_days,
    is_beyond_rhythm,
    has_missed_a_month,
    rhythm_days as last_year_active_days,
    active_months as last_year_active_months,
    answers_to_others as last_year_answers,
    people_answered as last_year_people_answered,
    accepted_answers as last_year_accepted_answers,
    te_thirds / 3.0 as last_year_ticket_equivalents,
    value_usd as last_year_value_usd,
    expertise_area,
    trajectory,
    segment,
    organization,
    is_in_program,
    tier,
    unanswered_questions,
    'Silent for ' || {{ count_text('silent_days', 'day') }} || '; usually here every '
    || case when gap_median_days <= 1 then 'day' else {{ count_text('round(gap_median_days)', 'day') }} end
    || ', and nine times in ten within ' || {{ count_text('ceil(gap_p90_days)', 'day') }} || '. In the year to then: '
    || {{ count_text('answers_to_others', 'reply', 'replies') }} || ' to '
    || {{ count_text('people_answered', 'other person', 'other people') }} || ', '
    || {{ count_text('accepted_answers', 'accepted answer') }} || ', worth '
    || {{ number_text('te_thirds / 3.0', 1) }} || ' tickets (' || {{ number_text('value_usd') }} || ' USD)'
    || coalesce(', mostly in ' || expertise_area, '') || '.'
    || case
        when unanswered_questions > 0
            then ' Waits for an answer to ' || {{ count_text('unanswered_questions', 'question') }} || '.'
        else ''
    end
    || case when is_in_program then ' In a program now.' else '' end as reason
from joined
