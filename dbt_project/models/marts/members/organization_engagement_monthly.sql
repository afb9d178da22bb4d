with

organizations as (

    select * from {{ ref('dim_organization') }}

),

contributions as (

    select
        profiles.organization_key,
        {{ local_month('contributions.occurred_at') }} as month,
        contributions.member_key,
        contributions.kind,
        contributions.is_authored,
        contributions.is_question,
        contributions.is_answer,
        contributions.quantity
    from {{ ref('int_contributions__unioned') }} as contributions
    inner join {{ ref('int_member_profiles__merged') }} as profiles on contributions.member_key = profiles.member_key
    where profiles.organization_key is not null and contributions.occurred_at <= {{ as_of() }}

),

contributed as (

    select
        organization_key,
        month,
        count(distinct case when is_authored then member_key end) as active_members,
        sum(case when is_authored then quantity else 0 end) as authored,
        count(*) filter (where is_question) as questions,
        count(*) filter (where is_answer) as answers,
        sum(case when kind = 'accepted_answer' then quantity else 0 end) as accepted_answers,
        sum(case when kind = 'feature_request' then quantity else 0 end) as feature_requests,
        sum(case when kind = 'vote' then quantity else 0 end) as votes
    from contributions
    group by organization_key, month

),

-- The desk says on each ticket for which organization it was opened; else it is the requester's of today.
tickets as (

    select
        coalesce(records.organization_key, profiles.organization_key) as organization_key,
        {{ local_month('tickets.created_at') }} as month,
        count(*) as tickets,
        count(distinct tickets.member_key) as ticket_requesters
    from {{ ref('int_tickets__unioned') }} as tickets
    left join {{ ref('stg_zendesk__tickets') }} as desk_tickets
        on
            tickets.source_name = desk_tickets.source_name
            and tickets.source_record_id = desk_tickets.ticket_id
    left join {{ ref('int_organizations__resolved') }} as records
        on
            desk_tickets.source_name = records.source_name
            and desk_tickets.organization_id = records.organization_id
    left join {{ ref('int_member_profiles__merged') }} as profiles on tickets.member_key = profiles.member_key
    where
        not tickets.is_merged
        and not tickets.is_deleted
        and coalesce(records.organization_key, profiles.organization_key) is not null
    group by coalesce(records.organization_key, profiles.organization_key), {{ local_month('tickets.created_at') }}

),

first_months as (

    select
        organization_key,
        min(month) as first_month
    from (
        select
            organization_key,
            month
        from contributed
        union all
        select
            organization_key,
            month
        from tickets
    ) as seen
    group by organization_key

),

months as (

    select
        first_months.organization_key,
        months.month
    from first_months
    {{ months_from_to('first_months.first_month', local_month(as_of()), 'months') }}
    where {{ local_midnight("months.month") }} < {{ as_of() }}

)

select
    months.organization_key,
    months.month,
    organizations.name,
    organizations.segment,
    coalesce(contributed.active_members, 0) as active_members,
    cast(coalesce(contributed.authored, 0) as bigint) as authored,
    coalesce(contributed.questions, 0) as questions,
    coalesce(contributed.answers, 0) as answers,
    cast(coalesce(contributed.accepted_answers, 0) as bigint) as accepted_answers,
    cast(coalesce(contributed.feature_requests, 0) as bigint) as feature_requests,
    cast(coalesce(contributed.votes, 0) as bigint) as votes,
    coalesce(tickets.tickets, 0) as tickets,
    coalesce(tickets.ticket_requesters, 0) as ticket_requesters,
    organizations.monthly_revenue_usd,
    organizations.revenue_band,
    {{ is_month_complete('months.month') }} as is_complete
from months
inner join organizations on months.organization_key = organizations.organization_key
left join contributed
    on
        months.organization_key = contributed.organization_key
        and months.month = contributed.month
left join tickets
    on
        months.organization_key = tickets.organization_key
        and months.month = tickets.month
