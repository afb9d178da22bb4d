-- Terms that end within 90 days, the next first.
select
    member_key,
    display_name,
    program,
    upper(coalesce(tier, program)[1]) || coalesce(tier, program)[2:] as tier,
    expertise_area,
    lead,
    term_number,
    cast(ends_at - interval 1 second as date) as ends_on,
    days_left,
    answers,
    accepted_answers,
    active_months,
    ticket_equivalents,
    ticket_equivalents_year_before,
    value_usd,
    trajectory,
    days_silent,
    open_questions + open_bug_reports + open_requests as open_items
from program_renewals
order by ends_at, program, member_key
