with

reports as (

    select * from {{ ref('int_bug_reports__mapped') }}

),

tickets as (

    select * from {{ ref('int_tickets__unioned') }}

),

terms as (

    select distinct reports.ticket_key
    from reports
    inner join {{ ref('int_program_terms__dated') }} as terms
        on
            reports.member_key = terms.member_key
            and reports.reported_at >= terms.starts_at
            and reports.reported_at < terms.ends_at

),

-- The question it comes from: of several, the one that was named first.
origins as (

    select
        ticket_key,
        min_by(topic_key, (coalesce(linked_at, {{ as_of() }}), topic_key)) as topic_key
    from {{ ref('int_ticket_topic_links__found') }}
    where topic_key is not null
    group by ticket_key

),

-- An outcome is seen as it stands today: in a build for an earlier date, a report unsolved then had none yet.
told as (

    select
        reports.*,
        tickets.status,
        tickets.first_reply_at,
        tickets.first_solved_at,
        case when not sightings.is_observed_later or tickets.first_solved_at is not null then reports.outcome end
            as outcome_then
    from reports
    inner join {{ ref('fct_ticket') }} as tickets on reports.ticket_key = tickets.ticket_key
    inner join tickets as sightings on reports.ticket_key = sightings.ticket_key

)

select
    told.ticket_key,
    told.source_name,
    told.source_record_id,
    told.member_key,
    terms.ticket_key is not null as is_program_member_then,
    told.space_key,
    told.expertise_area,
    origins.topic_key,
    told.reported_at,
    told.status,
    told.expected,
    told.outcome_then as outcome,
    case
        when told.outcome_then is not null then matches.match
        when told.first_solved_at is null then 'open'
    end as match,
    coalesce(told.outcome_then in ('bug confirmed', 'known bug'), false) as is_confirmed,
    told.first_reply_at,
    told.first_solved_at,
    case when told.first_solved_at is not null then {{ whole_days('told.reported_at', 'told.first_solved_at') }} end
        as solution_days,
    case when told.first_solved_at is null then {{ whole_days('told.reported_at', as_of()) }} end as waiting_days
from told
left join terms on told.ticket_key = terms.ticket_key
left join origins on told.ticket_key = origins.ticket_key
left join {{ ref('bug_report_matches') }} as matches
    on
        told.expected = matches.expected
        and told.outcome_then = matches.outcome
