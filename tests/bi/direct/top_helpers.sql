select display_name, tier, trajectory, people_helped_12_months, value_12_months_usd
from member_scorecard
where is_staff = false and ticket_equivalents_12_months > 0
order by ticket_equivalents_12_months desc, member_key
limit 20
