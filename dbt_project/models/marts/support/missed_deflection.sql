with

links as (

    select * from {{ ref('int_ticket_topic_links__found') }}

),

tickets as (

    select
        tickets.*,
        profiles.segment
    from {{ ref('int_tickets__unioned') }} as tickets
    left join {{ ref('int_bug_reports__mapped') }} as reports on tickets.ticket_key = reports.ticket_key
    left join {{ ref('int_member_profiles__merged') }} as profiles on tickets.member_key = profiles.member_key
    -- A report that experts pass on names the question it comes from.
    where reports.ticket_key is null and not tickets.is_merged and not tickets.is_deleted

),

solutions as (

    select
        solutions.*,
        openings.title,
        openings.expertise_area
    from {{ ref('int_topic_solutions__dated') }} as solutions
    inner join {{ ref('int_topics__answered') }} as openings on solutions.topic_key = openings.topic_key

),

found as (

    select
        tickets.ticket_key,
        solutions.topic_key,
        links.basis,
        links.is_linked_by_agent,
        links.is_linked_by_requester,
        links.linked_at,
        tickets.source_name,
        tickets.source_record_id,
        tickets.created_at,
        tickets.member_key,
        coalesce(tickets.segment, 'unknown') as segment,
        tickets.organization,
        tickets.space_key,
        solutions.expertise_area,
        solutions.title as topic_title,
        solutions.solved_at as topic_solved_at,
        solutions.credited_member_key as answerer_member_key,
        solutions.is_credited_to_staff as is_answered_by_staff,
        case
            when solutions.solved_at is not null
                then {{ whole_days('solutions.solved_at', 'tickets.created_at') }}
        end as days_solved_before,
        max(case when solutions.topic_key is null then 0 else 1 end) over (partition by tickets.ticket_key)
            as has_topic
    from links
    inner join tickets on links.ticket_key = tickets.ticket_key
    left join solutions
        on
            links.topic_key = solutions.topic_key
            and tickets.created_at > solutions.solved_at
    where solutions.topic_key is not null or links.topic_key is null

)

select
    ticket_key || '|' || coalesce(topic_key, '') as missed_deflection_key,
    ticket_key,
    topic_key,
    source_name,
    source_record_id,
    {{ local_month('created_at') }} as month,
    created_at as ticket_created_at,
    topic_title,
    expertise_area,
    topic_solved_at,
    days_solved_before,
    answerer_member_key,
    is_answered_by_staff,
    basis,
    is_linked_by_agent,
    is_linked_by_requester,
    linked_at,
    member_key,
    segment,
    organization,
    space_key
from found
where topic_key is not null or has_topic = 0
