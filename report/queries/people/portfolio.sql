-- A lead's people and places: who leaves, what waits, who could follow.
select
    lead,
    program,
    expertise_area,
    region,
    members,
    renewals_due,
    leaving_members,
    waiting_items,
    candidates,
    unanswered_questions,
    neediest_space
from lead_portfolio
order by lead, renewals_due desc, leaving_members desc, program, portfolio_key
