with

tickets as (

    select
        ticket_key,
        coalesce(member_key, source_name || ':' || requester_account_id) as requester_key,
        {{ local_month('created_at') }} as month
    from {{ ref('int_tickets__unioned') }}

),

opened as (

    select
        month,
        count(*) as tickets,
        count(distinct requester_key) as ticket_requesters
    from tickets
    group by month

),

forum_start as (

    select min({{ local_month('opened_at') }}) as first_month
    from {{ ref('int_topics__answered') }}

),

desk_start as (

    select min(month) as first_month
    from opened

),

-- Comparable from when both the forum and the desk are there.
starts as (

    select
        case
            when forum_start.first_month > desk_start.first_month then forum_start.first_month
            when desk_start.first_month >= forum_start.first_month then desk_start.first_month
        end as first_month,
        {{ local_month(as_of()) }} as last_month
    from forum_start
    cross join desk_start

),

months as (

    select months.month
    from starts
    {{ months_from_to('starts.first_month', 'starts.last_month', 'months') }}
    where {{ local_midnight('months.month') }} < {{ as_of() }}

),

views as (

    select
        month,
        cast(sum(views) as bigint) as topic_views
    from {{ ref('int_topic_views__risen') }}
    group by month

),

missed as (

    select
        month,
        count(distinct ticket_key) as missed_tickets
    from {{ ref('missed_deflection') }}
    group by month

),

counted as (

    select
        months.month,
        coalesce(askers.askers, 0) as askers,
        coalesce(opened.ticket_requesters, 0) as ticket_requesters,
        coalesce(opened.tickets, 0) as tickets,
        views.topic_views,
        coalesce(missed.missed_tickets, 0) as missed_tickets
    from months
    left join {{ ref('int_forum_askers__monthly') }} as askers on months.month = askers.month
    left join opened on months.month = opened.month
    left join views on months.month = views.month
    left join missed on months.month = missed.month

)

select
    month,
    askers / nullif(cast(ticket_requesters as double), 0) as self_service_score,
    topic_views / nullif(cast(tickets as double), 0) as views_per_ticket,
    askers,
    ticket_requesters,
    topic_views,
    tickets,
    missed_tickets,
    missed_tickets / nullif(cast(tickets as double), 0) as missed_share,
    {{ is_month_complete('month') }} as is_complete
from counted
