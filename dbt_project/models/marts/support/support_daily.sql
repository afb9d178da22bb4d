with

flows as (

    select
        source_name,
        {{ local_date('occurred_at') }} as day,
        flow,
        count(*) as tickets
    from {{ ref('int_ticket_flows__dated') }}
    group by source_name, {{ local_date('occurred_at') }}, flow

),

spans as (

    select
        source_name,
        min(day) as first_day
    from flows
    group by source_name

),

days as (

    select
        spans.source_name,
        days.day
    from spans
    {{ days_from_to('spans.first_day', local_date(known_until()), 'days') }}

),

counts as (

    select
        days.source_name,
        days.day,
        coalesce(sum(flows.tickets) filter (where flows.flow = 'opened'), 0) as opened,
        coalesce(sum(flows.tickets) filter (where flows.flow = 'reopened'), 0) as reopened,
        coalesce(sum(flows.tickets) filter (where flows.flow = 'solved'), 0) as solved,
        coalesce(sum(flows.tickets) filter (where flows.flow = 'removed'), 0)
        - coalesce(sum(flows.tickets) filter (where flows.flow = 'restored'), 0) as removed
    from days
    left join flows
        on
            days.source_name = flows.source_name
            and days.day = flows.day
    group by days.source_name, days.day

)

select
    source_name,
    day,
    cast(opened as bigint) as opened,
    cast(reopened as bigint) as reopened,
    cast(solved as bigint) as solved,
    cast(removed as bigint) as removed,
    cast(
        sum(opened + reopened - solved - removed) over (
            partition by source_name
            order by day
            rows between unbounded preceding and current row
        ) as bigint
    ) as backlog,
    {{ local_midnight(add_days('day', 1)) }} <= {{ known_until() }} as is_complete
from counts
