select
    statuses.ticket_key || ':' || statuses.interval_number as ticket_status_key,
    statuses.ticket_key,
    statuses.interval_number,
    tickets.source_name,
    statuses.status,
    statuses.from_at,
    statuses.to_at,
    statuses.is_current,
    case when statuses.to_at is not null then {{ as_minutes('statuses.calendar_microseconds') }} end
        as calendar_minutes,
    case when statuses.to_at is not null then {{ as_minutes('statuses.business_microseconds') }} end
        as business_minutes
from {{ ref('int_ticket_statuses__timed') }} as statuses
inner join {{ ref('int_tickets__dated') }} as tickets on statuses.ticket_key = tickets.ticket_key
