-- Tickets that came back: the same person again in the same area, a follow-up, or one more of a known problem.
with

tickets as (

    select
        tickets.ticket_key,
        tickets.source_name,
        tickets.member_key,
        tickets.requester_account_id,
        tickets.created_at,
        {{ local_month('tickets.created_at') }} as month,
        areas.expertise_area,
        details.followup_of_ticket_id,
        details.problem_id
    from {{ ref('int_tickets__unioned') }} as tickets
    inner join {{ ref('int_subject_areas__mapped') }} as areas on tickets.ticket_key = areas.subject_key
    inner join {{ ref('stg_zendesk__tickets') }} as details
        on
            tickets.source_name = details.source_name
            and tickets.source_record_id = details.ticket_id
    where areas.subject_kind = 'ticket' and not tickets.is_merged and not tickets.is_deleted

),

months as (

    select distinct month as day
    from tickets

),

thresholds as (

    {{ space_thresholds_on('months', ['repeat_ticket_days']) }}

),

ordered as (

    select
        *,
        lag(created_at) over (
            partition by coalesce(member_key, source_name || ':' || requester_account_id), expertise_area
            order by created_at, ticket_key
        ) as previous_at,
        row_number() over (partition by source_name, problem_id order by created_at, ticket_key) as problem_turn
    from tickets

),

judged as (

    select
        ordered.ticket_key,
        ordered.source_name,
        ordered.member_key,
        ordered.requester_account_id,
        ordered.created_at,
        ordered.month,
        ordered.expertise_area,
        case
            when ordered.followup_of_ticket_id is not null then 'follow-up'
            when ordered.problem_id is not null and ordered.problem_turn > 1 then 'known problem'
            when
                coalesce(ordered.member_key, ordered.requester_account_id) is not null
                and {{ add_days('ordered.previous_at', 'thresholds.repeat_ticket_days') }} >= ordered.created_at
                then 'same person'
        end as repeat_basis
    from ordered
    inner join thresholds on ordered.month = thresholds.day

)

select
    ticket_key,
    source_name,
    member_key,
    requester_account_id,
    created_at,
    month,
    expertise_area,
    repeat_basis
from judged
where repeat_basis is not null
