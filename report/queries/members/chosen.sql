-- Whoever has a page: the most active of the last twelve months.
select
    member_key,
    display_name,
    points_12_months,
    ticket_equivalents_12_months
from member_scorecard
where points_12_months > 0 and not is_staff
order by points_12_months desc, member_key
limit 300
