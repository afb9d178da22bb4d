with

terms as (

    select
        member_key,
        string_agg(distinct program, ', ' order by program) as programs,
        string_agg(distinct lead, ', ' order by lead) as leads
    from {{ ref('int_program_terms__dated') }}
    where is_in_term
    group by member_key

),

questions as (

    select
        'question' as item_kind,
        topic_key as item_key,
        opener_member_key as member_key,
        source_name,
        topic_id as source_record_id,
        title,
        cast(null as string) as url,
        space_key,
        expertise_area,
        'unanswered' as stage,
        opened_at as asked_at,
        cast(null as timestamptz) as shipped_at
    from {{ ref('int_topics__answered') }}
    where is_question and first_reply_at is null and not is_solved

),

bug_reports as (

    select
        'bug_report' as item_kind,
        reports.ticket_key as item_key,
        reports.member_key,
        reports.source_name,
        reports.source_record_id,
        reports.expected as title,
        cast(null as string) as url,
        reports.space_key,
        reports.expertise_area,
        tickets.status as stage,
        reports.reported_at as asked_at,
        cast(null as timestamptz) as shipped_at
    from {{ ref('int_bug_reports__mapped') }} as reports
    inner join {{ ref('fct_ticket') }} as tickets on reports.ticket_key = tickets.ticket_key
    where reports.outcome is null and tickets.solved_at is null

),

-- A request merged into another one waits, and ships, with that one.
requests as (

    select
        case when roots.stage = 'completed' then 'shipped' else 'request' end as item_kind,
        requests.request_key as item_key,
        requests.member_key,
        requests.source_name,
        requests.source_record_id,
        requests.title,
        requests.url,
        requests.space_key,
        areas.expertise_area,
        roots.stage,
        requests.submitted_at as asked_at,
        case when roots.stage = 'completed' then roots.completed_at end as shipped_at
    from {{ ref('fct_feature_request') }} as requests
    inner join {{ ref('fct_feature_request') }} as roots on requests.root_request_key = roots.request_key
    left join {{ ref('int_subject_areas__mapped') }} as areas on requests.request_key = areas.subject_key
    where roots.is_open or roots.stage = 'completed'

),

items as (

    select * from questions
    union all
    select * from bug_reports
    union all
    select * from requests

),

measured as (

    select
        items.*,
        profiles.display_name,
        terms.programs,
        terms.leads,
        case
            when items.item_kind != 'shipped' then {{ whole_days('items.asked_at', as_of()) }}
        end as days_waiting,
        case
            when items.shipped_at is not null then {{ whole_days('items.asked_at', 'items.shipped_at') }}
        end as days_to_ship
    from items
    inner join terms on items.member_key = terms.member_key
    inner join {{ ref('int_member_profiles__merged') }} as profiles on items.member_key = profiles.member_key

)

select
    item_kind || ':' || item_key as waiting_key,
    member_key,
    display_name,
    programs,
    leads,
    item_kind,
    item_key,
    source_name,
    source_record_id,
    title,
    url,
    space_key,
    expertise_area,
    stage,
    asked_at,
    shipped_at,
    days_waiting,
    days_to_ship,
    case item_kind
        when 'question'
            then
                display_name || ' asked “' || coalesce(title, 'untitled') || '” '
                || {{ count_text('days_waiting', 'day') }} || ' ago, and nobody has replied.'
        when 'bug_report'
            then
                display_name || ' reported a bug ' || {{ count_text('days_waiting', 'day') }} || ' ago (ticket '
                || source_record_id || ')' || coalesce(', hoping you would ' || title, '') || '; it is ' || stage || '.'
        when 'request'
            then
                display_name || ' asked for “' || coalesce(title, 'untitled') || '” '
                || {{ count_text('days_waiting', 'day') }} || ' ago; it is ' || stage || '.'
        else
            '“' || coalesce(title, 'untitled') || '” of ' || display_name || ' was built'
            || coalesce(' on ' || {{ day_text(local_date('shipped_at')) }}, '')
            || coalesce(', ' || {{ count_text('days_to_ship', 'day') }} || ' after they asked for it', '') || '.'
    end as sentence
from measured
