-- Each person's terms, the latest first.
select
    member_key,
    program,
    tier,
    expertise_area,
    region,
    lead,
    term_number,
    nominated_by,
    stage,
    cast(awarded_at as date) as awarded_on,
    cast(ends_at - interval 1 second as date) as ends_on,
    days_left
from program_membership
order by member_key, coalesce(awarded_at, applied_at, nominated_at) desc nulls last, term_key
