-- Who helped most in the last twelve months: members, no staff.
select
    row_number() over (order by ticket_equivalents_12_months desc, points_12_months desc, member_key) as place,
    member_key,
    display_name,
    tier,
    trajectory,
    answers,
    accepted_answers,
    accepted_ratio,
    people_helped_12_months,
    ticket_equivalents_12_months,
    value_12_months_usd,
    percentile
from member_scorecard
where not is_staff and points_12_months > 0
order by place
limit 25
