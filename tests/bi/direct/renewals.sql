select ends_at, display_name, lead, trajectory, value_usd, open_questions
from program_renewals
order by ends_at, term_key
