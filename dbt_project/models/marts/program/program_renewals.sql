with

terms as (

    select * from {{ ref('program_membership') }}
    where is_in_term and ends_at <= {{ add_days(as_of(), 90) }}

),

trajectories as (

    select
        member_key,
        max_by(trajectory, month) as trajectory
    from {{ ref('member_trajectory') }}
    group by member_key

),

waiting as (

    select
        member_key,
        count(*) filter (where item_kind = 'question') as open_questions,
        count(*) filter (where item_kind = 'bug_report') as open_bug_reports,
        count(*) filter (where item_kind = 'request') as open_requests,
        count(*) filter (
            where item_kind = 'shipped' and shipped_at >= {{ a_year_ago() }}
        ) as shipped_requests
    from {{ ref('program_member_waiting') }}
    group by member_key

),

dossiers as (

    select
        terms.*,
        {{ local_date(add_days('terms.ends_at', -1)) }} as last_day,
        trajectories.trajectory,
        people.last_contribution_at,
        {{ whole_days('people.last_contribution_at', as_of()) }} as days_silent,
        people.authored,
        people.answers,
        people.accepted_answers,
        people.likes_received,
        people.people_helped,
        people.articles_and_activities,
        people.active_months,
        people.te_thirds,
        people.te_thirds / 3.0 as ticket_equivalents,
        people.te_thirds_year_before / 3.0 as ticket_equivalents_year_before,
        people.value_usd,
        coalesce(waiting.open_questions, 0) as open_questions,
        coalesce(waiting.open_bug_reports, 0) as open_bug_reports,
        coalesce(waiting.open_requests, 0) as open_requests,
        coalesce(waiting.shipped_requests, 0) as shipped_requests
    from terms
    inner join {{ ref('int_program_people__measured') }} as people on terms.member_key = people.member_key
    left join trajectories on terms.member_key = trajectories.member_key
    left join waiting on terms.member_key = waiting.member_key

)

select
    term_key,
    program,
    member_key,
    display_name,
    tier,
    expertise_area,
    region,
    lead,
    term_number,
    awarded_at,
    ends_at,
    days_left,
    authored,
    answers,
    accepted_answers,
    likes_received,
    people_helped,
    articles_and_activities,
    active_months,
    ticket_equivalents,
    ticket_equivalents_year_before,
    value_usd,
    trajectory,
    last_contribution_at,
    case when last_contribution_at is not null then days_silent end as days_silent,
    open_questions,
    open_bug_reports,
    open_requests,
    shipped_requests,
    display_name || coalesce(' (' || nullif(concat_ws(', ', tier, expertise_area, region), '') || ')', '') || ': term '
    || cast(term_number as string) || ' in ' || program || ' ends on ' || {{ day_text('last_day') }} || ', in '
    || {{ count_text('days_left', 'day') }} || '. In the last 12 months '
    || {{ count_text('answers', 'answer') }} || ', ' || {{ number_text('accepted_answers') }} || ' accepted, '
    || {{ count_text('likes_received', 'like') }} || ', '
    || {{ count_text('people_helped', 'person', 'people') }} || ' helped: worth '
    || {{ number_text('ticket_equivalents', 1) }} || ' tickets or ' || {{ number_text('value_usd') }}
    || ' USD (the year before ' || {{ number_text('ticket_equivalents_year_before', 1) }} || ' tickets). Active in '
    || {{ number_text('active_months') }} || ' of 12 months'
    || coalesce(', last on ' || {{ day_text(local_date('last_contribution_at')) }}, ', never seen') || '.'
    || coalesce(' Trajectory: ' || trajectory || '.', '')
    || case
        when open_questions + open_bug_reports + open_requests = 0 then ''
        else
            ' Open on our side: '
            || concat_ws(
                ', ',
                case when open_questions > 0 then {{ count_text('open_questions', 'unanswered question') }} end,
                case when open_bug_reports > 0 then {{ count_text('open_bug_reports', 'bug report') }} end,
                case when open_requests > 0 then {{ count_text('open_requests', 'request') }} end
            ) || '.'
    end as sentence
from dossiers
